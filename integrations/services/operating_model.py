"""The operating model and the database: plan, apply as one transaction, export."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

from django.conf import settings
from django.db import transaction

from integrations import models
from integrations.connectors.addresses import check_url
from integrations.connectors.registry import SYSTEMS
from integrations.mapping.validation import row_problems
from integrations.operating_model import (
    Change,
    OperatingModel,
    SystemFacts,
    changes,
    load,
    write,
)
from integrations.services import operating_model_rows as rows
from integrations.services.audit import By, record_audit
from integrations.services.choices import known_codes
from integrations.services.policy import mapping_tables

SectionName = Literal["teams", "routing"]


class Section(Protocol):
    """A section that another application stores."""

    def read(self) -> Any:
        """Plain values in the shape of the file."""

    def write(self, value: Any, *, by: By, reason: str, now: datetime) -> None:
        """Store the section's model. Raises ValueError with a sentence a line; then nothing is."""


Sections = Mapping[SectionName, Section]


class NotAppliedError(ValueError):
    """Nothing was changed; `sentences` say what stands in the way."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def known_systems() -> dict[str, SystemFacts]:
    """Every system that has a connector, as far as a file may speak of it."""
    return {
        spec.slug: SystemFacts(spec.slug, spec.label, spec.roles, spec.credentials, spec.config)
        for spec in SYSTEMS
    }


def read_file(text: str, *, name: str, overrides: Iterable[str] = ()) -> OperatingModel:
    """A checked model. Raises OperatingModelError with every problem and its line."""
    return load(
        text,
        name=name,
        systems=known_systems(),
        check_url=lambda url: check_url(url, settings.PLUMBLINE_ALLOWED_ORIGINS),
        overrides=overrides,
    )


def read_model(sections: Sections) -> OperatingModel | None:
    """What is set up now; None when nothing is."""
    retailer = models.Retailer.objects.first()
    if retailer is None:
        return None
    return OperatingModel.model_validate(
        {
            "retailer": {"name": retailer.name, "currency": retailer.currency},
            "owners": retailer.owners,
            "connections": {c.slug: rows.connection_entry(c) for c in _all(models.Connection)},
            "stores": {store.code: rows.store_entry(store) for store in _all(models.Store)},
            "links": {
                link.slug: rows.link_entry(link)
                for link in models.Link.objects.select_related("channel", "owner").order_by("slug")
            },
            "mappings": rows.mapping_entries(),
            **{name: section.read() for name, section in sections.items()},
        }
    )


def _all(model: Any) -> Any:
    return model.objects.order_by("pk")


def plan(wanted: OperatingModel, *, sections: Sections) -> list[Change]:
    """What applying would change. Writes nothing. Raises NotAppliedError when it would fail."""
    present = read_model(sections)
    obstacles = [*_moved_identities(wanted, present), *_unknown_codes(wanted)]
    if obstacles:
        raise NotAppliedError(obstacles)
    return changes(wanted, present)


def apply(
    wanted: OperatingModel, *, sections: Sections, by: By, reason: str, now: datetime
) -> list[Change]:
    """Make the database say what the model says, all or nothing; returns what was changed.

    Applying again changes nothing. Every change is audited; mapping rows keep their history, and
    what they held up is released once this is committed.
    """
    with transaction.atomic():
        models.Retailer.objects.select_for_update().first()
        found = plan(wanted, sections=sections)
        _write(wanted, found, sections=sections, by=by, reason=reason, now=now)
        for change in found:
            if not change.section.startswith("mappings "):  # rows have entries of their own
                _audit(change, by=by, reason=reason, now=now)
    return found


def export(sections: Sections) -> str:
    """What is set up, as the file that would set it up. Raises NotAppliedError when nothing is."""
    present = read_model(sections)
    if present is None:
        raise NotAppliedError(["Nothing is set up yet, so there is nothing to export."])
    return write(present)


def _write(
    wanted: OperatingModel,
    found: list[Change],
    *,
    sections: Sections,
    by: By,
    reason: str,
    now: datetime,
) -> None:
    touched = {change.section for change in found}
    if touched & {"retailer", "owners"}:
        rows.write_retailer(wanted)
    for section, write_entry in rows.WRITERS:
        for change in found:
            if change.section == section:
                write_entry(change.subject, wanted)
    for name, stored in sections.items():
        if name in touched:
            _write_section(stored, getattr(wanted, name), by=by, reason=reason, now=now)
    for section in sorted(each for each in touched if each.startswith("mappings ")):
        _, link, table = section.split(" ")
        entries = wanted.mappings[link][table]
        rows.write_table(link, table, entries, by=by, reason=reason, now=now)


def _write_section(stored: Section, value: Any, *, by: By, reason: str, now: datetime) -> None:
    try:
        stored.write(value, by=by, reason=reason, now=now)
    except ValueError as error:
        raise NotAppliedError(str(error).splitlines()) from None


def _audit(change: Change, *, by: By, reason: str, now: datetime) -> None:
    record_audit(
        by=by,
        action=f"operating-model.{change.kind}",
        subject=f"{change.section} {change.subject}",
        before={each.field: each.before for each in change.fields},
        after={each.field: each.after for each in change.fields},
        reason=reason,
        now=now,
    )


def _moved_identities(wanted: OperatingModel, present: OperatingModel | None) -> list[str]:
    """Records belong to their connection: it cannot become an account of another system."""
    found = []
    for slug, entry in wanted.connections.items():
        before = present.connections.get(slug) if present else None
        if before and before.system != entry.system and _has_records(slug):
            found.append(
                f"Connection {slug} has records of {before.system}; it cannot become "
                f"{entry.system}. Give the new connection another name."
            )
    for slug, link in wanted.links.items():
        old = present.links.get(slug) if present else None
        ends = (link.template, link.channel, link.owner)
        if old and ends != (old.template, old.channel, old.owner) and _has_transfers(slug):
            found.append(
                f"Link {slug} has posted records between {old.channel} and {old.owner}; "
                "it cannot join others. Give the new link another name."
            )
    return found


def _has_records(connection: str) -> bool:
    return (
        models.InboundEvent.objects.filter(connection__slug=connection).exists()
        or models.Transfer.objects.filter(connection__slug=connection).exists()
    )


def _has_transfers(link: str) -> bool:
    return models.Transfer.objects.filter(link__slug=link).exists()


def _unknown_codes(wanted: OperatingModel) -> list[str]:
    """Rows whose codes do not exist at the owner, as far as its lists were read."""
    found = []
    known_links = models.Link.objects.filter(slug__in=wanted.mappings).select_related("owner")
    for link in known_links:
        known, tables = known_codes(link), mapping_tables(link)
        for key, entries in wanted.mappings[link.slug].items():
            for row in entries:
                found += [
                    f"mappings {link.slug} {key} “{row.value}”: {problem.sentence}"
                    for problem in row_problems(tables[key], row.value, row.target, known=known)
                ]
    return found
