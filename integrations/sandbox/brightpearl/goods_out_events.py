"""Events of goods-out notes: printed, picked, packed, and shipped, which takes the goods away."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import GoodsOut, Movement, NoteLine
from integrations.sandbox.brightpearl.formats import read_int, read_time
from integrations.sandbox.brightpearl.goods_out import note_of, note_summary, refuse_shipped
from integrations.sandbox.brightpearl.journals import Posting, post_automatic
from integrations.sandbox.brightpearl.replies import BAD_STOCK, ApiError, Reply, done, invalid
from integrations.sandbox.brightpearl.requests import read_body, read_list
from integrations.sandbox.brightpearl.reservations import ON_HAND_EVENT
from integrations.sandbox.brightpearl.world import World
from integrations.sandbox.core.http import Request

EVENTS = {
    "PRI": "printed",
    "UPR": "un-printed",
    "PIC": "picked",
    "UPI": "un-picked",
    "PAC": "packed",
    "UPA": "un-packed",
    "SHW": "shipped",
}
BEFORE_SHIPPING = ("PRI", "PIC", "PAC")

_int = partial(read_int, code=BAD_STOCK)
_time = partial(read_time, code=BAD_STOCK)


def post_event(world: World, request: Request, *, note_id: str) -> Reply:
    """Add events; SHW ships. With If-Match a stale version answers 412."""
    note = note_of(world, note_id)
    _refuse_stale(note, request)
    events = [_event(entry) for entry in read_list(read_body(request), "events")]
    refuse_shipped(note)
    for code, at, owner in events:
        refuse_shipped(note)
        _add_event(world, note, code, at, owner)
    return done()


def _refuse_stale(note: GoodsOut, request: Request) -> None:
    wanted = request.headers.get("if-match")
    if wanted is not None and wanted.strip('"') != str(len(note.events)):
        raise ApiError(412, "WHSC-412", f"Goods-out note {note.id} is at another version")


def _event(entry: Mapping[str, Any]) -> tuple[str, datetime, int]:
    """QUIRK: the field really is spelled `occured`; all three are required."""
    code = entry.get("eventCode")
    if code not in EVENTS:
        raise invalid(BAD_STOCK, f"Unknown eventCode: {code!r}")
    owner = _int(entry.get("eventOwnerId"), "eventOwnerId")
    return str(code), _time(entry.get("occured"), "occured"), owner


def _add_event(world: World, note: GoodsOut, code: str, at: datetime, owner: int) -> None:
    codes = [code]
    if code == "SHW":
        have = {one for one, _, _ in note.events}
        codes = [*(one for one in BEFORE_SHIPPING if one not in have), "SHW"]
    note.events += [(one, at, owner) for one in codes]
    for one in codes:
        world.raise_event(f"goods-out-note.modified.{EVENTS[one]}", note.id)
    if code == "SHW":
        _ship(world, note, at)


def _ship(world: World, note: GoodsOut, at: datetime) -> None:
    order = world.orders[note.order_id]
    note.shipped_on = at
    for line in note.lines:
        order.rows[line.row_id].shipped += line.quantity
        world.stock.allocate(line.product_id, note.warehouse_id, -line.quantity)
        world.stock.move(line.product_id, note.warehouse_id, line.location_id, -line.quantity)
        _record_movement(world, note, line)
        world.raise_event(ON_HAND_EVENT, line.product_id)
    whole_order = all(row.shipped >= row.quantity for row in order.stock_rows)
    world.touch(order, event="order.modified.fully-shipped" if whole_order else "order.modified")
    world.record("goods-out-shipped", note.id, str(note.id), note_summary(world, note))


def _record_movement(world: World, note: GoodsOut, line: NoteLine) -> None:
    product = world.products[line.product_id]
    value = product.cost * line.quantity
    movement = Movement(
        id=world.new_id("movement"),
        product_id=line.product_id,
        quantity=-line.quantity,
        location_id=line.location_id,
        warehouse_id=note.warehouse_id,
        note_id=note.id,
        kind="GO",
        updated_on=world.now,
        value=product.cost,
        order_id=note.order_id,
        sales_row_id=line.row_id,
    )
    world.movements.append(movement)
    settings = world.settings
    posting = Posting("GO", world.now.date(), f"Goods out {note.id}", settings.currency)
    post_automatic(world, posting, {settings.cost_nominal: value, settings.stock_nominal: -value})
