"""Rows as they go over the wire, and reading them by change: inclusive, ordered, page by page."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.warehouse.problems import malformed, not_found

Wire = dict[str, Any]
DEFAULT_LIMIT, MOST_ROWS = 100, 500
CURSOR_LIFE = timedelta(minutes=15)


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: object, field: str) -> datetime:
    """A time with its zone. Raises ProblemError."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise malformed(f"{field} is not an RFC 3339 time.") from None
    if found.tzinfo is None:
        raise malformed(f"{field} has no time zone.")
    return found.astimezone(UTC)


class Table:
    """One kind of object by id. Every change moves the row to the end of the change feed."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.rows: dict[str, Wire] = {}
        self._changed: dict[str, datetime] = {}

    def put(self, id: str, row: Wire, at: datetime) -> Wire:
        """Keep the row as changed at `at`."""
        row["updated_at"] = stamp(at)
        self.rows[id] = row
        self._changed[id] = at.replace(microsecond=0)
        return row

    def get(self, id: str) -> Wire:
        """Raises ProblemError when there is none."""
        if id not in self.rows:
            raise not_found(f"{self.noun} {id}")
        return self.rows[id]

    def page(
        self, request: Request, now: datetime, keep: Callable[[Wire], bool] = lambda row: True
    ) -> Wire:
        """Rows changed since `updated_since`, by time and then id, after the cursor."""
        since = request.first("updated_since")
        start = read_time(since, "updated_since") if since else datetime.min.replace(tzinfo=UTC)
        after = _after(request.first("cursor"), now)
        marks = sorted((changed, id) for id, changed in self._changed.items())
        wanted = [
            mark for mark in marks if mark[0] >= start and mark > after and keep(self.rows[mark[1]])
        ]
        limit = _limit(request)
        shown, more = wanted[:limit], len(wanted) > limit
        cursor = _cursor(shown[-1], now) if more else None
        return {
            "data": [self.rows[id] for _, id in shown],
            "page": {"next_cursor": cursor, "has_more": more},
        }


def _limit(request: Request) -> int:
    text = request.first("limit", str(DEFAULT_LIMIT)) or ""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_ROWS:
        raise malformed(f"limit must be between 1 and {MOST_ROWS}.")
    return int(text)


def _cursor(mark: tuple[datetime, str], now: datetime) -> str:
    return base64.urlsafe_b64encode(
        json.dumps([mark[0].isoformat(), mark[1], now.isoformat()]).encode()
    ).decode()


def _after(cursor: str | None, now: datetime) -> tuple[datetime, str]:
    if not cursor:
        return datetime.min.replace(tzinfo=UTC), ""
    try:
        changed, id, made = json.loads(base64.urlsafe_b64decode(cursor))
        mark, age = (datetime.fromisoformat(changed), id), now - datetime.fromisoformat(made)
    except (binascii.Error, ValueError, TypeError):
        raise malformed("The cursor is not one of ours.") from None
    if age > CURSOR_LIFE:
        raise malformed("The cursor has expired. Begin again.")
    return mark
