"""A store's trading day → balanced journal lines. Pure.

Each line knows the receipts behind it. Amounts are exact; a debit is positive, a credit negative,
until they are written as two columns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
CASH = "Cash"  # the till's name of the tender that its drawer holds
CASH_ROUNDING, GIFT_CARDS_SOLD = "Cash rounding", "Gift cards sold"  # memos of their lines


class Account(StrEnum):
    """What a journal may post besides tenders; each is a row of the journal-account table."""

    SALES = "sales"
    GIFT_CARDS = "gift-cards"
    VAT = "vat"
    CASH_DIFFERENCE = "cash-difference"
    ROUNDING = "rounding"
    PAID_OUT = "paid-out"


@dataclass(frozen=True, slots=True)
class DayTender:
    """One tender of one receipt; positive in a sale, negative in a return."""

    receipt: str
    nominal: str
    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DayReceipt:
    """One receipt; a return's amounts are negative."""

    number: str
    net: Decimal
    tax: Decimal
    rounding: Decimal  # tenders = net + tax + rounding
    tax_by_rate: Mapping[Decimal, Decimal]
    net_by_rate: Mapping[Decimal, Decimal]
    tenders: tuple[DayTender, ...]
    gift_cards: Decimal = ZERO  # sold, part of `net` and of no rate: a liability until redeemed


@dataclass(frozen=True, slots=True)
class CashEvent:
    """Cash that a till counted too much (positive) or paid out (positive)."""

    register: str
    difference: Decimal
    paid_out: Decimal


@dataclass(slots=True)
class Line:
    """A signed amount on one account: debit positive. `receipts` are what it is made of."""

    nominal: str
    memo: str
    amount: Decimal = ZERO
    receipts: list[str] = field(default_factory=list)

    @property
    def debit(self) -> Decimal:
        return max(self.amount, ZERO)

    @property
    def credit(self) -> Decimal:
        return max(-self.amount, ZERO)


class UnmappedAccountError(ValueError):
    """The journal needs an account that a mapping table does not have."""

    def __init__(self, account: str, *, table: str = "journal-account") -> None:
        super().__init__(f"The day journal has no account for “{account}”.")
        self.account = account
        self.table = table


class UnbalancedError(ValueError):
    """Debits and credits differ: the facts contradict each other, so nothing is posted."""


class _Ledger:
    def __init__(self, accounts: Mapping[str, str]) -> None:
        self._accounts = accounts
        self._lines: dict[tuple[str, str], Line] = {}

    def account(self, account: Account) -> str:
        if account not in self._accounts:
            raise UnmappedAccountError(account)
        return self._accounts[account]

    def post(self, nominal: str, memo: str, amount: Decimal, receipt: str = "") -> None:
        if not amount:
            return
        if not nominal:  # of a tender: the others were asked for by name
            raise UnmappedAccountError(memo, table="payment-type")
        line = self._lines.setdefault((nominal, memo), Line(nominal, memo))
        line.amount += amount
        if receipt:
            line.receipts.append(receipt)

    def lines(self) -> list[Line]:
        found = [line for _, line in sorted(self._lines.items()) if line.amount]
        if sum((line.amount for line in found), ZERO) != ZERO:
            raise UnbalancedError("Debits and credits of the day differ.")
        return found


def whole_day(
    receipts: Iterable[DayReceipt],
    cash: Iterable[CashEvent],
    *,
    accounts: Mapping[str, str],
    cash_nominal: str,
) -> list[Line]:
    """What the day's orders do not post themselves (`daily_journal`): tenders, revenue, VAT."""
    ledger = _Ledger(accounts)
    for receipt in receipts:
        for tender in receipt.tenders:
            ledger.post(tender.nominal, tender.name, tender.amount, receipt.number)
        for rate, net in receipt.net_by_rate.items():
            ledger.post(ledger.account(Account.SALES), f"Sales {rate:f} %", -net, receipt.number)
        if receipt.gift_cards:
            nominal = ledger.account(Account.GIFT_CARDS)
            ledger.post(nominal, GIFT_CARDS_SOLD, -receipt.gift_cards, receipt.number)
        for rate, tax in receipt.tax_by_rate.items():
            if tax:
                ledger.post(ledger.account(Account.VAT), f"VAT {rate:f} %", -tax, receipt.number)
        if receipt.rounding:
            ledger.post(
                ledger.account(Account.ROUNDING), CASH_ROUNDING, -receipt.rounding, receipt.number
            )
    _post_cash(ledger, cash, cash_nominal)
    return ledger.lines()


def rest_of_day(
    receipts: Iterable[DayReceipt],
    cash: Iterable[CashEvent],
    *,
    accounts: Mapping[str, str],
    cash_nominal: str,
) -> list[Line]:
    """Only what no order posts (`per_order`): cash rounding, cash difference, paid-outs."""
    ledger = _Ledger(accounts)
    for receipt in receipts:
        if receipt.rounding:
            cash_account = _cash(cash_nominal)
            ledger.post(cash_account, CASH_ROUNDING, receipt.rounding, receipt.number)
            ledger.post(
                ledger.account(Account.ROUNDING), CASH_ROUNDING, -receipt.rounding, receipt.number
            )
    _post_cash(ledger, cash, cash_nominal)
    return ledger.lines()


def _cash(nominal: str) -> str:
    if not nominal:
        raise UnmappedAccountError(CASH, table="payment-type")
    return nominal


def _post_cash(ledger: _Ledger, cash: Iterable[CashEvent], cash_nominal: str) -> None:
    for event in cash:
        if event.difference:
            account = ledger.account(Account.CASH_DIFFERENCE)
            ledger.post(_cash(cash_nominal), "Cash difference", event.difference, event.register)
            ledger.post(account, "Cash difference", -event.difference, event.register)
        if event.paid_out:
            account = ledger.account(Account.PAID_OUT)
            ledger.post(_cash(cash_nominal), "Paid out", -event.paid_out, event.register)
            ledger.post(account, "Paid out", event.paid_out, event.register)


def together(lines: Iterable[Line]) -> list[Line]:
    """Several journals as one: a line per account and memo, with all its receipts, none empty."""
    sums: dict[tuple[str, str], Line] = {}
    for line in lines:
        known = sums.setdefault((line.nominal, line.memo), Line(line.nominal, line.memo))
        known.amount += line.amount
        known.receipts += line.receipts
    return [line for _, line in sorted(sums.items()) if line.amount]


def opposite(lines: Iterable[Line]) -> list[Line]:
    """The lines that take these back."""
    return [Line(line.nominal, line.memo, -line.amount, list(line.receipts)) for line in lines]


def delta(wanted: Iterable[Line], posted: Iterable[Line]) -> list[Line]:
    """What must still be posted so that all journals of the day together say `wanted`."""
    before = {(line.nominal, line.memo): line for line in together(posted)}
    lines = []
    for line in wanted:
        known = before.pop((line.nominal, line.memo), Line(line.nominal, line.memo))
        new = [number for number in line.receipts if number not in set(known.receipts)]
        if line.amount != known.amount:
            lines.append(Line(line.nominal, line.memo, line.amount - known.amount, new))
    lines += opposite(before.values())
    return sorted(lines, key=lambda line: (line.nominal, line.memo))
