"""What can happen in the online shop, as plain values. Amounts have VAT inside."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from integrations.sandbox.trade.items import ZERO, ReceiptLine, Tender


class Outcome(StrEnum):
    """How far a shopper got at the checkout."""

    PAID = "paid"
    UNPAID = "unpaid"  # will send the money; counts only when it has arrived
    GIVEN_UP = "given-up"  # left before paying


@dataclass(frozen=True)
class Shopper:
    """Somebody who buys. `group` names a trade group; only with an account."""

    email: str
    first_name: str
    last_name: str
    street: str = ""
    city: str = ""
    postcode: str = ""
    phone: str = ""
    has_account: bool = False
    group: str = ""


@dataclass(frozen=True)
class OnlineOrder:
    """One basket at the checkout. Tenders are named by gateway and add up to rows and shipping."""

    ref: str
    occurred_at: datetime
    arrives_at: datetime
    shopper: Shopper
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[Tender, ...] = ()
    shipping: Decimal = ZERO
    shipping_method: str = ""
    store: str = ""  # click and collect: the store's code
    outcome: Outcome = Outcome.PAID

    @property
    def total(self) -> Decimal:
        return sum((line.gross for line in self.lines), ZERO) + self.shipping


@dataclass(frozen=True)
class OnlineRefund:
    """Money given back in the shop's control panel: units by row of the order, and shipping."""

    ref: str
    order: str
    occurred_at: datetime
    arrives_at: datetime
    lines: tuple[tuple[int, int], ...]  # (index of the row, units)
    with_shipping: bool = False
    reason: str = ""


@dataclass(frozen=True)
class OnlineCancellation:
    """The seller cancels an order before it is sent."""

    ref: str
    order: str
    occurred_at: datetime
    arrives_at: datetime


OnlineItem = OnlineOrder | OnlineRefund | OnlineCancellation
