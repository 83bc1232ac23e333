"""Search answers: arrays of cells, named by `metaData.columns`. Rows are built by column name.

Source: Brightpearl help, "Resource search design"; recorded answers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

Row = Mapping[str, Any]
Params = list[tuple[str, str]]
PAGE_SIZE = 500  # the vendor's largest and default
MOST_PAGES = 40  # 20,000 rows: nothing we ask for is larger


class _Column(BaseModel):
    name: str


class _MetaData(BaseModel):
    model_config = ConfigDict(extra="allow")

    columns: list[_Column]
    morePagesAvailable: bool = False
    lastResult: int = 0  # QUIRK(brightpearl): absent when the result is empty


class SearchResult(BaseModel):
    """`response` of a search."""

    model_config = ConfigDict(extra="allow")

    results: list[list[Any]]
    metaData: _MetaData


class ResultPage(NamedTuple):
    """`following` is the `firstResult` of the next page."""

    rows: list[Row]
    has_more: bool
    following: int


def page_of(result: SearchResult) -> ResultPage:
    """Rows by column name; cells without a column are dropped, missing cells are absent."""
    names = [column.name for column in result.metaData.columns]
    rows: list[Row] = [dict(zip(names, cells, strict=False)) for cells in result.results]
    last = result.metaData.lastResult
    has_more = result.metaData.morePagesAvailable and bool(rows)
    return ResultPage(rows=rows, has_more=has_more, following=last + 1)


def every_row(
    ask: Callable[[Params], ResultPage], params: Iterable[tuple[str, str]]
) -> Iterator[Row]:
    """All rows of a search, a page at a time, up to MOST_PAGES pages."""
    base, first = list(params), 1
    for _ in range(MOST_PAGES):
        page = ask([*base, ("pageSize", str(PAGE_SIZE)), ("firstResult", str(first))])
        yield from page.rows
        if not page.has_more or page.following <= first:
            return
        first = page.following


def period(start: datetime, end: datetime | None = None) -> str:
    """A PERIOD filter, `from/to` or `from/`, in UTC: date-only values would mean midnight."""
    return f"{instant(start)}/{instant(end) if end else ''}"


def instant(moment: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(value: Any) -> datetime | None:
    """A time as the vendor writes it, with the account's offset; None when it is not one."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def number_of(row: Row, column: str) -> int:
    """A cell that holds an id; 0 when it is empty, absent or not a number."""
    value = str(row.get(column) or 0)
    return int(value) if value.isdecimal() else 0


def text_of(row: Row, column: str) -> str:
    """A cell as text; empty when it is null or absent."""
    value = row.get(column)
    return "" if value is None else str(value)
