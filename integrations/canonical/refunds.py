"""Money given back for an online order."""

from decimal import Decimal

from integrations.canonical.base import CanonicalRecord, Instant, Quantity
from integrations.canonical.orders import Tender


class RefundLine(CanonicalRecord):
    """Part of a refund that belongs to one order line; amounts include tax, positive."""

    line_id: str  # the order line's id at the shop
    quantity: Quantity
    amount: Decimal | None = None  # None: the shop does not say per line


class Refund(CanonicalRecord):
    """One refund as the shop booked it; all amounts positive, tax included."""

    external_id: str
    order_external_id: str
    placed_at: Instant
    currency: str
    total: Decimal
    tax: Decimal
    lines: tuple[RefundLine, ...] = ()
    shipping: Decimal = Decimal(0)
    order_level: Decimal = Decimal(0)  # not tied to a line: goodwill
    tenders: tuple[Tender, ...] = ()
    reason: str = ""
    is_declined: bool = False  # the payment provider refused it: no money moved
