"""The versions of a table: what it was, and how to have it so again. History is only appended."""

from dataclasses import dataclass
from datetime import date, datetime

from integrations.models import Link, MappingChange, MappingRow
from integrations.services.audit import By
from integrations.services.mappings import (
    edition,
    find_row,
    latest_number,
    rows_by_key,
    table_of,
)
from integrations.services.runtime import system_now

Key = tuple[str, date | None]  # the value in its table's own spelling, and from when


@dataclass(frozen=True, slots=True)
class Step:
    """One row on the way back to a version; `after` None: it is removed."""

    source_value: str
    effective_from: date | None
    before: dict[str, str] | None
    after: dict[str, str] | None


def table_at(link: Link, table: str, number: int) -> dict[Key, MappingChange]:
    """The rows of a table as of one of its versions, each as the change that made it so."""
    key = table_of(link, table).source_key
    rows: dict[Key, MappingChange] = {}
    changes = MappingChange.objects.filter(link=link, table=table, number__lte=number)
    for change in changes.order_by("number", "pk"):
        where = (key(change.source_value), change.effective_from)
        if change.after is None:
            rows.pop(where, None)
        else:
            rows[where] = change
    return rows


def steps_back(link: Link, table: str, number: int) -> list[Step]:
    """What would have to change so that the table is again as in version `number`."""
    key = table_of(link, table).source_key
    wanted = table_at(link, table, number)
    touched = MappingChange.objects.filter(link=link, table=table, number__gt=number)
    find, steps, seen = rows_by_key(link, table_of(link, table)), [], set[Key]()
    for change in touched.order_by("source_value", "pk"):
        where = (key(change.source_value), change.effective_from)
        row = find(*where)
        before, then = (row.target if row else None), wanted.get(where)
        after = then.after if then else None
        if where not in seen and before != after:
            steps.append(Step(change.source_value, change.effective_from, before, after))
        seen.add(where)
    return steps


def roll_back_to(
    *,
    link: Link,
    table: str,
    number: int,
    expected: int,
    by: By,
    reason: str = "",
    now: datetime | None = None,
) -> int:
    """Make the table again what it was in version `number`, as a new version. Returns that one's.

    `expected` is the latest version that the person looked at. Raises MappingError.
    """
    reason = reason or f"Back to version {number}"
    find = rows_by_key(link, table_of(link, table))
    with edition(link, table, by=by, reason=reason, now=now or system_now(), find=find) as one:
        one.expect(expected)
        for step in steps_back(link, table, number):
            row = find(step.source_value, step.effective_from)
            if step.after is not None:
                one.put(step.source_value, step.after, effective_from=step.effective_from)
            elif row is not None:
                one.remove(row)
    return latest_number(link, table)


def roll_back(
    *, change_id: int, by: By, reason: str = "", now: datetime | None = None
) -> MappingRow | None:
    """Undo one change of the history: the row is again as before it. None: there was none then."""
    change = MappingChange.objects.select_related("link").get(pk=change_id)
    reason = reason or f"Undo of the change of {change.at:%d %B %Y %H:%M} UTC"
    kind = table_of(change.link, change.table)
    with edition(change.link, change.table, by=by, reason=reason, now=now or system_now()) as one:
        if change.before is not None:
            return one.put(change.source_value, change.before, effective_from=change.effective_from)
        row = find_row(change.link, kind, change.source_value, change.effective_from)
        if row:
            one.remove(row)
    return None
