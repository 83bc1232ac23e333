"""A Sitoo order → the sale and the return that it holds. Amounts as stated, never recomputed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.canonical.orders import Customer, OrderOrigin, SalesCredit, SalesOrder
from integrations.connectors.sitoo.assumed import CARRIES_WEB_ORDER
from integrations.connectors.sitoo.halves import Half, mixed, reason, split, text, whole
from integrations.connectors.sitoo.schemas import Order, OrderItem, OrderState, PaymentState

CREDIT_SUFFIX = ":credit"


def receipts(order: Order) -> list[SalesOrder | SalesCredit]:
    """The sale, the return, or both: then the return's id ends in `:credit` and a tender called
    Exchange on each side makes the tenders of both add up."""
    sold, returned = split(order.orderitems)
    if sold and returned:
        sale, credit = mixed(order, sold, returned)
        return [_sale(order, sale), _credit(order, credit, suffix=CREDIT_SUFFIX)]
    if returned or (not sold and order.moneytotal_gross_all < 0):
        return [_credit(order, whole(order, returned, sign=-1))]
    return [_sale(order, whole(order, sold, sign=1))]


def is_open(order_state: object, payment_state: object) -> bool:
    """Not completed at the till: still open, or its payment is under way."""
    if order_state == OrderState.OPEN:
        return True
    waits = payment_state in (PaymentState.PENDING, PaymentState.RESERVED)
    return waits and order_state == OrderState.CLOSED


def _sale(order: Order, half: Half) -> SalesOrder:
    return SalesOrder(
        **_common(order, half),
        external_id=str(order.orderid),
        location_code=_location(order.warehouseid),
        origin=_origin(order),
    )


def _credit(order: Order, half: Half, *, suffix: str = "") -> SalesCredit:
    original = order.creditorderid or text(order.additionaldata, "pos-originalsales-orderid")
    return SalesCredit(
        **_common(order, half),
        external_id=f"{order.orderid}{suffix}",
        location_code=_return_location(order, half.items),
        original_external_id=str(original or ""),
        reason_code=reason(order),
    )


def _common(order: Order, half: Half) -> dict[str, Any]:
    return {
        "number": text(order.additionaldata, "pos-receiptid") or str(order.orderid),
        "store_code": text(order.additionaldata, "store-externalid"),
        "register_id": order.registerid or "",
        "placed_at": datetime.fromtimestamp(order.orderdate, UTC),
        "currency": order.currencycode,
        "lines": half.lines,
        "tenders": half.tenders,
        "rounding": half.rounding,
        "stated_net": half.net,
        "stated_tax": half.tax,
        "stated_gross": half.gross,
        "customer": Customer(
            email=order.email,
            first_name=order.namefirst,
            last_name=order.namelast,
            phone=order.phone,
        ),
        "is_open": is_open(order.orderstateid, order.paymentstateid),
        "is_cancelled": order.orderstateid in (OrderState.CANCELLED, OrderState.ABANDONED),
    }


def _return_location(order: Order, items: Sequence[OrderItem]) -> str:
    """Where the till put the goods; the order's own location when the rows do not agree."""
    places = {text(item.additionaldata, "return-warehouseid") for item in items} - {""}
    return places.pop() if len(places) == 1 else _location(order.warehouseid)


def _origin(order: Order) -> OrderOrigin:
    """QUIRK(sitoo): an order posted by API has our externalid and no register; one with a delivery
    address is shipped, one without is collected."""
    is_posted = order.registerid is None and bool(order.externalid)
    if not is_posted and text(order.additionaldata, CARRIES_WEB_ORDER) != "true":
        return OrderOrigin.TILL
    return OrderOrigin.ONLINE if order.delivery_address else OrderOrigin.CLICK_AND_COLLECT


def _location(warehouse_id: int | None) -> str:
    return "" if warehouse_id is None else str(warehouse_id)
