"""Reading a list by its date of change, without missing what changes meanwhile.

Each page begins at the last moment that the one before has shown, not at a row number: rows that
change while we read move to the end, and row numbers would skip others.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel

from integrations.connectors.bigcommerce.client import changed
from integrations.connectors.bigcommerce.facts import digest
from integrations.connectors.bigcommerce.schemas import read_moment

Row = dict[str, Any]
MOST_REMEMBERED = 2000  # rows of the overlap; beyond that the inbox drops what it has


class Cursor(BaseModel):
    """`page` is above 1 only inside a run of rows with one and the same time."""

    since: AwareDatetime | None = None
    page: int = 1
    seen: list[str] = []  # rows of the overlap that were handed on already


class Window(NamedTuple):
    """A list that can be read by its date of change, oldest first, `size` rows at a time."""

    ask: Callable[[datetime | None, int], list[Row]]  # (since, page) → rows
    dated_by: str
    size: int
    most: int  # rows handed on at once
    overlap: timedelta


class Reading(NamedTuple):
    """`rows` are new; where to read on depends on how many of them could be handled."""

    window: Window
    cursor: Cursor
    listed: list[Row]
    fresh: list[Row]

    @property
    def rows(self) -> list[Row]:
        return self.fresh[: self.window.most]

    def after(self, count: int) -> tuple[Cursor, bool]:
        """The cursor once the first `count` rows, at least one if there are any, are handled, and
        whether to read on at once."""
        window, cursor, taken = self.window, self.cursor, self.fresh[:count]
        if taken and count < len(self.fresh):
            handled = self.listed[: self.listed.index(taken[-1]) + 1]
            return _read_on(window, cursor, handled, taken, page=0), True
        if len(self.listed) == window.size:
            return _read_on(window, cursor, self.listed, taken, page=1), True
        return _caught_up(window, cursor, self.listed), False


def read(window: Window, cursor: Cursor) -> Reading:
    """The next rows. The whole list is read when the cursor has no time yet."""
    listed = window.ask(cursor.since, cursor.page)
    known = set(cursor.seen)
    return Reading(window, cursor, listed, [row for row in listed if _mark(row) not in known])


def _read_on(
    window: Window, cursor: Cursor, handled: Sequence[Row], taken: list[Row], *, page: int
) -> Cursor:
    """From the last moment handled; while that stands still, from the next page."""
    last = moment_of(handled[-1], window.dated_by)
    if cursor.since is not None and last <= cursor.since:
        seen = [*cursor.seen, *(_mark(row) for row in taken)]
        return Cursor(since=cursor.since, page=cursor.page + page, seen=seen[-MOST_REMEMBERED:])
    return Cursor(since=last, seen=_marks_since(window, handled, last))


def _caught_up(window: Window, cursor: Cursor, rows: Sequence[Row]) -> Cursor:
    if not rows:
        return Cursor(since=cursor.since, seen=cursor.seen)
    since = moment_of(rows[-1], window.dated_by) - window.overlap
    since = max(since, cursor.since) if cursor.since else since
    before = cursor.seen if since == cursor.since else []
    seen = dict.fromkeys([*before, *_marks_since(window, rows, since)])
    return Cursor(since=since, seen=list(seen)[-MOST_REMEMBERED:])


def _marks_since(window: Window, rows: Sequence[Row], since: datetime) -> list[str]:
    recent = [row for row in rows if moment_of(row, window.dated_by) >= since]
    return [_mark(row) for row in recent[-MOST_REMEMBERED:]]


def _mark(row: Row) -> str:
    """A row as it is now. Its date alone would not do: two changes may share a second."""
    return f"{row.get('id')}@{digest(row)}"


def moment_of(row: Row, field: str) -> datetime:
    """When a row was changed. Raises SchemaChangedError."""
    try:
        moment = read_moment(row.get(field))
    except ValueError:
        moment = None
    if moment is None:
        raise changed(field, "a list by date of change")
    return moment
