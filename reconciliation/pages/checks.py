"""The steps that a day passes, top down, each in one sentence. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from monitoring.kit.formats import money
from monitoring.words import counted, listed
from reconciliation.content import DayContent
from reconciliation.figures import ZERO, Column, DayFigures, Variance
from reconciliation.tills import till_name
from reconciliation.variance import at_stake

ELSEWHERE = {"journal", "exception"}  # blockers that no other step speaks of
PAIRS = {
    (Column.TILL, Column.RECEIPTS): "Tills and receipts",
    (Column.RECEIPTS, Column.ERP): "Receipts and ERP",
    (Column.ERP, Column.JOURNAL): "ERP and journal",
    (Column.JOURNAL, Column.GATEWAY): "Journal and gateway",
}


@dataclass(frozen=True)
class Check:
    """One step: what, how it stands, and the part of the page that shows it."""

    label: str
    tone: str
    words: str
    anchor: str


def checks(content: DayContent) -> list[Check]:
    """Return the steps in the order in which a day is read."""
    figures = content.figures
    if figures is None:
        return [Check("Receipts", "unknown", "Nothing has been counted yet.", "receipts")]
    return [
        _closed(figures),
        _contiguous(figures),
        _arrived(figures),
        *_columns(figures, content.variances),
        _cash(figures, content.variances),
        *_blocked(content),
    ]


def _closed(figures: DayFigures) -> Check:
    open_tills = [till_name(each.register_id) for each in figures.registers if not each.is_closed]
    if open_tills:
        words = f"{listed(open_tills)} {'has' if len(open_tills) == 1 else 'have'} not closed."
        return Check("Tills closed", "soon", words, "tills")
    closed = counted(len(figures.registers), "till")
    return Check("Tills closed", "agrees", f"{closed}, all closed.", "tills")


def _contiguous(figures: DayFigures) -> Check:
    missing = [number for each in figures.registers for number in each.missing]
    if missing:
        return Check("Numbers", "soon", f"Missing: {listed(missing)}.", "tills")
    words = f"{counted(figures.counts.receipts, 'receipt')}, no gaps."
    return Check("Numbers", "agrees", words, "tills")


def _arrived(figures: DayFigures) -> Check:
    counts = figures.counts
    if counts.held:
        words = f"{counted(counts.held, 'receipt')} {_need(counts.held)} a person."
        return Check("Receipts in the ERP", "soon", words, "blockers")
    if counts.going:
        words = f"{counted(counts.going, 'receipt')} on the way."
        return Check("Receipts in the ERP", "waiting", words, "blockers")
    return Check("Receipts in the ERP", "agrees", "Every receipt was posted.", "tenders")


def _need(count: int) -> str:
    return "needs" if count == 1 else "need"


def _columns(figures: DayFigures, variances: Sequence[Variance]) -> Iterator[Check]:
    """Compare each pair of neighbouring columns that both say something."""
    said = [c for c in Column if any(dict(row.cells)[c] is not None for row in figures.rows)]
    for left, right in pairwise(said):
        label = PAIRS.get((left, right), f"{left.title()} and {right.title()}")
        between = [each for each in variances if (each.left, each.right) == (left, right)]
        if not between and _part(figures, left, right):
            yield Check(label, "unknown", "Compared once everything has arrived.", "tenders")
        else:
            yield _tie(label, figures.currency, between, "tenders")


def _part(figures: DayFigures, left: Column, right: Column) -> bool:
    """Say whether the two columns differ in any row, judged or not."""
    steps = (step for row in figures.rows for step in row.steps())
    return any((a, b) == (left, right) and amount for a, b, amount in steps)


def apart(variances: Sequence[Variance]) -> Decimal:
    """Return how far the day is apart: its columns, or when these tie, its drawers."""
    cash = (abs(each.amount) for each in variances if each.measure == "cash")
    return at_stake(variances) or sum(cash, ZERO)


def _cash(figures: DayFigures, variances: Sequence[Variance]) -> Check:
    if not figures.cash:
        return Check("Cash counted", "unknown", "No drawer has been counted.", "cash")
    drawers = [each for each in variances if each.measure == "cash"]
    return _tie("Cash counted", figures.currency, drawers, "cash", agreed="As expected.")


def _tie(
    label: str,
    currency: str,
    variances: Iterable[Variance],
    anchor: str,
    *,
    agreed: str = "Tie to the penny.",
) -> Check:
    differing = [each for each in variances if each.amount]
    if not differing:
        return Check(label, "agrees", agreed, anchor)
    names = [f"{_about(each)} {money(each.amount, currency)}" for each in differing]
    if all(each.is_within for each in differing):
        return Check(label, "agrees", f"Within tolerance: {listed(names)}.", "differences")
    return Check(label, "soon", f"{listed(names)}.", "differences")


def _about(variance: Variance) -> str:
    return till_name(variance.name) if variance.measure == "cash" else variance.name or "Takings"


def _blocked(content: DayContent) -> Iterator[Check]:
    for each in content.blockers:
        if each.kind in ELSEWHERE:
            yield Check("In the way", "soon", each.sentence, "blockers")
