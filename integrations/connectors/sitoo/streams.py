"""The feeds other than receipts, each read one page at a time from a cursor in JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from integrations.connectors.bodies import parse
from integrations.connectors.errors import NotFoundError
from integrations.connectors.sitoo import schemas as wire
from integrations.connectors.sitoo.assumed import (
    CHANGE_OVERLAP,
    Z_REPORT_LATE_UPLOAD,
    Z_REPORT_OVERLAP,
    Z_REPORTS_PER_REQUEST,
)
from integrations.connectors.sitoo.client import SitooClient
from integrations.connectors.sitoo.facts import (
    SECOND,
    epoch,
    movement_facts,
    number,
    product_facts,
    stock_facts,
    z_report_facts,
)
from integrations.connectors.sitoo.mapping import SYSTEM
from integrations.ports import Page

Row = dict[str, Any]


def read_z_reports(client: SitooClient, text: str, *, history_from: int) -> Page:
    """By arrival, so that late uploads are not missed; register by register on accounts that
    cannot. Reports near the cursor come again, which the inbox expects."""
    stored = json.loads(text) if text else {"since": history_from, "per_register": False}
    since = stored["since"]
    if stored["per_register"]:
        return _by_register(client, since)
    try:
        rows = client.z_reports_added_since(since)
    except NotFoundError:
        return _by_register(client, since)
    newest = max((number(row, "dateadded") for row in rows), default=since)
    is_full = len(rows) >= Z_REPORTS_PER_REQUEST
    if is_full and newest == since:  # one second holds more reports than a page
        rows = _all_registers(client, since - Z_REPORT_LATE_UPLOAD // SECOND)
        return _z_page(rows, since=since + 1, more=True)
    overlap = 0 if is_full else Z_REPORT_OVERLAP // SECOND
    return _z_page(rows, since=max(since, newest - overlap), more=is_full)


def _by_register(client: SitooClient, since: int) -> Page:
    """QUIRK(sitoo): here only the creation time can be asked for, which is old on late uploads."""
    rows = _all_registers(client, since - Z_REPORT_LATE_UPLOAD // SECOND)
    newest = max((number(row, "datecreated") for row in rows), default=since)
    return _z_page(rows, since=max(since, newest), more=False, per_register=True)


def _all_registers(client: SitooClient, since: int) -> list[Row]:
    registers = [
        parse(wire.Register, row, system=SYSTEM, endpoint="cashregisters").registerid
        for row in client.registers()
    ]
    rows: list[Row] = []
    for register in registers:
        rows += client.z_reports_created_since(register, max(since, 0))
    return rows


def _z_page(rows: Sequence[Row], *, since: int, more: bool, per_register: bool = False) -> Page:
    cursor = json.dumps({"since": since, "per_register": per_register})
    return Page(z_report_facts(rows), cursor, more)


def read_movements(client: SitooClient, text: str, *, history_from: int) -> Page:
    """Stock transactions in the order of their ids; they never change."""
    last = json.loads(text)["last"] if text else 0
    listed = client.transactions_from(last + 1, created_since=history_from)
    ids = [number(row, "warehousetransactionid") for row in listed.items]
    cursor = json.dumps({"last": max([last, *ids])})
    return Page(movement_facts(listed.items), cursor, bool(ids) and len(ids) < listed.totalcount)


@dataclass(frozen=True, slots=True)
class ChangeCursor:
    """A pass over what changed since `since`, begun at `began`, `start` rows in; epoch seconds."""

    since: int = 0
    began: int = 0
    start: int = 0
    total: int = 0
    warehouse: int = 0

    @classmethod
    def load(cls, text: str, *, now: datetime) -> "ChangeCursor":
        cursor = cls(**json.loads(text)) if text else cls()
        return cursor if cursor.began else replace(cursor, began=epoch(now))

    def dump(self) -> str:
        return json.dumps(asdict(self))

    def finished(self) -> "ChangeCursor":
        """The next pass begins where this one began, and a little earlier."""
        return ChangeCursor(since=self.began - CHANGE_OVERLAP // SECOND)


def read_products(client: SitooClient, text: str, *, now: datetime) -> Page:
    """Products changed since the last pass; the first pass reads all of them."""
    cursor = ChangeCursor.load(text, now=now)
    listed = client.products_modified_since(cursor.since, start=cursor.start)
    if cursor.start and listed.totalcount < cursor.total:  # rows left: the rest moved up
        start = max(0, cursor.start - (cursor.total - listed.totalcount))
        cursor = replace(cursor, start=start)
        listed = client.products_modified_since(cursor.since, start=start)
    after, more = _next_part(cursor, listed)
    return Page(product_facts(listed.items), after.dump(), more)


def read_stock_changes(client: SitooClient, text: str, *, now: datetime) -> Page:
    """Levels changed since the last pass, warehouse by warehouse.

    QUIRK(sitoo): a reservation alone may not move `datelastmodified`.
    """
    cursor = ChangeCursor.load(text, now=now)
    places = _warehouse_ids(client)
    place = next((i for i in places if i >= cursor.warehouse), None)
    if place is None:
        return Page([], cursor.finished().dump(), more=False)
    if place != cursor.warehouse:
        cursor = replace(cursor, warehouse=place, start=0, total=0)
    listed = client.warehouse_items_modified_since(str(place), cursor.since, start=cursor.start)
    facts = stock_facts(listed.items, warehouse_id=str(place))
    after, more = _next_part(cursor, listed)
    if not more and place != places[-1]:
        following = places[places.index(place) + 1]
        after, more = replace(cursor, warehouse=following, start=0, total=0), True
    return Page(facts, after.dump(), more)


def _warehouse_ids(client: SitooClient) -> list[int]:
    return sorted(number(row, "warehouseid") for row in client.warehouses())


def _next_part(cursor: ChangeCursor, listed: wire.Listed) -> tuple[ChangeCursor, bool]:
    reached = cursor.start + len(listed.items)
    if listed.items and reached < listed.totalcount:
        return replace(cursor, start=reached, total=listed.totalcount), True
    return cursor.finished(), False
