"""Where the columns of a day differ, what tolerance takes, and which receipts cause it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from monitoring.kit.formats import money
from reconciliation.figures import (
    ZERO,
    CashRow,
    Column,
    DayFigures,
    FigureRow,
    Measure,
    Variance,
)
from reconciliation.takings import (
    CloseFact,
    DayBook,
    ReceiptFact,
    amount_of,
    journal_numbers,
    posted_of,
)
from reconciliation.tills import till_name

NAMED = 20  # a longer list of receipts explains nothing

WORDS = {
    Column.TILL: "the till closes",
    Column.RECEIPTS: "the receipts",
    Column.ERP: "the ERP",
    Column.JOURNAL: "the journal",
    Column.GATEWAY: "the payment provider",
}

ONE = (Column.ERP, Column.JOURNAL, Column.GATEWAY)  # of which there is one, and it “says”


@dataclass(frozen=True, slots=True)
class Accepted:
    """What finance accepts unexplained: amounts either way, in the day's currency."""

    figures: Decimal = ZERO  # right − left of two columns
    cash: Decimal = Decimal(5)  # counted − expected of one till close


def variances(book: DayBook, figures: DayFigures, accepted: Accepted) -> list[Variance]:
    """Return what differs between columns that can be compared already, and each drawer.

    The till's column is compared once all tills have closed, the ERP's and the journal's once
    nothing of the day is held or on its way. Net, VAT and gross of one cause are one variance.
    """
    found = [
        _variance(book, row, left, right, amount, accepted)
        for row in (*figures.tenders, *_rates(figures), *figures.totals)
        for left, right, amount in row.steps()
        if amount and _may_compare(figures, right)
    ]
    return [
        *_without_echoes(found),
        *(_cash(row, figures.currency, accepted) for row in figures.cash if row.difference),
    ]


def _may_compare(figures: DayFigures, right: Column) -> bool:
    if right is Column.RECEIPTS:
        return all(register.is_closed for register in figures.registers)
    return not (figures.counts.held or figures.counts.going)


def _rates(figures: DayFigures) -> list[FigureRow]:
    """VAT by rate, and net where a rate has no VAT of its own."""
    taxed = {row.name for row in figures.taxes}
    return [*figures.taxes, *(row for row in figures.nets if row.name not in taxed)]


def _without_echoes(found: Sequence[Variance]) -> list[Variance]:
    """Leave out a gross that differs only because a tender or a rate does, at the same step."""
    told = {(v.left, v.right) for v in found if v.measure in (Measure.TENDER, Measure.TAX)}
    return [v for v in found if v.measure != Measure.GROSS or (v.left, v.right) not in told]


def _variance(
    book: DayBook,
    row: FigureRow,
    left: Column,
    right: Column,
    amount: Decimal,
    accepted: Accepted,
) -> Variance:
    expected, actual = getattr(row, left), getattr(row, right)
    receipts = tuple(_causes(book, row, right, amount))
    return Variance(
        key=f"{row.key}:{left}-{right}",
        measure=row.measure,
        name=row.name,
        left=left,
        right=right,
        expected=expected,
        actual=actual,
        amount=amount,
        is_within=abs(amount) <= accepted.figures,
        receipts=receipts[:NAMED],
        sentence=_sentence(row, left, right, amount, book.currency, receipts),
    )


def _sentence(
    row: FigureRow, left: Column, right: Column, amount: Decimal, currency: str, causes: Sequence
) -> str:
    what = {
        Measure.TENDER: row.name,
        Measure.NET: f"Net at {row.name} %",
        Measure.TAX: f"VAT at {row.name} %",
        Measure.GROSS: "Takings",
        Measure.ROUNDING: "Cash rounding",
    }[row.measure]
    word = "more" if amount > 0 else "less"
    verb = "says" if right in ONE else "say"
    told = f"{verb} {money(abs(amount), currency)} {word}"
    text = f"{what}: {WORDS[right]} {told} than {WORDS[left]}."
    if not causes:
        return text
    named = ", ".join(causes[:3]) + (" and others" if len(causes) > 3 else "")
    return f"{text} Look at {named}."


def _causes(book: DayBook, row: FigureRow, right: Column, amount: Decimal) -> Iterator[str]:
    """Numbers of the receipts that make the difference, as far as the facts name them."""
    if right is Column.RECEIPTS:
        return _at_the_till(book, row, amount)
    if right is Column.ERP:
        return _at_the_erp(book.receipts, row)
    return _in_the_journal(book, row)


def _at_the_erp(receipts: Iterable[ReceiptFact], row: FigureRow) -> Iterator[str]:
    for fact in receipts:
        there = posted_of(fact, row.measure, row.name)
        if amount_of(fact, row.measure, row.name) != (there or ZERO):
            yield fact.entry.number


def _in_the_journal(book: DayBook, row: FigureRow) -> Iterator[str]:
    posted = journal_numbers(book, row.measure, row.name)
    ours = {fact.entry.number for fact in book.receipts if amount_of(fact, row.measure, row.name)}
    yield from sorted(ours ^ posted)


def _at_the_till(book: DayBook, row: FigureRow, amount: Decimal) -> Iterator[str]:
    """Of the tills that differ: what lies outside their periods, else what has just this amount.

    Numbers that a till skipped come first: they are what it counted and we never got.
    """
    for register in _differing(book, row):
        yield from book.missing.get(register, ())
        mine = [fact for fact in book.receipts if fact.register_id == register]
        closes = [close for close in book.closes if close.register_id == register]
        outside = [fact for fact in mine if not _is_covered(fact, closes)]
        left_out = [fact for fact in book.left_out if fact.register_id == register]
        suspects = outside or [
            fact
            for fact in (*mine, *left_out)
            if abs(amount_of(fact, row.measure, row.name)) == abs(amount)
        ]
        yield from (fact.entry.number for fact in suspects)


def _differing(book: DayBook, row: FigureRow) -> list[str]:
    registers = sorted({close.register_id for close in book.closes})
    rang = _by_register(
        (fact.register_id, amount_of(fact, row.measure, row.name)) for fact in book.receipts
    )
    said = _by_register((close.register_id, _said(close, row)) for close in book.closes)
    return [name for name in registers if rang.get(name, ZERO) != said.get(name, ZERO)]


def _by_register(pairs: Iterable[tuple[str, Decimal]]) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, ZERO) + amount
    return sums


def _said(close: CloseFact, row: FigureRow) -> Decimal:
    match row.measure:
        case Measure.TENDER:
            return close.tenders.get(row.name, ZERO)
        case Measure.NET:
            return close.net_by_rate.get(Decimal(row.name), ZERO)
        case Measure.TAX:
            return close.tax_by_rate.get(Decimal(row.name), ZERO)
        case Measure.GROSS:
            return close.gross
        case Measure.ROUNDING:
            return close.rounding


def _is_covered(fact: ReceiptFact, closes: Iterable[CloseFact]) -> bool:
    """Whether a close of its till counted it. Without an opening it counted all before."""
    return any(
        (close.opened_at is None or close.opened_at <= fact.placed_at)
        and fact.placed_at <= close.closed_at
        for close in closes
    )


def _cash(row: CashRow, currency: str, accepted: Accepted) -> Variance:
    word = "over" if row.difference > 0 else "short"
    text = f"Till {till_name(row.register_id)} is {money(abs(row.difference), currency)} {word}."
    if row.paid_out:
        text += f" It paid out {money(abs(row.paid_out), currency)} of petty cash."
    return Variance(
        key=row.key,
        measure="cash",
        name=row.register_id,
        left="expected",
        right="counted",
        expected=row.expected,
        actual=row.counted,
        amount=row.difference,
        is_within=abs(row.difference) <= accepted.cash,
        sentence=text,
    )


def unexplained(found: Iterable[Variance], explained: Mapping[str, Decimal]) -> list[Variance]:
    """What neither tolerance takes nor somebody explained at just this amount (`key → amount`)."""
    return [v for v in found if not v.is_within and explained.get(v.key) != v.amount]


def at_stake(found: Iterable[Variance]) -> Decimal:
    """Σ |amount| by tender; where tenders agree, by the largest of the other measures."""
    sums: dict[str, Decimal] = {}
    for variance in found:
        if variance.measure != "cash":
            sums[variance.measure] = sums.get(variance.measure, ZERO) + abs(variance.amount)
    return sums.get(Measure.TENDER) or max(sums.values(), default=ZERO)
