"""What forms and filters let one choose from: types, teams, links, stores. Read when asked."""

from collections.abc import Callable

from integrations import public as hub
from monitoring import public

Choices = list[tuple[str, str]]


def type_choices() -> Choices:
    titles = ((key, each.title) for key, each in public.TYPES.items())
    return sorted(titles, key=lambda pair: pair[1])


def team_choices() -> Choices:
    return list(public.teams().values_list("code", "name"))


def link_choices() -> Choices:
    return [(link.slug, str(link)) for link in hub.links()]


def store_choices() -> Choices:
    return list(hub.stores().values_list("code", "name"))


def optional(choices: Callable[[], Choices]) -> Callable[[], Choices]:
    """Put “Any” before the choices."""
    return lambda: [("", "Any"), *choices()]
