"""Reading a search by its `updatedOn`, page after page, without missing what arrives meanwhile.

Each page starts at the last moment that the one before has shown, not at a row number: rows that
change while we read move to the end, and row numbers would skip others.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from pydantic import AwareDatetime, BaseModel

from integrations.connectors.brightpearl.assumed import POLL_OVERLAP
from integrations.connectors.brightpearl.search import (
    Params,
    ResultPage,
    Row,
    period,
    read_instant,
    text_of,
)

MOST_REMEMBERED = 1000  # rows of the overlap; beyond that the inbox drops what it has


class Cursor(BaseModel):
    """`first` is above 1 only inside a run of rows with one and the same time."""

    since: AwareDatetime | None = None
    first: int = 1
    seen: list[str] = []  # rows of the overlap that were handed on already


class Window(NamedTuple):
    """A search that can be read by `updatedOn`."""

    ask: Callable[[Params], ResultPage]
    id_column: str
    columns: tuple[str, ...]
    page_size: int


class Reading(NamedTuple):
    """New rows, where to read on, and whether to do so at once."""

    rows: list[Row]
    cursor: Cursor
    more: bool


def read(window: Window, cursor: Cursor, *, now: datetime) -> Reading:
    """The next page. The whole search is read when the cursor has no time yet."""
    params = [
        ("columns", ",".join((window.id_column, "updatedOn", *window.columns))),
        ("sort", "updatedOn.ASC"),
        ("pageSize", str(window.page_size)),
        ("firstResult", str(cursor.first)),
    ]
    if cursor.since:
        params.insert(0, ("updatedOn", period(cursor.since)))
    page = window.ask(params)
    rows = [row for row in page.rows if _mark(window, row) not in set(cursor.seen)]
    if page.has_more:
        return Reading(rows, _further(cursor, page), more=True)
    return Reading(rows, _caught_up(window, cursor, page.rows, now=now), more=False)


def _further(cursor: Cursor, page: ResultPage) -> Cursor:
    last = read_instant(text_of(page.rows[-1], "updatedOn"))
    if last and (cursor.since is None or last > cursor.since):
        return Cursor(since=last)
    return Cursor(since=cursor.since, first=page.following)


def _caught_up(window: Window, cursor: Cursor, rows: list[Row], *, now: datetime) -> Cursor:
    times = [time for row in rows if (time := read_instant(text_of(row, "updatedOn")))]
    newest = max(times, default=cursor.since or now)
    since = newest - POLL_OVERLAP if times else newest
    since = max(since, cursor.since) if cursor.since else since
    recent = [row for row in rows if _is_since(row, since)]
    return Cursor(since=since, seen=[_mark(window, row) for row in recent[-MOST_REMEMBERED:]])


def _is_since(row: Row, since: datetime) -> bool:
    time = read_instant(text_of(row, "updatedOn"))
    return time is not None and time >= since


def _mark(window: Window, row: Row) -> str:
    return f"{text_of(row, window.id_column)}@{text_of(row, 'updatedOn')}"
