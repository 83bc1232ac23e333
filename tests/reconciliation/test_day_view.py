"""The headline of a day, and tenders side by side."""

from decimal import Decimal

import pytest

from reconciliation.day_view import DayFacts, MatrixRow, day_state, tender_matrix, till_tenders


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (DayFacts(), "Nothing sold"),
        (DayFacts(receipts=9, tills=2, closes=1), "Tills not closed yet"),
        (DayFacts(receipts=9, held=1, tills=1, closes=1), "Needs a person"),
        (DayFacts(receipts=9, going=1, tills=1, closes=1), "Receipts on their way"),
        (DayFacts(receipts=9, tills=1, closes=1), "Ready for its journal"),
        (
            DayFacts(receipts=9, tills=1, closes=1, journals=2, journals_sent=1),
            "Journal on its way",
        ),
        (
            DayFacts(receipts=9, tills=1, closes=1, journals=1, journals_held=1),
            "Journal needs a person",
        ),
        (
            DayFacts(receipts=9, tills=1, closes=1, journals=2, journals_sent=2),
            "Journal in the ledger",
        ),
        (
            DayFacts(receipts=9, held=1, tills=1, closes=1, journals=1, journals_sent=1),
            "Needs a person",
        ),
    ],
)
def test_a_day_has_one_headline_and_what_stops_it_comes_first(facts: DayFacts, word: str) -> None:
    assert day_state(facts).word == word


def amounts(**tenders: str) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in tenders.items()}


def test_the_first_column_that_differs_is_the_one_that_is_lit() -> None:
    rows = tender_matrix(
        till=amounts(Card="120.00", Cash="38.00"),
        receipts=amounts(Card="100.00", Cash="38.00"),
        journal=amounts(Card="90.00", Cash="37.99"),
    )

    assert [(row.tender, row.breaks, row.variance) for row in rows] == [
        ("Card", "receipts", Decimal("-20.00")),
        ("Cash", "journal", Decimal("0.00")),
    ]


def test_a_till_that_has_not_closed_says_nothing_rather_than_zero() -> None:
    rows = tender_matrix(till=None, receipts=amounts(Cash="5.00"), journal=None)

    assert rows == [MatrixRow("Cash", None, Decimal("5.00"), None, "")]
    assert rows[0].variance is None


def test_a_tender_that_only_the_till_knows_is_shown() -> None:
    rows = tender_matrix(till=amounts(Voucher="5.00"), receipts={}, journal=None)

    assert (rows[0].tender, rows[0].breaks) == ("Voucher", "receipts")


def test_refunds_are_taken_off_what_the_tills_report() -> None:
    reports = [
        {"tenders": [{"name": "Card", "sales": "100.00", "refunds": "9.00"}]},
        {"tenders": [{"name": "Card", "sales": "0.01", "refunds": "0"}]},
    ]

    assert till_tenders(reports) == {"Card": Decimal("91.01")}
    assert till_tenders([]) is None
