"""Receipts, till closes, ERP postings and journals of one day → figures by column. Pure.

Amounts are signed: a return's are negative. A rate is a percentage as a Decimal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from reconciliation.figures import (
    ZERO,
    CashRow,
    Counts,
    DayFigures,
    FigureRow,
    Measure,
    RegisterRow,
)
from reconciliation.journals import CASH_ROUNDING, GIFT_CARDS_SOLD, DayReceipt, Line

Amounts = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Posted:
    """What stands at the ERP of one receipt: posted, and read back equal to what was meant."""

    refs: tuple[str, ...]
    net_by_rate: Mapping[Decimal, Decimal]
    tax_by_rate: Mapping[Decimal, Decimal]
    tenders: Mapping[str, Decimal] | None  # None: this way of accounting posts no payments

    @property
    def gross(self) -> Decimal:
        return sum((*self.net_by_rate.values(), *self.tax_by_rate.values()), ZERO)


@dataclass(frozen=True, slots=True)
class ReceiptFact:
    """One receipt of the day and how far it has come."""

    document_id: int
    external_id: str
    register_id: str
    kind: str  # sale, return
    placed_at: datetime
    received_at: datetime
    entry: DayReceipt
    lines_net: Mapping[Decimal, Decimal]  # by rate, gift cards at the rate of their line
    posted: Posted | None
    is_planned: bool  # its effects are decided: it is in the day's journal
    is_held: bool  # waits for a person or for another record

    @property
    def gross(self) -> Decimal:
        return self.entry.net + self.entry.tax


@dataclass(frozen=True, slots=True)
class CloseFact:
    """One Z-report. Tenders and VAT are sales less refunds."""

    external_id: str
    register_id: str
    opened_at: datetime | None
    closed_at: datetime
    gross: Decimal
    rounding: Decimal
    receipt_count: int
    tenders: Mapping[str, Decimal]
    net_by_rate: Mapping[Decimal, Decimal]
    tax_by_rate: Mapping[Decimal, Decimal]
    cash: CashRow


@dataclass(frozen=True, slots=True)
class DayBook:
    """All facts of one store and trading day, as of one moment."""

    store_code: str
    store_name: str
    business_date: date
    timezone: str
    cut_off: str
    currency: str
    accounting_mode: str
    journal_posting: str
    receipts: tuple[ReceiptFact, ...]
    closes: tuple[CloseFact, ...]
    journal: tuple[Line, ...] | None  # all journals together; None when the day has none
    left_out: tuple[ReceiptFact, ...] = ()  # dismissed or skipped: the till may have counted them
    cash_nominal: str = ""
    journal_is_draft: bool = False
    journal_waits: str = ""  # why the day's journal is not in the ledger yet
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by register


def day_figures(book: DayBook) -> DayFigures:
    """Lay the day's columns side by side. Rows are sorted, the largest first."""
    return DayFigures(
        store_code=book.store_code,
        store_name=book.store_name,
        business_date=book.business_date,
        timezone=book.timezone,
        cut_off=book.cut_off,
        currency=book.currency,
        accounting_mode=book.accounting_mode,
        journal_posting=book.journal_posting,
        journal_is_draft=book.journal_is_draft,
        counts=counts(book.receipts),
        tenders=_rows(Measure.TENDER, _tenders(book)),
        nets=_rows(Measure.NET, _nets(book)),
        taxes=_rows(Measure.TAX, _taxes(book)),
        totals=_totals(book),
        registers=_registers(book),
        cash=tuple(close.cash for close in book.closes),
    )


def counts(receipts: Iterable[ReceiptFact]) -> Counts:
    found = list(receipts)
    return Counts(
        sales=sum(fact.kind == "sale" for fact in found),
        returns=sum(fact.kind == "return" for fact in found),
        held=sum(fact.is_held for fact in found),
        going=sum(fact.posted is None and not fact.is_held for fact in found),
    )


@dataclass(slots=True)
class _Sides:
    """Amounts by name in each column; a column that says nothing is None."""

    till: Amounts | None = None
    receipts: Amounts = field(default_factory=dict)
    erp: Amounts | None = None
    journal: Amounts | None = None

    def names(self) -> list[str]:
        sides = (self.receipts, self.till or {}, self.erp or {}, self.journal or {})
        return list(dict.fromkeys(name for side in sides for name in side))


def _rows(measure: Measure, sides: _Sides) -> tuple[FigureRow, ...]:
    rows = [
        FigureRow(
            measure,
            name,
            till=_of(sides.till, name),
            receipts=sides.receipts.get(name, ZERO),
            erp=_of(sides.erp, name),
            journal=_of(sides.journal, name),
        )
        for name in sides.names()
    ]
    said = [row for row in rows if any(amount for _, amount in row.cells)]
    return tuple(sorted(said, key=lambda row: (-abs(row.receipts or ZERO), row.name)))


def _of(side: Amounts | None, name: str) -> Decimal | None:
    return None if side is None else side.get(name, ZERO)


def _tenders(book: DayBook) -> _Sides:
    return _Sides(
        till=_till(book, [close.tenders for close in book.closes]),
        receipts=summed(
            (tender.name, tender.amount) for r in book.receipts for tender in r.entry.tenders
        ),
        erp=_paid(book),
        journal=_journal_tenders(book),
    )


def _paid(book: DayBook) -> Amounts | None:
    if book.accounting_mode != "per_order":
        return None
    posted = [fact.posted for fact in book.receipts if fact.posted is not None]
    return summed((n, a) for each in posted for n, a in (each.tenders or {}).items())


def _journal_tenders(book: DayBook) -> Amounts | None:
    """By the memo of its lines: a day journal has one line per tender."""
    if book.journal is None or book.accounting_mode == "per_order":
        return None
    known = {tender.name for fact in book.receipts for tender in fact.entry.tenders}
    known |= {name for close in book.closes for name in close.tenders}
    return summed((line.memo, line.amount) for line in book.journal if line.memo in known)


def _nets(book: DayBook) -> _Sides:
    return _Sides(
        till=_till(book, [_named(close.net_by_rate) for close in book.closes]),
        receipts=summed(
            (rate_name(rate), amount)
            for fact in book.receipts
            for rate, amount in fact.lines_net.items()
        ),
        erp=summed(
            (rate_name(rate), amount)
            for fact in book.receipts
            if fact.posted
            for rate, amount in fact.posted.net_by_rate.items()
        ),
        journal=_journal_by_rate(book, "Sales"),
    )


def _taxes(book: DayBook) -> _Sides:
    return _Sides(
        till=_till(book, [_named(close.tax_by_rate) for close in book.closes]),
        receipts=summed(
            (rate_name(rate), amount)
            for fact in book.receipts
            for rate, amount in fact.entry.tax_by_rate.items()
        ),
        erp=summed(
            (rate_name(rate), amount)
            for fact in book.receipts
            if fact.posted
            for rate, amount in fact.posted.tax_by_rate.items()
        ),
        journal=_journal_by_rate(book, "VAT"),
    )


def _journal_by_rate(book: DayBook, word: str) -> Amounts | None:
    """Credits of “Sales 20 %” or “VAT 20 %”; gift cards sold count at their own rate."""
    if book.journal is None or book.accounting_mode == "per_order":
        return None
    found = summed(
        (line.memo.removeprefix(word + " ").removesuffix(" %"), -line.amount)
        for line in book.journal
        if line.memo.startswith(word + " ") and line.memo.endswith(" %")
    )
    if word == "Sales":
        _add_gift_cards(book, found)
    return found


def _add_gift_cards(book: DayBook, by_rate: Amounts) -> None:
    sold = sum((-line.amount for line in book.journal or () if line.memo == GIFT_CARDS_SOLD), ZERO)
    rates = [rate_name(rate) for fact in book.receipts for rate in _gift_card_rates(fact)]
    if sold:
        rate = rates[0] if rates else "0"
        by_rate[rate] = by_rate.get(rate, ZERO) + sold


def _gift_card_rates(fact: ReceiptFact) -> list[Decimal]:
    """Rates at which the receipt sold gift cards: where its lines say more than its revenue."""
    revenue = fact.entry.net_by_rate
    return [rate for rate, net in fact.lines_net.items() if net != revenue.get(rate, ZERO)]


def _totals(book: DayBook) -> tuple[FigureRow, ...]:
    closed = bool(book.closes)
    is_whole = book.journal is not None and book.accounting_mode != "per_order"
    gross = FigureRow(
        Measure.GROSS,
        till=sum((close.gross for close in book.closes), ZERO) if closed else None,
        receipts=sum((fact.gross for fact in book.receipts), ZERO),
        erp=sum((fact.posted.gross for fact in book.receipts if fact.posted), ZERO),
        journal=_journal_gross(book.journal or ()) if is_whole else None,
    )
    rounding = FigureRow(
        Measure.ROUNDING,
        till=sum((close.rounding for close in book.closes), ZERO) if closed else None,
        receipts=sum((fact.entry.rounding for fact in book.receipts), ZERO),
        journal=None if book.journal is None else _journal_rounding(book),
    )
    return (gross, rounding)


def _journal_gross(lines: Iterable[Line]) -> Decimal:
    """Revenue, VAT and gift cards sold: what the orders of the day come to."""
    wanted = (line for line in lines if _is_taking(line.memo))
    return -sum((line.amount for line in wanted), ZERO)


def _is_taking(memo: str) -> bool:
    by_rate = memo.startswith(("Sales ", "VAT ")) and memo.endswith(" %")
    return by_rate or memo == GIFT_CARDS_SOLD


def _journal_rounding(book: DayBook) -> Decimal:
    """What went to the rounding account; `per_order` posts the cash side under the same memo."""
    lines = (line for line in book.journal or () if line.memo == CASH_ROUNDING)
    return -sum((line.amount for line in lines if line.nominal != book.cash_nominal), ZERO)


def _till(book: DayBook, sides: Sequence[Mapping[str, Decimal]]) -> Amounts | None:
    """None until a till of the day has closed."""
    if not book.closes:
        return None
    return summed((name, amount) for side in sides for name, amount in side.items())


def _registers(book: DayBook) -> tuple[RegisterRow, ...]:
    rang: dict[str, int] = {}
    for fact in book.receipts:
        rang[fact.register_id] = rang.get(fact.register_id, 0) + 1
    closes: dict[str, list[str]] = {}
    for close in book.closes:
        closes.setdefault(close.register_id, []).append(close.external_id)
    return tuple(
        RegisterRow(
            register_id=register,
            receipts=rang.get(register, 0),
            closes=tuple(sorted(closes.get(register, ()))),
            missing=tuple(book.missing.get(register, ())),
        )
        for register in sorted({*rang, *closes})
    )


def amount_of(fact: ReceiptFact, measure: Measure, name: str) -> Decimal:
    """What the receipt itself adds to a row."""
    match measure:
        case Measure.TENDER:
            return sum((t.amount for t in fact.entry.tenders if t.name == name), ZERO)
        case Measure.NET:
            return _named(fact.lines_net).get(name, ZERO)
        case Measure.TAX:
            return _named(fact.entry.tax_by_rate).get(name, ZERO)
        case Measure.GROSS:
            return fact.gross
        case Measure.ROUNDING:
            return fact.entry.rounding


def posted_of(fact: ReceiptFact, measure: Measure, name: str) -> Decimal | None:
    """What stands at the ERP of the receipt in a row; None where the ERP has no say."""
    if fact.posted is None:
        return None
    match measure:
        case Measure.TENDER:
            paid = fact.posted.tenders
            return None if paid is None else paid.get(name, ZERO)
        case Measure.NET:
            return _named(fact.posted.net_by_rate).get(name, ZERO)
        case Measure.TAX:
            return _named(fact.posted.tax_by_rate).get(name, ZERO)
        case Measure.GROSS:
            return fact.posted.gross
        case Measure.ROUNDING:
            return None


def journal_numbers(book: DayBook, measure: Measure, name: str) -> frozenset[str]:
    """The receipts that the journal's lines of a row name."""
    return frozenset(
        number
        for line in book.journal or ()
        if _belongs(line.memo, measure, name)
        for number in line.receipts
    )


def _belongs(memo: str, measure: Measure, name: str) -> bool:
    match measure:
        case Measure.TENDER:
            return memo == name
        case Measure.NET:
            return memo in (f"Sales {name} %", GIFT_CARDS_SOLD)
        case Measure.TAX:
            return memo == f"VAT {name} %"
        case Measure.GROSS:
            return _is_taking(memo)
        case Measure.ROUNDING:
            return memo == CASH_ROUNDING


def rate_name(rate: Decimal) -> str:
    """Return a rate as it is keyed and printed: `20`, `5.5`."""
    return f"{rate.normalize():f}"


def _named(by_rate: Mapping[Decimal, Decimal]) -> dict[str, Decimal]:
    return summed((rate_name(rate), amount) for rate, amount in by_rate.items())


def summed(pairs: Iterable[tuple[str, Decimal]]) -> Amounts:
    """Add up amounts by name."""
    sums: Amounts = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, ZERO) + amount
    return sums
