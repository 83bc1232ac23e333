"""The figures of one store's trading day, side by side. Pure values.

All amounts are in the day's one currency and signed as the shop sees them: sales positive, returns
negative. A column that has nothing to say is None, never zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

ZERO = Decimal(0)


class Column(StrEnum):
    """Who says it, in the order in which money travels."""

    TILL = "till"  # the Z-reports
    RECEIPTS = "receipts"
    ERP = "erp"  # orders less credits and their payments: posted and read back
    JOURNAL = "journal"  # built journals; while none is built, the draft
    GATEWAY = "gateway"  # settlement of the payment provider


class Measure(StrEnum):
    """What a row adds up."""

    TENDER = "tender"  # by name of the payment type
    NET = "net"  # by VAT rate, gift cards sold included
    TAX = "tax"  # by VAT rate
    GROSS = "gross"
    ROUNDING = "rounding"  # cash rounding: tenders = gross + rounding


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One measure across the columns. `name` is a tender, a VAT rate in percent, or empty."""

    measure: Measure
    name: str = ""
    till: Decimal | None = None
    receipts: Decimal | None = None
    erp: Decimal | None = None
    journal: Decimal | None = None
    gateway: Decimal | None = None

    @property
    def key(self) -> str:
        """The row's identity: `tender:Card`, `tax:20`, `gross`."""
        return f"{self.measure}:{self.name}" if self.name else str(self.measure)

    @property
    def cells(self) -> list[tuple[Column, Decimal | None]]:
        return [(column, getattr(self, column)) for column in Column]

    def steps(self) -> Iterator[tuple[Column, Column, Decimal]]:
        """Yield (left, right, right − left) of neighbouring columns that both say something."""
        known = [(column, amount) for column, amount in self.cells if amount is not None]
        for (left, expected), (right, actual) in pairwise(known):
            yield left, right, actual - expected

    @property
    def breaks(self) -> Column | None:
        """The first column that differs from the one before it."""
        return next((right for _, right, amount in self.steps() if amount), None)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One till: what it rang up, and whether it has closed."""

    register_id: str
    receipts: int
    closes: tuple[str, ...]  # external ids of its Z-reports of the day
    missing: tuple[str, ...] = ()  # receipt numbers skipped inside the day

    @property
    def is_closed(self) -> bool:
        return bool(self.closes)


@dataclass(frozen=True, slots=True)
class CashRow:
    """The drawer of one till close. `difference` = counted − expected: negative is short."""

    close: str  # external id of the Z-report
    register_id: str
    closed_at: datetime
    opening_float: Decimal
    taken: Decimal  # cash of the receipts, as the till added it up
    paid_out: Decimal  # petty cash, negative when taken out
    expected: Decimal
    counted: Decimal
    difference: Decimal
    banked: Decimal

    @property
    def key(self) -> str:
        return f"cash:{self.close}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many receipts the day has, and where they are."""

    sales: int = 0
    returns: int = 0
    held: int = 0  # wait for a person or for another record
    going: int = 0  # not yet posted and read back

    @property
    def receipts(self) -> int:
        return self.sales + self.returns


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Everything that is compared for one store and trading day."""

    store_code: str
    store_name: str
    business_date: date
    timezone: str
    cut_off: str  # local time at which the trading day ends, "00:00"
    currency: str
    accounting_mode: str  # per_order, daily_journal
    journal_posting: str  # on_ready, on_signed
    journal_is_draft: bool  # the journal column is what would be posted
    counts: Counts
    tenders: tuple[FigureRow, ...]
    nets: tuple[FigureRow, ...]
    taxes: tuple[FigureRow, ...]
    totals: tuple[FigureRow, ...]  # gross, rounding
    registers: tuple[RegisterRow, ...]
    cash: tuple[CashRow, ...]

    @property
    def rows(self) -> tuple[FigureRow, ...]:
        return (*self.totals, *self.tenders, *self.nets, *self.taxes)

    @property
    def gross(self) -> FigureRow:
        return next(row for row in self.totals if row.measure is Measure.GROSS)


@dataclass(frozen=True, slots=True)
class Variance:
    """Two columns of one row that differ, or a drawer that was counted over or short.

    amount = actual − expected: positive is over. `receipts` are the numbers that cause it, as far
    as they can be named; `is_within` means the tolerance takes it without an explanation.
    """

    key: str  # "tender:Cash:till-receipts", "cash:T1/12"
    measure: str  # a Measure, or "cash"
    name: str  # tender, VAT rate or till
    left: str  # a Column, or "expected"
    right: str  # a Column, or "counted"
    expected: Decimal
    actual: Decimal
    amount: Decimal
    is_within: bool = False
    receipts: tuple[str, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that keeps a day from being prepared, in business words."""

    kind: str  # till-open, held, going, gap, journal, variance, late, exception
    sentence: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Share:
    """What one receipt adds to a cell. `amount` None: the column does not have the receipt."""

    document_id: int
    number: str
    placed_at: datetime
    register_id: str
    kind: str  # sale, return
    receipts: Decimal
    erp: Decimal | None
    journal: Decimal | None
    erp_refs: tuple[str, ...] = ()
