"""Tax inside a price, and the rows that an order shows of it."""

from decimal import Decimal
from typing import Any

from integrations.sandbox.bigcommerce.formats import ZERO, four, to_penny
from integrations.sandbox.bigcommerce.state import Order

HUNDRED = Decimal(100)
SHIPPING_CLASS = 2


def tax_inside(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax in an amount that has it inside, to the penny."""
    return to_penny(gross * rate / (HUNDRED + rate))


def tax_of(order: Order) -> Decimal:
    """What the whole order is taxed, after discounts."""
    rows = sum((tax_inside(line.paid, line.rate) for line in order.lines), ZERO)
    return rows + tax_inside(order.shipping, order.shipping_rate)


def tax_rows(order: Order, *, details: bool) -> list[dict[str, Any]]:
    """QUIRK(bigcommerce): which row a tax belongs to is said only with `details`; orders made
    through the API have no rows at all."""
    if not order.has_taxes:
        return []
    rows = [
        _row(order, place, line.rate, tax_inside(line.paid, line.rate))
        | ({"order_product_id": str(line.id), "line_item_type": "item"} if details else {})
        for place, line in enumerate(order.lines)
    ]
    if order.shipping:
        tax = tax_inside(order.shipping, order.shipping_rate)
        row = _row(order, len(rows), order.shipping_rate, tax)
        named = {"tax_class_id": SHIPPING_CLASS, "class": "Shipping"}
        rows.append(row | named | ({"line_item_type": "shipping"} if details else {}))
    return rows


def _row(order: Order, place: int, rate: Decimal, tax: Decimal) -> dict[str, Any]:
    return {
        "id": order.id * 100 + place,
        "order_id": order.id,
        "order_address_id": order.address_id,
        "tax_rate_id": 1,
        "sales_tax_id": "",
        "tax_class_id": 0,
        "name": "VAT",
        "class": "Default Tax Class",
        "rate": four(rate),
        "priority": 1,
        "priority_amount": four(tax),
        "line_amount": four(tax),
        "order_pickup_method_id": order.pickup_id,
    }
