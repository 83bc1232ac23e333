"""Goods-out notes: created they allocate, shipped they take the goods out of stock."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import GoodsOut, NoteLine, Order
from integrations.sandbox.brightpearl.formats import (
    ZERO,
    read_decimal,
    read_int,
    read_text,
    read_time,
    section,
    whole,
)
from integrations.sandbox.brightpearl.replies import (
    BAD_STOCK,
    ApiError,
    Reply,
    done,
    invalid,
    not_found,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body, read_list
from integrations.sandbox.brightpearl.reservations import ON_HAND_EVENT, take_from_reservation
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request

_int = partial(read_int, code=BAD_STOCK)
_time = partial(read_time, code=BAD_STOCK)


def post_goods_out(world: World, request: Request, *, order_id: str) -> Reply:
    """Create one note per warehouse of the body. More than is in stock is accepted."""
    order = world.order(read_int(order_id, "order id"), "SO")
    body = read_body(request)
    wanted = read_list(body, "warehouses")
    notes = [_draft(world, order, body, entry) for entry in wanted]
    _refuse_too_much(order, notes)
    for note in notes:
        _place(world, order, note)
    return response([note.id for note in notes])


def _draft(
    world: World, order: Order, body: Mapping[str, Any], entry: Mapping[str, Any]
) -> GoodsOut:
    warehouse = world.warehouses.get(_int(entry.get("warehouseId"), "warehouseId"))
    if warehouse is None:
        raise invalid(BAD_STOCK, f"Unknown warehouse: {entry.get('warehouseId')}")
    location = warehouse.default_location
    release = entry.get("releaseDate")
    return GoodsOut(
        id=0,
        order_id=order.id,
        warehouse_id=warehouse.id,
        lines=[_line(order, wanted, location) for wanted in read_list(entry, "products")],
        created_on=world.now,
        release_date=_time(release, "releaseDate") if release else world.now,
        shipping_method_id=_int(body.get("shippingMethodId") or 0, "shippingMethodId"),
        priority=bool(body.get("priority", False)),
        sequence=len(order.goods_out) + 1,
        label_uri=read_text(body.get("labelUri"), "labelUri", limit=512, code=BAD_STOCK),
    )


def _line(order: Order, wanted: Mapping[str, Any], location_id: int) -> NoteLine:
    product_id = _int(wanted.get("productId"), "productId")
    row = order.rows.get(_int(wanted.get("salesOrderRowId"), "salesOrderRowId"))
    if row is None or row.product_id != product_id:
        raise invalid(BAD_STOCK, f"Product {product_id} is not on this row of order {order.id}")
    if not row.stocked:
        raise invalid(BAD_STOCK, "This is a non stock tracked product.")
    quantity = read_decimal(wanted.get("quantity"), "quantity", code=BAD_STOCK)
    if quantity <= 0:
        raise invalid(BAD_STOCK, "quantity must be above 0")
    return NoteLine(row.id, product_id, quantity, location_id)


def _refuse_too_much(order: Order, notes: list[GoodsOut]) -> None:
    """A row can be sent out once, over however many notes."""
    asked: dict[int, Decimal] = {}
    for line in (line for note in notes for line in note.lines):
        asked[line.row_id] = asked.get(line.row_id, ZERO) + line.quantity
        row = order.rows[line.row_id]
        if row.noted + asked[line.row_id] > row.quantity:
            raise invalid(BAD_STOCK, f"Row {row.id} has {row.quantity - row.noted} left to fulfil")


def _place(world: World, order: Order, note: GoodsOut) -> None:
    note.id = world.new_id("goods-out")
    note.events.append(("PLA", world.now, STAFF))
    world.goods_out[note.id] = note
    order.goods_out.append(note.id)
    for line in note.lines:
        row = order.rows[line.row_id]
        take_from_reservation(world, order, row, line.quantity)
        row.noted += line.quantity
        world.stock.allocate(line.product_id, note.warehouse_id, line.quantity)
        world.raise_event(ON_HAND_EVENT, line.product_id)
    world.touch(order)
    world.raise_event("goods-out-note.created", note.id)
    rows = ",".join(f"{line.row_id}x{whole(line.quantity)}" for line in note.lines)
    world.record("goods-out-note", note.id, f"{order.id}:{rows}", note_summary(world, note))


def note_summary(world: World, note: GoodsOut) -> dict[str, Any]:
    """What the ledger keeps of a note."""
    order = world.orders[note.order_id]
    return {
        "noteId": note.id,
        "orderId": order.id,
        "orderExternalRef": order.external_ref,
        "warehouseId": note.warehouse_id,
        "lines": [
            {"rowId": line.row_id, "sku": order.rows[line.row_id].sku, "quantity": line.quantity}
            for line in note.lines
        ],
    }


def put_goods_out(world: World, request: Request, *, note_id: str) -> Reply:
    """Change priority, shipping or label; refused once shipped."""
    note = note_of(world, note_id)
    body = read_body(request)
    refuse_shipped(note)
    shipping = section(body, "shipping")
    if "shippingMethodId" in shipping:
        note.shipping_method_id = _int(shipping["shippingMethodId"], "shippingMethodId")
    if "reference" in shipping:
        note.tracking = read_text(shipping["reference"], "reference", limit=64, code=BAD_STOCK)
    if shipping.get("boxes") is not None:
        note.boxes = _int(shipping["boxes"], "boxes")
    if shipping.get("weight") is not None:
        note.weight = read_decimal(shipping["weight"], "weight", code=BAD_STOCK)
    note.priority = bool(body.get("priority", note.priority))
    note.label_uri = body.get("labelUri") or note.label_uri
    world.raise_event("goods-out-note.modified", note.id)
    return done()


def note_of(world: World, note_id: str) -> GoodsOut:
    """The note of this id, or 404."""
    note = world.goods_out.get(read_int(note_id, "note id"))
    if note is None:
        message = f"You have provided an invalid goods-out note Id: {note_id}"
        raise ApiError(404, "CMNC-404", message)
    return note


def refuse_shipped(note: GoodsOut) -> None:
    """Raise ApiError when the goods have left."""
    if note.shipped_on is not None:
        raise invalid(BAD_STOCK, f"Goods-out note {note.id} cannot change: it has been shipped.")


def delete_goods_out(world: World, request: Request, *, order_id: str, note_id: str) -> Reply:
    """Remove an unshipped note and release its goods."""
    note = note_of(world, note_id)
    if note.order_id != read_int(order_id, "order id"):
        raise not_found(f"Goods-out note {note_id} of order {order_id}")
    refuse_shipped(note)
    order = world.orders[note.order_id]
    for line in note.lines:
        order.rows[line.row_id].noted -= line.quantity
        world.stock.allocate(line.product_id, note.warehouse_id, -line.quantity)
        world.raise_event(ON_HAND_EVENT, line.product_id)
    order.goods_out.remove(note.id)
    del world.goods_out[note.id]
    world.touch(order)
    world.raise_event("goods-out-note.destroyed", note.id)
    world.record("goods-out-deleted", note.id, "", note_summary(world, note))
    return response(note.id)
