"""Mapping rows out to CSV and back, with the difference shown before anything is saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from integrations.mapping.sheets import SheetRow, read_sheet, write_sheet
from integrations.mapping.tables import TABLES
from integrations.models import Link, MappingRow
from integrations.services.audit import By
from integrations.services.choices import known_codes
from integrations.services.mappings import edition, rows_by_key
from integrations.services.runtime import system_now


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One row of a file beside the row it would change; `before` None: it would be added."""

    row: SheetRow
    before: SheetRow | None


@dataclass(frozen=True, slots=True)
class SheetDifference:
    """An import adds and changes rows; it removes none."""

    changes: tuple[SheetChange, ...]
    unchanged: int


def export_rows(link: Link, table: str) -> str:
    """The table as CSV, safe to open in a spreadsheet."""
    rows = MappingRow.objects.filter(link=link, table=table).order_by("source_value", "pk")
    return write_sheet(TABLES[table], map(_sheet_row, rows))


def preview_import(link: Link, table: str, content: bytes) -> SheetDifference:
    """What importing this file would change. Raises SheetError with every wrong row at once."""
    rows = read_sheet(TABLES[table], content, known=known_codes(link))
    changes = tuple(_changes(link, table, rows))
    return SheetDifference(changes, unchanged=len(rows) - len(changes))


@transaction.atomic
def import_rows(
    *,
    link: Link,
    table: str,
    content: bytes,
    by: By,
    reason: str = "",
    now: datetime | None = None,
) -> SheetDifference:
    """Save every row of the file or none. What the rows held up is released afterwards."""
    difference = preview_import(link, table, content)
    find = rows_by_key(link, TABLES[table])
    with edition(link, table, by=by, reason=reason, now=now or system_now(), find=find) as one:
        for change in difference.changes:
            one.put(
                change.row.source_value,
                change.row.target,
                source_label=change.row.source_label,
                effective_from=change.row.effective_from,
            )
    return difference


def _changes(link: Link, table: str, rows: list[SheetRow]) -> Iterator[SheetChange]:
    find = rows_by_key(link, TABLES[table])
    for row in rows:
        found = find(row.source_value, row.effective_from)
        before = _sheet_row(found) if found else None
        if before is None or (before.source_label, before.target) != (row.source_label, row.target):
            yield SheetChange(row, before)


def _sheet_row(row: MappingRow) -> SheetRow:
    return SheetRow(row.source_value, row.source_label, row.effective_from, dict(row.target))
