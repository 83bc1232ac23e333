"""Is a connection's entry fit for its system, and free of secrets?"""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from integrations.mapping.validation import nearest
from integrations.operating_model.explaining import sentence_of
from integrations.operating_model.problems import Path
from integrations.operating_model.schema import Connection
from integrations.operating_model.systems import (
    CheckUrl,
    SystemFacts,
    Systems,
    is_reference,
    stand_ins,
)

Found = Iterator[tuple[Path, str]]


def check_connection(
    path: Path, entry: Connection, *, systems: Systems, check_url: CheckUrl
) -> Found:
    """Everything wrong with one connection. Values under credentials are never repeated."""
    facts = systems.get(entry.system)
    if facts is None:
        help_ = nearest(entry.system, systems)
        yield (*path, "system"), f"There is no connector for “{entry.system}”.{help_}"
        return
    if entry.role not in facts.roles:
        valid = ", ".join(sorted(facts.roles))
        yield (*path, "role"), f"{facts.label} cannot play the part {entry.role}; write {valid}."
    yield from _credentials(path, entry, facts)
    yield from _addresses((*path, "settings"), entry.settings, check_url)
    yield from _settings(path, entry, facts)


def typed_settings(entry: Connection, facts: SystemFacts) -> dict[str, Any]:
    """The settings as the system's own types: "4" becomes 4 where a number is wanted."""
    config = facts.config.model_validate({**entry.settings, **stand_ins(entry.credentials)})
    return config.model_dump(mode="json", include=set(entry.settings))


def _credentials(path: Path, entry: Connection, facts: SystemFacts) -> Found:
    for name, reference in entry.credentials.items():
        if name not in facts.credentials:
            help_ = nearest(name, facts.credentials)
            yield (*path, "credentials", name), f"{facts.label} has no such credential.{help_}"
        elif not is_reference(reference):
            yield (
                (*path, "credentials", name),
                ("No secret belongs in the file. Write env:NAME and set NAME in the environment."),
            )
    if "rate_limit" in entry.settings:
        yield (*path, "settings", "rate_limit"), "Write rate_limit beside settings, not in it."
    for name in entry.settings:
        if name in facts.credentials:
            yield (
                (*path, "settings", name),
                ("This is a secret. Move it under credentials as env:NAME."),
            )


def _addresses(path: Path, settings: dict[str, Any], check_url: CheckUrl) -> Found:
    for name, value in settings.items():
        if isinstance(value, str) and (name.endswith("url") or "://" in value):
            try:
                check_url(value)
            except ValueError as error:
                yield (*path, name), str(error)


def _settings(path: Path, entry: Connection, facts: SystemFacts) -> Found:
    judged = {*facts.credentials, "rate_limit"}
    plain = {name: each for name, each in entry.settings.items() if name not in judged}
    try:
        facts.config.model_validate({**plain, **stand_ins(entry.credentials)})
    except ValidationError as error:
        for detail in error.errors():
            first = detail["loc"][0] if detail["loc"] else ""
            is_secret = first in facts.credentials or first in entry.credentials
            if is_secret and detail["type"] != "missing":
                continue  # judged above; what stands in for a secret may look wrong
            section = ("credentials",) if is_secret else ("settings",) if first else ()
            yield (*path, *section, *detail["loc"]), sentence_of(detail, facts.config)
