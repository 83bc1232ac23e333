"""The frame around every page: menu by role, connection lights, and what must be said on top."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from monitoring.kit.page import SECTIONS, Page
from monitoring.kit.permissions import can, roles_of

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Light:
    """One connection in the top bar: `word` says the state, `detail` what stands behind it."""

    label: str
    tone: str
    word: str
    detail: str
    url: str = ""


@dataclass(frozen=True)
class Notice:
    """A sentence above every page: a lane is paused, a worker is silent, the data is old."""

    text: str
    tone: str = "soon"
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class Status:
    """What the frame says about the house itself."""

    lights: Sequence[Light] = field(default=())
    notices: Sequence[Notice] = field(default=())


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    title: str
    name: str
    icon: str
    current: bool


def menu(request: HttpRequest, pages: Iterable[Page]) -> list[Entry]:
    """Return the menu in its fixed order: only what this person may open."""
    here = _section(request, pages)
    heads = {page.section: page for page in pages if page.menu}
    return [
        Entry(section, heads[section].name, heads[section].icon, section == here)
        for section in SECTIONS
        if section in heads and can(request.user, heads[section].capability)
    ]


def frame(
    request: HttpRequest, *, pages: Sequence[Page], status: Callable[[HttpRequest], Status]
) -> dict[str, Any]:
    """Return the context of the frame. Nothing is asked before the template wants it."""
    return {
        "menu": SimpleLazyObject(lambda: menu(request, pages)),
        "house": SimpleLazyObject(lambda: status(request)),
        "roles": SimpleLazyObject(lambda: roles_of(request.user)),
        "theme": theme_of(request),
    }


def theme_of(request: HttpRequest) -> str:
    """Return the chosen theme, or nothing to follow the machine's own."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""


def _section(request: HttpRequest, pages: Iterable[Page]) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    for page in pages:
        names = {page.name, *(action.name for action in page.actions)}
        if match.url_name in names:
            return page.section
    return ""
