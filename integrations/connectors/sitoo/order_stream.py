"""Receipts in the order of their ids, and the open ones again until they are done.

QUIRK(sitoo): there is no modified-since filter. Ids ascend as receipts arrive, late ones from
offline tills included, so an id cursor misses no receipt; it cannot see later changes. Orders that
were open, and ids that were skipped (parked baskets, receipts stored out of turn), are therefore
asked for by id, every ASK_AGAIN_AFTER.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.paging import chunks
from integrations.connectors.sitoo.assumed import (
    ASK_AGAIN_AFTER,
    GAP_PATIENCE,
    MOST_GAPS,
    ORDERS_PER_REQUEST,
)
from integrations.connectors.sitoo.client import SitooClient
from integrations.connectors.sitoo.facts import SECOND, epoch, number, order_facts
from integrations.connectors.sitoo.receipts import is_open
from integrations.ports import Page

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderCursor:
    """`gaps` maps skipped ids to when they were first missed; times are epoch seconds."""

    last: int
    open: tuple[int, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
    asked: int = 0
    is_again_next: bool = False

    @classmethod
    def load(cls, text: str, *, first_order_id: int) -> "OrderCursor":
        if not text:
            return cls(last=first_order_id - 1)
        stored = json.loads(text)
        return cls(
            last=stored["last"],
            open=tuple(stored["open"]),
            gaps=tuple((gap, since) for gap, since in stored["gaps"]),
            asked=stored["asked"],
            is_again_next=stored["again"],
        )

    def dump(self) -> str:
        stored = {"last": self.last, "open": self.open, "gaps": self.gaps}
        return json.dumps({**stored, "asked": self.asked, "again": self.is_again_next})

    @property
    def waiting(self) -> list[int]:
        return sorted({*self.open, *(gap for gap, _ in self.gaps)})


def read_orders(client: SitooClient, text: str, *, first_order_id: int, now: datetime) -> Page:
    """New receipts, or, when that turn has come, the open and skipped ones again."""
    cursor = OrderCursor.load(text, first_order_id=first_order_id)
    if cursor.is_again_next:
        return _read_again(client, cursor, now=now)
    listed = client.orders_from(cursor.last + 1)
    rows = list(listed.items)
    after = _moved_on(cursor, rows, is_first=not text, now=now)
    more = bool(rows) and len(rows) < listed.totalcount
    if not cursor.waiting:
        after = replace(after, asked=epoch(now))  # nothing to ask for until a while from now
    elif not more and epoch(now) - cursor.asked >= ASK_AGAIN_AFTER // SECOND:
        after, more = replace(after, is_again_next=True), True
    return Page(order_facts(rows), after.dump(), more)


def _read_again(client: SitooClient, cursor: OrderCursor, *, now: datetime) -> Page:
    rows: list[Row] = []
    for ids in chunks(cursor.waiting, ORDERS_PER_REQUEST):
        rows += client.orders([str(order_id) for order_id in ids])
    found = {number(row, "orderid"): row for row in rows}
    still_open = {i for i in cursor.open if i not in found} | set(_open_ids(rows))
    oldest = epoch(now - GAP_PATIENCE)
    after = replace(
        cursor,
        open=tuple(sorted(still_open)),
        gaps=tuple((gap, at) for gap, at in cursor.gaps if gap not in found and at > oldest),
        asked=epoch(now),
        is_again_next=False,
    )
    return Page(order_facts(rows), after.dump(), more=False)


def _moved_on(
    cursor: OrderCursor, rows: Sequence[Row], *, is_first: bool, now: datetime
) -> OrderCursor:
    ids = _ascending_ids(rows)
    if not ids:
        return cursor
    began = ids[0] if is_first else cursor.last + 1
    gaps = cursor.gaps
    if _is_recent(rows, now=now):
        first = max(began, ids[-1] - len(ids) - MOST_GAPS)
        skipped = sorted(set(range(first, ids[-1])).difference(ids))
        gaps = (*gaps, *((gap, epoch(now)) for gap in skipped))[-MOST_GAPS:]
    opened = {*cursor.open, *_open_ids(rows)}
    return replace(cursor, last=ids[-1], open=tuple(sorted(opened)), gaps=gaps)


def _ascending_ids(rows: Sequence[Row]) -> list[int]:
    """QUIRK(sitoo): the default order is descending; a cursor must notice if `sort` is ignored."""
    ids = [number(row, "orderid") for row in rows]
    if ids != sorted(set(ids)):
        raise SchemaChangedError(
            "Sitoo no longer lists orders in the order of their ids.", field="items[].orderid"
        )
    return ids


def _is_recent(rows: Sequence[Row], *, now: datetime) -> bool:
    """Gaps in old history are parked baskets that nobody will finish."""
    dates = [row["orderdate"] for row in rows if isinstance(row.get("orderdate"), int)]
    return max(dates, default=0) > epoch(now - GAP_PATIENCE)


def _open_ids(rows: Sequence[Row]) -> list[int]:
    return [
        number(row, "orderid")
        for row in rows
        if is_open(row.get("orderstateid"), row.get("paymentstateid"))
    ]
