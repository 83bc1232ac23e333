"""The generic resource search: typed column filters, sorting, paging and reference names."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.brightpearl.filters import Test, make_test, period_of, ranges_of
from integrations.sandbox.brightpearl.formats import stamp
from integrations.sandbox.brightpearl.replies import (
    CANNOT_PARSE_FILTER,
    ApiError,
    Reply,
)

PAGE = 500  # the largest and the default page
CONTROLS = ("columns", "sort", "pageSize", "firstResult", "countOnly")

Row = Any


@dataclass(frozen=True)
class Column:
    """One column. `names` gives the reference data that its ids refer to."""

    name: str
    kind: str
    value: Callable[[Row], Any]
    names: str = ""


@dataclass(frozen=True)
class Table:
    """A searchable resource. `extra` columns can be filtered by but are not shown."""

    columns: Sequence[Column]
    extra: Sequence[Column] = ()
    by_name: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        named = {column.name: column for column in (*self.columns, *self.extra)}
        object.__setattr__(self, "by_name", named)


References = Mapping[str, Mapping[int, str]]
Query = Sequence[tuple[str, str]]


def find(
    table: Table, rows: Iterable[Row], query: Query, *, zone: str, references: References
) -> Reply:
    """Filter, sort, cut and spell `rows`. Raises ApiError for a filter that cannot be read."""
    controls = {name: value for name, value in query if name in CONTROLS}
    shown = _shown(table, controls.get("columns"))
    tests = _tests(table, query)
    found = [row for row in rows if all(test(value(row)) for value, test in tests)]
    order = _sorting(table, controls.get("sort"))
    for column, descending in reversed(order):
        found.sort(key=_sort_key(column), reverse=descending)
    first = _positive(controls.get("firstResult"), 1)
    size = min(_positive(controls.get("pageSize"), PAGE), PAGE)
    page = [] if controls.get("countOnly") == "true" else found[first - 1 : first - 1 + size]
    results = [[_cell(column.value(row), zone) for column in shown] for row in page]
    meta = _meta(shown, order, len(found), len(page), first)
    body = {
        "response": {"results": results, "metaData": meta},
        "reference": _references(shown, page, references),
    }
    return Reply(200, body)


def describe(table: Table) -> Reply:
    """The `…/meta-data` answer: columns and default sorting."""
    meta = {
        "columns": [_about(column) for column in table.columns],
        "sorting": [_about_sorting(column, down) for column, down in _sorting(table, None)],
    }
    return Reply(200, {"response": meta})


def window(
    rows: Sequence[Row], query: Query, name: str, moment: Callable[[Row], datetime]
) -> Sequence[Row]:
    """Rows inside the period filter `name`; `rows` must be in the order of `moment`."""
    text = next((value for key, value in query if key == name), None)
    if text is None:
        return rows
    start, end = period_of(name, text)
    low = 0 if start is None else bisect_left(rows, start, key=moment)
    high = len(rows) if end is None else bisect_right(rows, end, key=moment)
    return rows[low:high]


def wanted_ids(query: Query, name: str) -> list[int] | None:
    """Ids of an IDSET filter written without ranges wider than a page, else None."""
    text = next((value for key, value in query if key == name), None)
    if text is None:
        return None
    ranges = ranges_of(name, text)
    if sum(high - low + 1 for low, high in ranges) > PAGE:
        return None
    return sorted({one for low, high in ranges for one in range(low, high + 1)})


def _shown(table: Table, wanted: str | None) -> Sequence[Column]:
    if not wanted:
        return table.columns
    return [_column(table, name) for name in wanted.split(",")]


def _column(table: Table, name: str) -> Column:
    if name not in table.by_name:
        raise ApiError(400, CANNOT_PARSE_FILTER, f"There is no column '{name}'")
    return table.by_name[name]


def _tests(table: Table, query: Query) -> list[tuple[Callable[[Row], Any], Test]]:
    tests = []
    for name, text in query:
        if name not in CONTROLS:
            column = _column(table, name)
            tests.append((column.value, make_test(column.kind, name, text)))
    return tests


def _sorting(table: Table, wanted: str | None) -> list[tuple[Column, bool]]:
    if not wanted:
        return [(table.columns[0], False)]
    order = []
    for part in wanted.split(","):
        name, _, direction = part.replace("|", ".").partition(".")
        order.append((_column(table, name), direction.upper() == "DESC"))
    return order


def _sort_key(column: Column) -> Callable[[Row], tuple[bool, Any]]:
    def key(row: Row) -> tuple[bool, Any]:
        value = column.value(row)
        if value is not None and column.kind == "DECIMAL":
            value = Decimal(value)
        return (value is not None, value)

    return key


def _positive(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise ApiError(500, CANNOT_PARSE_FILTER, f"Could not parse '{text}' as a position")
    return int(text)


def _cell(value: Any, zone: str) -> Any:
    return stamp(value, zone) if isinstance(value, datetime) else value


def _meta(
    shown: Sequence[Column], order: list[tuple[Column, bool]], found: int, page: int, first: int
) -> dict[str, Any]:
    last = first + page - 1
    meta: dict[str, Any] = {
        "morePagesAvailable": page > 0 and last < found,
        "resultsAvailable": found,
        "resultsReturned": page,
    }
    if page:
        meta |= {"firstResult": first, "lastResult": last}
    meta["columns"] = [_about(column) for column in shown]
    meta["sorting"] = [_about_sorting(column, down) for column, down in order]
    return meta


def _about(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "sortable": True,
        "filterable": True,
        "reportDataType": column.kind,
        "referenceData": [column.names] if column.names else [],
        "isFreeTextSearchable": column.kind == "SEARCH_STRING",
        "required": False,
    }


def _about_sorting(column: Column, descending: bool) -> dict[str, Any]:
    return {"filterable": _about(column), "direction": "DESC" if descending else "ASC"}


def _references(
    shown: Sequence[Column], page: Sequence[Row], references: References
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for column in shown:
        if column.names and page:
            names = references.get(column.names, {})
            ids = {column.value(row) for row in page}
            found[column.names] = {str(one): names[one] for one in ids if one in names}
    return found
