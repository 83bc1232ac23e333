"""Reservations: goods promised to an order before a goods-out note exists."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.brightpearl.documents import Order, OrderRow
from integrations.sandbox.brightpearl.formats import ZERO, read_decimal, read_int, whole
from integrations.sandbox.brightpearl.replies import (
    BAD_PRODUCT_ID,
    BAD_STOCK,
    Reply,
    done,
    invalid,
    not_found,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body, read_list
from integrations.sandbox.brightpearl.world import World
from integrations.sandbox.core.http import Request

ON_HAND_EVENT = "product.modified.on-hand-modified"


def post_reservation(world: World, request: Request, *, order_id: str, warehouse_id: str) -> Reply:
    """Promise goods. QUIRK: more than is on hand succeeds in part, silently; nothing is refused."""
    order = world.order(read_int(order_id, "order id"), "SO")
    place = read_int(warehouse_id, "warehouse id")
    if place not in world.warehouses:
        raise not_found(f"Warehouse {place}")
    if order.reserved and order.reserved_at != place:
        raise invalid(BAD_STOCK, "An order is reserved in one warehouse only")
    wanted = [_wanted(order, entry) for entry in read_list(read_body(request), "products")]
    if not sum(_reserve(world, order, place, row, quantity) for row, quantity in wanted):
        raise invalid(BAD_STOCK, "None of the products are on hand in this warehouse")
    order.reserved_at = place
    world.touch(order)
    world.record("reservation", order.id, "", _summary(order))
    return done()


def _wanted(order: Order, entry: Mapping[str, Any]) -> tuple[OrderRow, Decimal]:
    product_id = read_int(entry.get("productId"), "productId")
    if product_id <= 0:
        raise invalid(BAD_PRODUCT_ID, "Product ID must be greater than 0")
    row = order.rows.get(read_int(entry.get("salesOrderRowId"), "salesOrderRowId"))
    if row is None or row.product_id != product_id:
        raise invalid(BAD_STOCK, f"Product {product_id} is not on this row of the order")
    if not row.stocked:
        raise invalid(BAD_STOCK, "This is a non stock tracked product.")
    return row, read_decimal(entry.get("quantity"), "quantity")


def _reserve(
    world: World, order: Order, warehouse_id: int, row: OrderRow, quantity: Decimal
) -> Decimal:
    open_quantity = row.quantity - row.noted - order.reserved.get(row.id, ZERO)
    on_hand = world.stock.level(row.product_id, warehouse_id).on_hand
    taken = max(ZERO, min(quantity, open_quantity, on_hand))
    if taken:
        order.reserved[row.id] = order.reserved.get(row.id, ZERO) + taken
        world.stock.allocate(row.product_id, warehouse_id, taken)
        world.raise_event(ON_HAND_EVENT, row.product_id)
    return taken


def get_reservation(world: World, request: Request, *, order_id: str) -> Reply:
    """What is promised to the order, or 404."""
    order = world.order(read_int(order_id, "order id"))
    if not order.reserved:
        raise not_found(f"A reservation for order {order.id}")
    rows = {
        str(row_id): {"productId": order.rows[row_id].product_id, "quantity": whole(quantity)}
        for row_id, quantity in order.reserved.items()
    }
    return response([{"orderId": order.id, "warehouseId": order.reserved_at, "orderRows": rows}])


def delete_reservation(world: World, request: Request, *, order_id: str) -> Reply:
    """Release what was promised, or 404."""
    order = world.order(read_int(order_id, "order id"))
    if not order.reserved:
        raise not_found(f"A reservation for order {order.id}")
    release_reservation(world, order)
    world.touch(order)
    return done()


def release_reservation(world: World, order: Order) -> None:
    """Give back everything promised to the order."""
    for row_id in list(order.reserved):
        take_from_reservation(world, order, order.rows[row_id], order.reserved[row_id])


def take_from_reservation(world: World, order: Order, row: OrderRow, quantity: Decimal) -> Decimal:
    """Release up to `quantity` of a row, e.g. because a note takes it over. Returns how much."""
    taken = min(quantity, order.reserved.get(row.id, ZERO))
    if taken:
        order.reserved[row.id] -= taken
        if not order.reserved[row.id]:
            del order.reserved[row.id]
        world.stock.allocate(row.product_id, order.reserved_at, -taken)
        world.raise_event(ON_HAND_EVENT, row.product_id)
    return taken


def _summary(order: Order) -> Mapping[str, Any]:
    lines = [{"rowId": row_id, "quantity": n} for row_id, n in order.reserved.items()]
    return {"orderId": order.id, "warehouseId": order.reserved_at, "lines": lines}
