"""Mapping rows: read them for flows, change them with history, release what they held up."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction

from integrations.mapping.lookups import Item, Lookups, Need, Row
from integrations.mapping.tables import TABLES, MappingTable
from integrations.mapping.validation import RowProblem, clean_target, nearest, row_problems
from integrations.models import CatalogueItem, Hold, Link, MappingChange, MappingRow
from integrations.services.audit import By, actor, actor_name, record_audit
from integrations.services.choices import known_codes
from integrations.services.runtime import system_now

CHUNK = 500  # values per query


class MappingError(ValueError):
    """The row was not saved. `field` is "source", "version" or the name of a target field."""

    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems
        self.sentence = str(self)
        self.field = problems[0].field


# --- Reading ----------------------------------------------------------------------------------


def load_lookups(link: Link, *, skus: Iterable[str] = ()) -> Lookups:
    """A snapshot for a batch of records: every row of the link, aliases and items of `skus` only.

    One query for the rows, and two for every 500 SKUs, however many records ask.
    """
    wanted = sorted(set(skus))
    rows = list(MappingRow.objects.filter(link=link).exclude(table="sku-alias"))
    aliases = _in_chunks(
        lambda part: MappingRow.objects.filter(link=link, table="sku-alias", source_value__in=part),
        wanted,
    )
    owner_skus = sorted({*wanted, *(row.target["sku"] for row in aliases)})
    items = _in_chunks(
        lambda part: CatalogueItem.objects.filter(connection_id=link.owner_id, sku__in=part),
        owner_skus,
    )
    return Lookups(rows=_by_need([*rows, *aliases]), items=_by_sku(items))


def _in_chunks(query: Callable[[list[str]], Iterable[Any]], values: list[str]) -> list[Any]:
    starts = range(0, len(values), CHUNK)
    return [row for start in starts for row in query(values[start : start + CHUNK])]


def _by_need(rows: Iterable[MappingRow]) -> dict[Need, tuple[Row, ...]]:
    found: dict[Need, list[Row]] = {}
    for row in rows:
        need = Need(row.table, row.source_value).key
        found.setdefault(need, []).append(Row(row.target, row.effective_from, row.version))
    return {need: tuple(sorted(each, key=_since, reverse=True)) for need, each in found.items()}


def _since(row: Row) -> date:
    return row.effective_from or date.min


def _by_sku(items: Iterable[CatalogueItem]) -> dict[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for item in items:
        value = Item(item.external_id, item.sku, item.name, item.is_stocked, item.is_active)
        found[item.sku] = (*found.get(item.sku, ()), value)
    return found


# --- Changing ---------------------------------------------------------------------------------


@transaction.atomic
def set_row(
    *,
    link: Link,
    table: str,
    source_value: str,
    target: dict[str, str],
    by: By,
    reason: str = "",
    now: datetime | None = None,
    effective_from: date | None = None,
    source_label: str | None = None,
    expected_version: int | None = None,
) -> MappingRow:
    """Add or change one row, and release what waited for it once this is committed.

    `expected_version` is the version the editor saw (0: no row); None does not ask.
    Saving what is there already changes nothing. Raises MappingError with every problem.
    """
    now, kind = now or system_now(), _table(table)
    _lock(link)
    source, target = kind.clean_source(source_value), clean_target(target)
    row = find_row(link, kind, source, effective_from)
    _check_version(row, expected_version)
    problems = row_problems(kind, source, target, known=known_codes(link))
    if problems:
        raise MappingError(problems)
    label = row.source_label if row and source_label is None else source_label or ""
    if row and (row.target, row.source_label) == (target, label):
        return row
    before = dict(row.target) if row else None
    row = row or MappingRow(
        link=link, table=table, source_value=source, effective_from=effective_from, version=0
    )
    row.target, row.source_label, row.version = target, label, row.version + 1
    row.changed_at, row.changed_by = now, actor_name(by)[:150]
    row.save()
    _record(row, before=before, after=target, by=by, reason=reason, now=now)
    _release_later(link, table, row.source_value)
    return row


@transaction.atomic
def delete_row(
    *,
    row_id: int,
    by: By,
    reason: str = "",
    now: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Remove one row; its history stays. Removing what is gone changes nothing."""
    row = MappingRow.objects.select_for_update(of=("self",)).filter(pk=row_id).first()
    if row is None:
        return
    _check_version(row, expected_version)
    _record(row, before=row.target, after=None, by=by, reason=reason, now=now or system_now())
    row.delete()


def roll_back(
    *, change_id: int, by: By, reason: str = "", now: datetime | None = None
) -> MappingRow | None:
    """Undo one change of the history: the row is again as before it. None: there was none then."""
    change = MappingChange.objects.select_related("link").get(pk=change_id)
    reason = reason or f"Undo of the change of {change.at:%d %B %Y %H:%M} UTC"
    if change.before is not None:
        return set_row(
            link=change.link,
            table=change.table,
            source_value=change.source_value,
            target=change.before,
            effective_from=change.effective_from,
            by=by,
            reason=reason,
            now=now,
        )
    kind = _table(change.table)
    row = find_row(change.link, kind, change.source_value, change.effective_from)
    if row:
        delete_row(row_id=row.pk, by=by, reason=reason, now=now)
    return None


def find_row(
    link: Link, table: MappingTable, source_value: str, effective_from: date | None
) -> MappingRow | None:
    """The stored row for this value and date, whatever its spelling where case does not matter."""
    rows = MappingRow.objects.filter(link=link, table=table.key, effective_from=effective_from)
    if table.case_sensitive:
        return rows.filter(source_value=table.clean_source(source_value)).first()
    key = table.source_key(source_value)
    return next((row for row in rows if table.source_key(row.source_value) == key), None)


def _table(key: str) -> MappingTable:
    if key not in TABLES:
        raise MappingError(
            [RowProblem("source", f"There is no table “{key}”.{nearest(key, TABLES)}")]
        )
    return TABLES[key]


def _lock(link: Link) -> None:
    """One editor of a link's rows at a time: two new rows for one value cannot both be added."""
    Link.objects.select_for_update().get(pk=link.pk)


def _check_version(row: MappingRow | None, expected: int | None) -> None:
    found = row.version if row else 0
    if expected is None or expected == found:
        return
    who = f" by {row.changed_by}" if row else ""
    sentence = f"This row was changed meanwhile{who}. Look at it again before you save."
    raise MappingError([RowProblem("version", sentence)])


def _record(
    row: MappingRow, *, before: Any, after: Any, by: By, reason: str, now: datetime
) -> None:
    MappingChange.objects.create(
        link_id=row.link_id,
        table=row.table,
        source_value=row.source_value,
        before=before,
        after=after,
        effective_from=row.effective_from,
        at=now,
        actor=actor(by),
        actor_name=actor_name(by)[:150],
        reason=reason[:300],
    )
    record_audit(
        by=by,
        action="mapping.delete" if after is None else "mapping.set",
        subject=f"{row.link.slug} {row.table} {row.source_value}",
        before=before,
        after=after,
        reason=reason,
        now=now,
    )


def _release_later(link: Link, table: str, value: str) -> None:
    transaction.on_commit(partial(_release, link, table, value))


def _release(link: Link, table: str, value: str) -> None:
    """Replay what waits for this value, in whatever spelling the tills sent it."""
    from integrations.services import replay  # it plans, and planning reads lookups from here

    key = TABLES[table].source_key
    waiting = Hold.objects.open().filter(link=link, table=table)
    for subject in waiting.values_list("subject", flat=True).distinct().order_by("subject"):
        if key(subject) == key(value):
            replay.release(table, subject, link)
