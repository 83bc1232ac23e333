"""Where an order stands: its payment, allocation, shipping and stock codes, derived every time."""

from decimal import Decimal

from integrations.sandbox.brightpearl.documents import Order, OrderRow
from integrations.sandbox.brightpearl.formats import ZERO

TYPE_IDS = {"SO": 1, "PO": 2, "SC": 3, "PC": 4}
TYPE_NAMES = {1: "SALES_ORDER", 2: "PURCHASE_ORDER", 3: "SALES_CREDIT", 4: "PURCHASE_CREDIT"}
STOCK_IDS = {"SON": 1, "SOP": 2, "SOA": 3, "SCN": 7, "SCP": 8, "SCA": 9}
SHIPPING_IDS = {"NST": 1, "SNS": 2, "SPS": 3, "ASS": 4}
PAYMENT_IDS = {  # 5 was seen; the others are [assumed]
    "UNPAID": 1,
    "PARTIALLY_PAID": 2,
    "PAID": 3,
    "NOT_APPLICABLE": 5,
}


def payment_status(order: Order) -> str:
    """PAID, PARTIALLY_PAID, UNPAID, or NOT_APPLICABLE when nothing is due."""
    if order.gross == 0:
        return "NOT_APPLICABLE"
    if order.paid == 0:
        return "UNPAID"
    return "PAID" if order.paid >= order.gross else "PARTIALLY_PAID"


def allocation_code(order: Order) -> str:
    """ANR not required, ANA none, APA part, AAA all."""
    if not order.stock_rows or order.type_code != "SO":
        return "ANR"
    promised = [row.noted + order.reserved.get(row.id, ZERO) for row in order.stock_rows]
    return "A" + _share(order.stock_rows, promised) + "A"


def shipping_code(order: Order) -> str:
    """NST no stock items, SNS not shipped, SPS part, ASS all."""
    if not order.stock_rows or order.type_code != "SO":
        return "NST"
    share = _share(order.stock_rows, [row.shipped for row in order.stock_rows])
    return {"N": "SNS", "P": "SPS", "A": "ASS"}[share]


def stock_code(order: Order) -> str:
    """SON, SOP, SOA for an order not, partly or wholly fulfilled; SCN, SCP, SCA for a credit."""
    rows = order.stock_rows
    moved = [row.shipped if order.type_code == "SO" else row.received for row in rows]
    return order.type_code + (_share(rows, moved) if rows else "A")


def _share(rows: list[OrderRow], done: list[Decimal]) -> str:
    """N none, P part, A all."""
    if all(one >= row.quantity for row, one in zip(rows, done, strict=True)):
        return "A"
    return "P" if any(done) else "N"
