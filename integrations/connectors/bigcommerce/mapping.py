"""Wire payload → canonical records, by topic. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.orders import Tender
from integrations.canonical.products import Product
from integrations.canonical.refunds import Refund, RefundLine
from integrations.canonical.stock import StockLevel
from integrations.connectors.bigcommerce import schemas as wire
from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bigcommerce.orders import sales_order
from integrations.connectors.bodies import field_path, parse
from integrations.connectors.errors import SchemaChangedError

ZERO = Decimal(0)
Payload = Mapping[str, Any]


def records(topic: str, payload: Payload, config: BigCommerceConfig) -> Sequence[CanonicalRecord]:
    """What a stored fact says. Raises SchemaChangedError naming the field."""
    try:
        if topic == "orders":
            return [sales_order(payload, config)]
        return _READERS[topic](payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        path = field_path(first["loc"])
        raise SchemaChangedError(
            f"{SYSTEM} sent something that we cannot represent: {path}.",
            field=path,
            detail=f"{topic}: {path}: {first['msg']}",
        ) from None


def refund(booked: wire.Refund, *, currency: str) -> Refund:
    """QUIRK(bigcommerce): the rows' own amounts may be missing; a part that the provider declined
    is listed like any other."""
    good = [each for each in booked.payments if not each.is_declined]
    lines = [item for item in booked.items if item.item_type == "PRODUCT"]
    reasons = dict.fromkeys(item.reason for item in booked.items if item.reason)
    return Refund(
        external_id=str(booked.id),
        order_external_id=str(booked.order_id),
        placed_at=booked.created,
        currency=currency,
        total=booked.total_amount,
        tax=booked.total_tax,
        lines=tuple(
            RefundLine(
                line_id=str(item.item_id), quantity=item.quantity, amount=item.requested_amount
            )
            for item in lines
        ),
        shipping=_sum(booked.items, {"SHIPPING", "HANDLING"}),
        order_level=_sum(booked.items, {"ORDER", "FEE", "TAX", "GIFT_WRAPPING"}),
        tenders=tuple(_tender(index, each) for index, each in enumerate(good)),
        reason=booked.reason or "; ".join(reasons),
        is_declined=bool(booked.payments) and not good,
    )


def _refunds(payload: Payload) -> Sequence[CanonicalRecord]:
    booked = parse(wire.Refund, payload.get("refund"), system=SYSTEM, endpoint="refunds")
    return [refund(booked, currency=str(payload.get("currency") or ""))]


def _sum(items: Sequence[wire.RefundItem], kinds: set[str]) -> Decimal:
    return sum((item.requested_amount or ZERO for item in items if item.item_type in kinds), ZERO)


def _tender(index: int, paid: wire.RefundPayment) -> Tender:
    return Tender(
        index=index,
        name=paid.provider_id,
        amount=paid.amount,
        reference=paid.transaction_id,
    )


def _products(payload: Payload) -> Sequence[CanonicalRecord]:
    product = parse(wire.Product, payload.get("product"), system=SYSTEM, endpoint="products")
    return list(_variants(product, with_tax=bool(payload.get("prices_include_tax"))))


def _variants(product: wire.Product, *, with_tax: bool) -> Iterator[Product]:
    """One for each thing that can be bought; those without a SKU cannot be told apart."""
    for variant in product.variants:
        sku = variant.sku or product.sku
        if not sku:
            continue
        price = product.price if variant.price is None else variant.price
        is_sold = product.availability != "disabled" and not variant.purchasing_disabled
        yield Product(
            external_id=item_id(product.id, variant.id if variant.option_values else None),
            sku=sku,
            name=product.name,
            barcode=variant.upc or variant.gtin or product.upc or product.gtin,
            is_stocked=product.type == "physical",
            is_active=is_sold,
            tax_code=product.tax_class_id,
            price_net=None if with_tax else price,
            price_gross=price if with_tax else None,
            options=tuple((each.option_display_name, each.label) for each in variant.option_values),
            is_visible=product.is_visible,
            parent_id=str(product.id),
            created_at=product.date_created,
        )


def item_id(product_id: int, variant_id: int | None) -> str:
    """What events can name: `77` for a simple product, `77/331` for one of several variants."""
    return str(product_id) if variant_id is None else f"{product_id}/{variant_id}"


def level(item: wire.Item, at: wire.ItemLevel) -> StockLevel:
    """Safety stock is inside what is on hand, and not for sale."""
    return StockLevel(
        location_code=str(at.location_id),
        sku=item.identity.sku,
        on_hand=at.total_inventory_onhand,
        sellable=at.available_to_sell,
    )


_READERS: Mapping[str, Callable[[Payload], Sequence[CanonicalRecord]]] = {
    "refunds": _refunds,
    "products": _products,
}
