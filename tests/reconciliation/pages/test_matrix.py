"""The matrices and the steps of a day, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reconciliation.content import DayContent
from reconciliation.figures import (
    Blocker,
    CashRow,
    Column,
    Counts,
    DayFigures,
    FigureRow,
    Measure,
    RegisterRow,
    Variance,
)
from reconciliation.pages.checks import Check, apart, checks
from reconciliation.pages.matrix import matrix_row, tender_matrix, vat_matrix

TWELVE, TEN, ZERO = Decimal("12.00"), Decimal("10.00"), Decimal(0)
CARD = FigureRow(Measure.TENDER, "Card", TWELVE, TWELVE, TWELVE, TWELVE)
DRAWER = CashRow(
    *("T1/1", "T1", datetime(2026, 3, 28, 18, tzinfo=UTC)),
    *(Decimal(100), ZERO, ZERO, Decimal(100), Decimal(100), ZERO, ZERO),
)
DAY = DayFigures(
    store_code="LDS",
    store_name="Leeds",
    business_date=date(2026, 3, 28),
    timezone="Europe/London",
    cut_off="00:00",
    currency="GBP",
    accounting_mode="daily_journal",
    journal_posting="on_ready",
    journal_is_draft=False,
    counts=Counts(sales=1),
    tenders=(CARD,),
    nets=(
        FigureRow(Measure.NET, "5", TEN, TEN, TEN, TEN),
        FigureRow(Measure.NET, "20", TEN, TEN, TEN, TEN),
    ),
    taxes=(FigureRow(Measure.TAX, "20", ZERO, ZERO, ZERO, ZERO),),
    totals=(FigureRow(Measure.GROSS, "", TWELVE, TWELVE, TWELVE, TWELVE),),
    registers=(RegisterRow("T1", 1, ("T1/1",)),),
    cash=(DRAWER,),
)
SHORT = Variance(
    *("tender:Card:till-receipts", "tender", "Card", "till", "receipts"),
    *(TWELVE, TEN, Decimal("-2.00")),
)


def find(label: str, found: list[Check]) -> Check:
    return next(each for each in found if each.label == label)


def test_the_first_column_that_breaks_is_lit_and_no_other() -> None:
    row = matrix_row(replace(CARD, receipts=TEN, erp=TWELVE))

    assert [cell.column for cell in row.cells if cell.breaks] == [Column.RECEIPTS]
    assert row.apart == Decimal("-2.00")


def test_a_row_that_ties_is_not_lit() -> None:
    row = matrix_row(CARD)

    assert not any(cell.breaks for cell in row.cells)
    assert row.apart == 0


def test_a_column_with_nothing_to_say_has_no_door() -> None:
    row = matrix_row(replace(CARD, till=None))

    doors = {cell.column: cell.door for cell in row.cells}
    assert (doors[Column.TILL], doors[Column.GATEWAY]) == ("", "")
    assert doors[Column.ERP] == "row=tender%3ACard&column=erp"


def test_a_hostile_tender_stays_inside_its_door() -> None:
    row = matrix_row(replace(CARD, name='"><script>&column=till'))

    assert row.cells[1].door.count("&") == 1
    assert "<" not in row.cells[1].door


def test_nothing_but_zeros_is_quiet() -> None:
    assert matrix_row(FigureRow(Measure.TENDER, "Amex", ZERO, ZERO, None, ZERO)).is_quiet
    assert not matrix_row(CARD).is_quiet


def test_a_draft_is_named_as_one() -> None:
    drawn = tender_matrix(replace(DAY, journal_is_draft=True))

    assert drawn.columns[3] == "Journal, draft"
    assert tender_matrix(DAY).columns[3] == "Journal"


def test_rates_stand_highest_first_net_over_vat() -> None:
    assert [row.title for row in vat_matrix(DAY).rows] == [
        "Net at 20 %",
        "VAT at 20 %",
        "Net at 5 %",
    ]


def test_a_day_that_ties_passes_every_step() -> None:
    found = checks(DayContent(DAY))

    assert {each.tone for each in found} == {"agrees"}
    assert [each.label for each in found] == [
        "Tills closed",
        "Numbers",
        "Receipts in the ERP",
        "Tills and receipts",
        "Receipts and ERP",
        "ERP and journal",
        "Cash counted",
    ]


@pytest.mark.parametrize(
    ("figures", "label", "words"),
    [
        (replace(DAY, registers=(RegisterRow("T1", 1, ()),)), "Tills closed", "T1 has not closed."),
        (
            replace(DAY, registers=(RegisterRow("T1", 1, ("Z",), ("R-7",)),)),
            "Numbers",
            "Missing: R-7.",
        ),
        (
            replace(DAY, counts=Counts(sales=3, held=2)),
            "Receipts in the ERP",
            "2 receipts need a person.",
        ),
        (
            replace(DAY, counts=Counts(sales=3, going=1)),
            "Receipts in the ERP",
            "1 receipt on the way.",
        ),
        (replace(DAY, cash=()), "Cash counted", "No drawer has been counted."),
    ],
)
def test_a_step_that_fails_says_what_is_missing(
    figures: DayFigures, label: str, words: str
) -> None:
    check = find(label, checks(DayContent(figures)))

    assert check.words == words
    assert check.tone != "agrees"


def test_columns_that_differ_are_told_in_money() -> None:
    check = find("Tills and receipts", checks(DayContent(DAY, (SHORT,), (SHORT.key,))))

    assert (check.tone, check.words) == ("soon", "Card −£2.00.")


def test_what_tolerance_takes_agrees() -> None:
    within = replace(SHORT, is_within=True)

    check = find("Tills and receipts", checks(DayContent(DAY, (within,))))

    assert (check.tone, check.words) == ("agrees", "Within tolerance: Card −£2.00.")


def test_columns_of_an_unfinished_day_are_not_judged() -> None:
    figures = replace(DAY, tenders=(replace(CARD, erp=TEN),))

    check = find("Receipts and ERP", checks(DayContent(figures)))

    assert (check.tone, check.words) == ("unknown", "Compared once everything has arrived.")


def test_other_blockers_are_steps_of_their_own() -> None:
    blocker = Blocker("journal", "Its journal is on its way to the ledger.")

    found = checks(DayContent(DAY, blockers=(blocker,)))

    assert found[-1] == Check("In the way", "soon", blocker.sentence, "blockers")


def test_a_day_that_nobody_looked_at_has_one_step() -> None:
    assert [each.tone for each in checks(DayContent(None))] == ["unknown"]


def test_drawers_count_when_the_columns_tie() -> None:
    cash = replace(SHORT, measure="cash", name="T1", left="expected", right="counted")

    assert apart([cash]) == Decimal("2.00")
    assert apart([SHORT, cash]) == Decimal("2.00")
    assert apart([]) == 0
