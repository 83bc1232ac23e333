"""Mapping rows out to CSV and back, with the difference shown before anything is saved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NotRequired, TypedDict, Unpack

from integrations.mapping.sheets import SheetRow, read_sheet, write_sheet
from integrations.mapping.validation import RowProblem
from integrations.models import Link, MappingRow
from integrations.services.audit import By
from integrations.services.choices import known_codes
from integrations.services.mappings import (
    Edition,
    MappingError,
    edition,
    rows_by_key,
    table_of,
)
from integrations.services.runtime import system_now

CHANGED = "The table was changed since you looked at this file. Look at it again before you save."


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One row of a file beside the row it would change; `before` None: it would be added."""

    row: SheetRow
    before: SheetRow | None


@dataclass(frozen=True, slots=True)
class SheetDifference:
    """What a file says otherwise. `missing` rows are not in the file: kept, unless asked."""

    changes: tuple[SheetChange, ...]
    unchanged: int
    missing: tuple[SheetRow, ...] = ()

    @property
    def added(self) -> int:
        return sum(1 for change in self.changes if change.before is None)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.added


class How(TypedDict):
    """Who imports and why. `seen`: the fingerprint of what was looked at; without it, not asked."""

    by: By
    reason: NotRequired[str]
    now: NotRequired[datetime | None]
    seen: NotRequired[str]


def export_rows(link: Link, table: str) -> str:
    """The table as CSV, safe to open in a spreadsheet."""
    rows = MappingRow.objects.filter(link=link, table=table).order_by("source_value", "pk")
    return write_sheet(table_of(link, table), map(_sheet_row, rows))


def preview_import(link: Link, table: str, content: bytes) -> SheetDifference:
    """What importing this file would change. Raises SheetError with every wrong row at once."""
    rows = read_sheet(table_of(link, table), content, known=known_codes(link))
    changes = tuple(_changes(link, table, rows))
    missing = tuple(_sheet_row(row) for row in _missing(link, table, rows))
    return SheetDifference(changes, unchanged=len(rows) - len(changes), missing=missing)


def fingerprint(difference: SheetDifference) -> str:
    """A digest of what was shown: somebody else's save in between gives another."""
    return sha256(repr(difference).encode()).hexdigest()


def import_rows(link: Link, table: str, content: bytes, **how: Unpack[How]) -> SheetDifference:
    """Save every row of the file or none. What the rows held up is released afterwards.

    Raises SheetError with every wrong row, or MappingError when `seen` is not what it is now.
    """
    return _save(link, table, content, _put, **how)


def replace_rows(link: Link, table: str, content: bytes, **how: Unpack[How]) -> SheetDifference:
    """As `import_rows`, and the rows that the file leaves out are removed."""
    return _save(link, table, content, _put_and_remove, **how)


def _save(
    link: Link,
    table: str,
    content: bytes,
    save: Callable[[Edition, SheetDifference], None],
    *,
    by: By,
    reason: str = "",
    now: datetime | None = None,
    seen: str = "",
) -> SheetDifference:
    find = rows_by_key(link, table_of(link, table))
    with edition(link, table, by=by, reason=reason, now=now or system_now(), find=find) as one:
        difference = preview_import(link, table, content)
        if seen and seen != fingerprint(difference):
            raise MappingError([RowProblem("version", CHANGED)])
        save(one, difference)
    return difference


def _put(one: Edition, difference: SheetDifference) -> None:
    for change in difference.changes:
        one.put(
            change.row.source_value,
            change.row.target,
            source_label=change.row.source_label,
            effective_from=change.row.effective_from,
        )


def _put_and_remove(one: Edition, difference: SheetDifference) -> None:
    _put(one, difference)
    for left_out in difference.missing:
        row = one.find(left_out.source_value, left_out.effective_from)
        if row is not None:
            one.remove(row)


def _missing(link: Link, table: str, rows: list[SheetRow]) -> list[MappingRow]:
    """Rows of the table that the file does not name, in the order of their values."""
    key = table_of(link, table).source_key
    named = {(key(row.source_value), row.effective_from) for row in rows}
    stored = MappingRow.objects.filter(link=link, table=table).order_by("source_value", "pk")
    return [row for row in stored if (key(row.source_value), row.effective_from) not in named]


def _changes(link: Link, table: str, rows: list[SheetRow]) -> Iterator[SheetChange]:
    find = rows_by_key(link, table_of(link, table))
    for row in rows:
        found = find(row.source_value, row.effective_from)
        before = _sheet_row(found) if found else None
        if before is None or (before.source_label, before.target) != (row.source_label, row.target):
            yield SheetChange(row, before)


def _sheet_row(row: MappingRow) -> SheetRow:
    return SheetRow(row.source_value, row.source_label, row.effective_from, dict(row.target))
