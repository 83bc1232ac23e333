"""Wire payload → canonical records, by topic. Pure; both transports bring the same payloads."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.fulfilment import (
    Dispatch,
    DispatchLine,
    OrderProgress,
    Stage,
    Tracking,
)
from integrations.canonical.products import Product
from integrations.canonical.stock import StockLevel, StockMovement
from integrations.connectors.bodies import parse, representable
from integrations.connectors.warehouse import schemas as wire
from integrations.connectors.warehouse.assumed import MOVEMENT_KINDS

SYSTEM = "The warehouse"

STAGES = {
    "received": Stage.RECEIVED,
    "rejected": Stage.REJECTED,
    "on_hold": Stage.ON_HOLD,
    "backordered": Stage.BACKORDERED,
    "allocated": Stage.ALLOCATED,
    "picking": Stage.PICKING,
    "picked": Stage.PICKED,
    "packed": Stage.PACKED,
    "part_dispatched": Stage.PART_DISPATCHED,
    "dispatched": Stage.DISPATCHED,
    "delivered": Stage.DELIVERED,
    "cancelled": Stage.CANCELLED,
}


def records(topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
    """What a stored fact says; nothing for a topic that is only evidence.

    Raises SchemaChangedError naming the field.
    """
    reader = _READERS.get(topic)
    with representable(SYSTEM, topic):
        return [reader(payload)] if reader else []


def progress(payload: Mapping[str, Any]) -> OrderProgress:
    """How far an order is. A status that nobody agreed on is unknown, never guessed."""
    order = parse(wire.Order, payload, system=SYSTEM, endpoint="orders")
    return OrderProgress(
        external_id=f"{order.client_order_ref}:{order.status}",
        order_external_id=order.warehouse_order_ref,
        order_reference=order.client_order_ref,
        stage=STAGES.get(order.status, Stage.UNKNOWN),
        status=order.status,
        at=order.status_at.astimezone(UTC),
        reason=order.reason,
        location_code=order.warehouse,
    )


def dispatch(payload: Mapping[str, Any]) -> Dispatch:
    """One shipment with its parcels."""
    sent = parse(wire.Shipment, payload, system=SYSTEM, endpoint="shipments")
    return Dispatch(
        external_id=sent.shipment_ref,
        order_reference=sent.client_order_ref,
        location_code=sent.warehouse,
        dispatched_at=sent.dispatched_at.astimezone(UTC),
        tracking=tuple(
            Tracking(
                carrier=sent.carrier,
                service=sent.service,
                number=package.tracking_number,
                url=package.tracking_url,
            )
            for package in sent.packages
        ),
        lines=tuple(
            DispatchLine(line_id=line.line_ref, sku=line.sku, quantity=Decimal(line.qty))
            for line in sent.lines
            if line.qty
        ),
        is_final=sent.final,
    )


def level(payload: Mapping[str, Any]) -> StockLevel:
    """What may be sold is theirs to say; worked out only where they leave it out."""
    stock = parse(wire.Stock, payload, system=SYSTEM, endpoint="stock")
    sellable = stock.available
    if sellable is None:
        sellable = stock.on_hand - (stock.allocated or 0)
    return StockLevel(
        location_code=stock.warehouse,
        sku=stock.sku,
        on_hand=Decimal(stock.on_hand),
        sellable=Decimal(sellable),
    )


def movement(payload: Mapping[str, Any]) -> StockMovement:
    """A change of stock with its reason."""
    moved = parse(wire.Movement, payload, system=SYSTEM, endpoint="stock-movements")
    by_sign = "manual-in" if moved.qty > 0 else "manual-out"
    return StockMovement(
        external_id=moved.movement_ref,
        location_code=moved.warehouse,
        kind=MOVEMENT_KINDS.get(moved.reason, by_sign),
        occurred_at=moved.at.astimezone(UTC),
        lines=((moved.sku, Decimal(moved.qty)),),
        note=moved.reason,
    )


def product(payload: Mapping[str, Any]) -> Product:
    """An item that the warehouse knows; it keeps no prices. Its SKU is its id."""
    item = parse(wire.Product, payload, system=SYSTEM, endpoint="products")
    return Product(
        external_id=item.sku,
        sku=item.sku,
        name=item.name,
        barcode=item.barcode,
        is_active=item.active,
    )


_READERS: Mapping[str, Callable[[Mapping[str, Any]], CanonicalRecord]] = {
    "orders": progress,
    "shipments": dispatch,
    "stock-changes": level,
    "warehouse-transactions": movement,
    "products": product,
}
