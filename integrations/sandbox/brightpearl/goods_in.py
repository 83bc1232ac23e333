"""Goods-in notes of returns: what a sales credit brings back, for sale or to quarantine."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import GoodsIn, GoodsInLine, Movement, Order
from integrations.sandbox.brightpearl.formats import (
    ZERO,
    four,
    id_set,
    read_decimal,
    read_int,
    read_text,
    read_time,
    section,
    stamp,
    whole,
    without_none,
)
from integrations.sandbox.brightpearl.goods_out_views import within
from integrations.sandbox.brightpearl.replies import (
    BAD_STOCK,
    DUPLICATE_BATCH,
    Reply,
    invalid,
    not_found,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body, read_list
from integrations.sandbox.brightpearl.reservations import ON_HAND_EVENT
from integrations.sandbox.brightpearl.search import Column, Table, find
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request

LARGEST_SET = 200

_int = partial(read_int, code=BAD_STOCK)


def post_goods_in(world: World, request: Request, *, order_id: str) -> Reply:
    """Receive goods against a credit. QUIRK: its row id goes into purchaseOrderRowId."""
    order = world.order(read_int(order_id, "order id"), "SC")
    body = read_body(request)
    batch_ref = _batch_ref(world, body)
    warehouse_id = _int(body.get("warehouseId"), "warehouseId")
    if warehouse_id not in world.warehouses:
        raise invalid(BAD_STOCK, f"Unknown warehouse: {warehouse_id}")
    wanted = read_list(body, "goodsMoved")
    lines = tuple(_line(world, order, warehouse_id, one) for one in wanted)
    _refuse_too_much(order, lines)
    note = GoodsIn(
        id=world.new_id("goods-in"),
        order_id=order.id,
        warehouse_id=warehouse_id,
        lines=lines,
        received_on=read_time(body.get("receivedOn"), "receivedOn", code=BAD_STOCK),
        created_on=world.now,
        batch_ref=batch_ref,
    )
    _receive(world, order, note)
    return response(note.id)


def _batch_ref(world: World, body: Mapping[str, Any]) -> str:
    name = "userBatchReference"
    batch_ref = read_text(body.get(name), name, limit=255, code=BAD_STOCK)
    if batch_ref and batch_ref in world.batch_refs:
        taken = world.batch_refs[batch_ref]
        raise invalid(DUPLICATE_BATCH, f"Goods-in note {taken} already has {name} {batch_ref}")
    return batch_ref


def _line(world: World, order: Order, warehouse_id: int, wanted: Mapping[str, Any]) -> GoodsInLine:
    product_id = _int(wanted.get("productId"), "productId")
    row = order.rows.get(_int(wanted.get("purchaseOrderRowId"), "purchaseOrderRowId"))
    if row is None or row.product_id != product_id:
        raise invalid(BAD_STOCK, f"Product {product_id} is not on this row of order {order.id}")
    if not row.stocked:
        raise invalid(BAD_STOCK, "This is a non stock tracked product.")
    location = world.locations.get(_int(wanted.get("destinationLocationId"), "location"))
    if location is None or location.warehouse_id != warehouse_id:
        raise invalid(BAD_STOCK, f"The destination is not in warehouse {warehouse_id}")
    quantity = read_decimal(wanted.get("quantity"), "quantity", code=BAD_STOCK)
    if quantity <= 0:
        raise invalid(BAD_STOCK, "quantity must be above 0")
    value = section(wanted, "productValue").get("value")
    value = read_decimal(value, "productValue.value", code=BAD_STOCK)
    return GoodsInLine(row.id, product_id, quantity, location.id, value)


def _refuse_too_much(order: Order, lines: Iterable[GoodsInLine]) -> None:
    asked: dict[int, Decimal] = {}
    for line in lines:
        row = order.rows[line.row_id]
        asked[row.id] = asked.get(row.id, ZERO) + line.quantity
        if row.received + asked[row.id] > row.quantity:
            raise invalid(
                BAD_STOCK, f"Row {row.id} has {row.quantity - row.received} left to receive"
            )


def _receive(world: World, order: Order, note: GoodsIn) -> None:
    world.goods_in[note.id] = note
    order.goods_in.append(note.id)
    if note.batch_ref:
        world.batch_refs[note.batch_ref] = note.id
    for line in note.lines:
        order.rows[line.row_id].received += line.quantity
        world.stock.move(line.product_id, note.warehouse_id, line.location_id, line.quantity)
        world.movements.append(_movement(world, note, line))
        world.raise_event(ON_HAND_EVENT, line.product_id)
    world.touch(order)
    world.raise_event("goods-in-note.created", note.id)
    world.record("goods-in-note", note.id, note.batch_ref, _summary(world, order, note))


def _movement(world: World, note: GoodsIn, line: GoodsInLine) -> Movement:
    return Movement(
        id=world.new_id("movement"),
        product_id=line.product_id,
        quantity=line.quantity,
        location_id=line.location_id,
        warehouse_id=note.warehouse_id,
        note_id=note.id,
        kind="GI",
        updated_on=world.now,
        value=line.value,
        order_id=note.order_id,
        purchase_row_id=line.row_id,
        quarantine=world.locations[line.location_id].quarantine,
    )


def _summary(world: World, order: Order, note: GoodsIn) -> dict[str, Any]:
    return {
        "noteId": note.id,
        "orderId": order.id,
        "orderExternalRef": order.external_ref,
        "warehouseId": note.warehouse_id,
        "userBatchReference": note.batch_ref,
        "lines": [
            {
                "rowId": line.row_id,
                "sku": order.rows[line.row_id].sku,
                "quantity": line.quantity,
                "locationId": line.location_id,
                "quarantine": world.locations[line.location_id].quarantine,
            }
            for line in note.lines
        ],
    }


def get_goods_in(
    world: World, request: Request, *, order_ids: str, note_ids: str | None = None
) -> Reply:
    """Notes of these orders by id, or 404 when there are none."""
    notes = {
        str(note.id): _view(world, note)
        for note in _notes_of(world, order_ids)
        if within(note_ids, note.id)
    }
    if not notes:
        raise not_found(f"A goods-in note for order {order_ids}")
    return response(notes)


def _notes_of(world: World, order_ids: str) -> list[GoodsIn]:
    if order_ids == "*":
        return list(world.goods_in.values())[-LARGEST_SET:]
    orders = (world.orders.get(one) for one in id_set(order_ids, cap=LARGEST_SET))
    return [world.goods_in[one] for order in orders if order for one in order.goods_in]


def _view(world: World, note: GoodsIn) -> dict[str, Any]:
    zone, currency = world.settings.zone, world.settings.currency
    moved = [
        {
            "goodsMovedId": f"{note.id}-{line.row_id}",
            "productId": line.product_id,
            "purchaseOrderRowId": line.row_id,
            "quantity": whole(line.quantity),
            "destinationLocationId": line.location_id,
            "productValue": {"currency": currency, "value": four(line.value)},
        }
        for line in note.lines
    ]
    return without_none(
        {
            "orderId": note.order_id,
            "warehouseId": note.warehouse_id,
            "transfer": False,
            "receivedOn": stamp(note.received_on, zone),
            "createdOn": stamp(note.created_on, zone),
            "createdBy": STAFF,
            "userBatchReference": note.batch_ref or None,
            "goodsMoved": moved,
        }
    )


GOODS_IN = Table(
    columns=(
        Column("purchaseOrderId", "IDSET", lambda r: r[0].order_id),
        Column("batchId", "IDSET", lambda r: r[0].id),
        Column("userBatchRef", "STRING", lambda r: r[0].batch_ref or None),
        Column("productId", "IDSET", lambda r: r[1].product_id),
        Column("locationId", "IDSET", lambda r: r[1].location_id),
        Column("price", "DECIMAL", lambda r: four(r[1].value)),
        Column("receivedQuantity", "DECIMAL", lambda r: whole(r[1].quantity)),
        Column("createdDate", "PERIOD", lambda r: r[0].created_on),
        Column("receivedDate", "PERIOD", lambda r: r[0].received_on),
        Column("warehouseId", "IDSET", lambda r: r[0].warehouse_id),
    )
)


def search_goods_in(world: World, request: Request) -> Reply:
    """Find received lines, e.g. by userBatchRef."""
    wanted = request.first("userBatchRef")
    notes = list(world.goods_in.values())
    if wanted in world.batch_refs:
        notes = [world.goods_in[world.batch_refs[wanted]]]
    rows = [(note, line) for note in notes for line in note.lines]
    return find(GOODS_IN, rows, request.query, zone=world.settings.zone, references={})
