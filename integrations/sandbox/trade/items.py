"""What can happen in a shop, as plain values. Amounts have VAT inside, in the till's currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class ReceiptLine:
    """One scanned row. A returned row has a negative quantity and a negative `gross`."""

    sku: str
    name: str
    quantity: int
    gross: Decimal  # row total after discount, VAT inside
    vat_rate: Decimal  # percent, 20 is 20 %
    full_gross: Decimal  # row total before discount, VAT inside
    voucher: str = ""  # what discounted the row, or "manual"
    reason_code: str = ""  # returned rows: why it came back
    original_line: int | None = None  # returned rows: index of the row in the sale


@dataclass(frozen=True)
class Tender:
    """Money taken (positive) or given back (negative)."""

    name: str  # the name of a payment type of the estate
    amount: Decimal
    reference: str = ""  # the acquirer's, or the gift card number
    issuer: str = ""
    original_index: int | None = None  # refunds: which payment of the sale is given back


@dataclass(frozen=True)
class Receipt:
    """One sale or return: `occurred_at` at the till, `arrives_at` at the back office."""

    ref: str
    store: str
    till: str
    occurred_at: datetime
    arrives_at: datetime
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[Tender, ...]
    rounding: Decimal = ZERO  # cash rounding: tenders = lines + rounding
    original: str = ""  # ref of the sale that a return gives back; empty for a blind return
    number: str = ""  # printed on the receipt; empty: the till counts
    staff: str = ""

    @property
    def gross(self) -> Decimal:
        """Sum of the rows, before cash rounding."""
        return sum((line.gross for line in self.lines), ZERO)

    @property
    def is_return(self) -> bool:
        """Whether every row comes back."""
        return bool(self.lines) and all(line.quantity < 0 for line in self.lines)


@dataclass(frozen=True)
class TillClose:
    """A register is closed: the Z-report. `cash_difference` is counted less expected."""

    store: str
    till: str
    occurred_at: datetime
    arrives_at: datetime
    cash_difference: Decimal = ZERO


@dataclass(frozen=True)
class StockAdjustment:
    """Stock corrected by hand in the store, without a sale. `quantity` is the signed change."""

    ref: str
    store: str
    occurred_at: datetime
    arrives_at: datetime
    sku: str
    quantity: int
    reason: str = ""


@dataclass(frozen=True)
class Allocation:
    """A click-and-collect order placed online: goods in the store are promised to a shopper."""

    ref: str
    store: str
    occurred_at: datetime
    arrives_at: datetime
    sku: str
    quantity: int


TradeItem = Receipt | TillClose | StockAdjustment | Allocation


class _Arriving(Protocol):
    @property
    def arrives_at(self) -> datetime: ...


Arrives = TypeVar("Arrives", bound=_Arriving)


def in_arrival_order(items: Iterable[Arrives]) -> list[Arrives]:
    """Sorted by the instant of arrival; what arrives together keeps its order."""
    return sorted(items, key=lambda item: item.arrives_at)


def net_of(gross: Decimal, vat_rate: Decimal) -> Decimal:
    """The net part of a gross amount, rounded half up to the penny; VAT is the rest."""
    from_gross = gross * 100 / (100 + vat_rate)
    return from_gross.quantize(ZERO, rounding="ROUND_HALF_UP")
