"""A web order as a sale. Pure.

Source: "Orders v2", "Order transactions".
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.canonical.orders import (
    Address,
    Customer,
    Handover,
    OrderOrigin,
    SalesOrder,
    Tender,
)
from integrations.connectors.bigcommerce import schemas as wire
from integrations.connectors.bigcommerce.assumed import (
    CANCELLED,
    OPEN,
    OURS_BY_METHOD,
    TAKEN,
    TOTALS_IGNORE_TENDERS,
    UNPAID,
)
from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bigcommerce.rows import order_lines
from integrations.connectors.bodies import parse

ZERO = Decimal(0)


def sales_order(payload: Mapping[str, Any], config: BigCommerceConfig) -> SalesOrder:
    """The order with its rows, taxes and payments as the shop states them."""
    order = _parse(wire.Order, payload.get("order"))
    taxes = [_parse(wire.Tax, row) for row in payload.get("taxes") or ()]
    paid = [_parse(wire.Transaction, row) for row in payload.get("transactions") or ()]
    parts = order.consignments
    tenders = _tenders(order, paid)
    return SalesOrder(
        external_id=str(order.id),
        number=str(order.id),
        store_code=config.store_code,
        location_code=_location(parts, config),
        placed_at=order.date_created,
        currency=order.default_currency_code,
        lines=order_lines(order, taxes),
        tenders=tenders,
        stated_net=order.total_ex_tax,
        stated_tax=order.total_tax,
        stated_gross=order.total_inc_tax,
        customer=_customer(order.billing_address),
        is_open=order.status_id in OPEN,
        is_cancelled=order.status_id in CANCELLED,
        origin=OrderOrigin.CLICK_AND_COLLECT if parts.pickups else OrderOrigin.ONLINE,
        handover=Handover.COLLECT if parts.pickups else Handover.DELIVER,
        ship_to=_address(parts.shipping[0]) if parts.shipping else None,
        bill_to=_address(order.billing_address),
        pickup_location=str(parts.pickups[0].location.id) if parts.pickups else "",
        shipping_method=parts.shipping[0].shipping_method if parts.shipping else "",
        customer_group=str(payload.get("customer_group") or ""),
        is_paid=sum((tender.amount for tender in tenders), ZERO) >= order.total_inc_tax,
        note=order.customer_message,
    )


def _location(parts: wire.Consignments, config: BigCommerceConfig) -> str:
    """Whose stock is taken: the chosen store's, else where parcels leave from."""
    return str(parts.pickups[0].location.id if parts.pickups else config.default_location)


def _tenders(order: wire.Order, transactions: Sequence[wire.Transaction]) -> tuple[Tender, ...]:
    """What was paid. QUIRK(bigcommerce): some ways to pay leave no transactions; then the order's
    own words must do, once its status says that the money is there."""
    taken = [each for each in transactions if each.event in TAKEN and each.status == "ok"]
    if not transactions and order.status_id not in UNPAID:
        return _stated_tenders(order)
    return tuple(
        Tender(
            index=index,
            name=_name(each),
            code=each.payment_method_id,
            amount=each.amount,
            reference=each.gateway_transaction_id,
        )
        for index, each in enumerate(taken)
    )


def _stated_tenders(order: wire.Order) -> tuple[Tender, ...]:
    credit, certificate = order.store_credit_amount, order.gift_certificate_amount
    ours = credit + certificate if TOTALS_IGNORE_TENDERS else ZERO
    parts = (
        (OURS_BY_METHOD["gift_certificate"], certificate, ""),
        (OURS_BY_METHOD["store_credit"], credit, ""),
        (order.payment_method, order.total_inc_tax - ours, order.payment_provider_id),
    )
    paid = [(name, amount, reference) for name, amount, reference in parts if amount > 0]
    return tuple(
        Tender(index=index, name=name, amount=amount, reference=reference)
        for index, (name, amount, reference) in enumerate(paid)
    )


def _name(each: wire.Transaction) -> str:
    """What mapping rows are keyed by: the gateway's code, the shop's own money by its method, and
    ways to pay that the merchant made up by the name that he gave them."""
    if each.method in OURS_BY_METHOD:
        return OURS_BY_METHOD[each.method]
    if each.custom and each.custom.payment_method:
        return each.custom.payment_method
    if each.offline and each.offline.display_name:
        return each.offline.display_name
    return each.gateway or each.method


def _customer(address: wire.Address) -> Customer:
    """QUIRK(bigcommerce): a guest has no record; the billing address is all there is."""
    return Customer(
        email=address.email,
        first_name=address.first_name,
        last_name=address.last_name,
        phone=address.phone,
    )


def _address(address: wire.Address) -> Address:
    name = f"{address.first_name} {address.last_name}".strip()
    lines = tuple(line for line in (address.street_1, address.street_2) if line)
    return Address(
        name=name,
        company=address.company,
        lines=lines,
        city=address.city,
        region=address.state,
        postcode=address.zip,
        country=address.country_iso2,
        phone=address.phone,
        email=address.email,
    )


def _parse(model: Any, data: Any) -> Any:
    return parse(model, data, system=SYSTEM, endpoint="orders")
