"""Wire payload → canonical records, by topic. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.products import Product
from integrations.canonical.stock import StockLevel, StockMovement
from integrations.connectors.bodies import parse, representable
from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.sitoo import schemas as wire
from integrations.connectors.sitoo.assumed import MOVEMENT_KINDS, PRICES_ARE_GROSS
from integrations.connectors.sitoo.dialect import OUR_MOVEMENT
from integrations.connectors.sitoo.receipts import receipts
from integrations.connectors.sitoo.z_reports import z_report

SYSTEM = "Sitoo"


def records(topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
    """What a stored fact says. Raises SchemaChangedError naming the field."""
    try:
        with representable(SYSTEM, topic):
            return _READERS[topic](payload)
    except (OverflowError, OSError, ValueError):
        raise SchemaChangedError(
            f"{SYSTEM} sent a date outside the calendar.", field="date", detail=topic
        ) from None


def _orders(payload: Mapping[str, Any]) -> Sequence[CanonicalRecord]:
    return receipts(parse(wire.Order, payload, system=SYSTEM, endpoint="orders"))


def _z_reports(payload: Mapping[str, Any]) -> Sequence[CanonicalRecord]:
    return [z_report(parse(wire.ZReport, payload, system=SYSTEM, endpoint="z-reports"))]


def _movements(payload: Mapping[str, Any]) -> Sequence[CanonicalRecord]:
    moved = parse(wire.Transaction, payload, system=SYSTEM, endpoint="warehouse-transactions")
    kind = MOVEMENT_KINDS.get(moved.transactiontype)
    if kind is None:
        raise SchemaChangedError(
            f"{SYSTEM} moved stock in a way that we do not know: type {moved.transactiontype}.",
            field="transactiontype",
        )
    return [
        StockMovement(
            external_id=str(moved.warehousetransactionid),
            location_code=str(moved.warehouseid),
            kind=kind,
            occurred_at=datetime.fromtimestamp(moved.datecreated, UTC),
            lines=tuple((item.sku, item.decimalquantity) for item in moved.items),
            note=" · ".join(filter(None, (moved.description, moved.reasoncode))),
            is_ours=moved.description == OUR_MOVEMENT,
        )
    ]


def _products(payload: Mapping[str, Any]) -> Sequence[CanonicalRecord]:
    product = parse(wire.Product, payload, system=SYSTEM, endpoint="products")
    return [
        Product(
            external_id=str(product.productid),
            sku=product.sku,
            name=product.title,
            barcode=product.barcode,
            is_stocked=product.stockcountenable,
            is_active=product.activepos,
            tax_code=str(product.vatid),
            price_net=None if PRICES_ARE_GROSS else product.moneyprice,
            price_gross=product.moneyprice if PRICES_ARE_GROSS else None,
        )
    ]


def _stock_changes(payload: Mapping[str, Any]) -> Sequence[CanonicalRecord]:
    item = parse(wire.WarehouseItem, payload, system=SYSTEM, endpoint="warehouseitems")
    return [level(item, location_code=str(payload.get("warehouseid", "")))]


def level(item: wire.WarehouseItem, *, location_code: str) -> StockLevel:
    """QUIRK(sitoo): reservations lower what is available, not the total; both may be negative."""
    return StockLevel(
        location_code=location_code,
        sku=item.sku,
        on_hand=item.decimaltotal,
        sellable=item.decimalavailable,
    )


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Sequence[CanonicalRecord]]] = {
    "orders": _orders,
    "z-reports": _z_reports,
    "warehouse-transactions": _movements,
    "products": _products,
    "stock-changes": _stock_changes,
}
