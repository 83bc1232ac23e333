"""Receipts that are missing, and receipts that are there twice."""

from datetime import timedelta
from decimal import Decimal

from monitoring.services.cases import refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def ring(*numbers: int, **fields) -> None:
    defaults = {"register_id": "T1", "received_at": NOW, "placed_at": NOW}
    for number in numbers:
        rows.receipt(number=f"LDS-{number:06d}", **defaults | fields)


def test_a_missing_number_is_found_after_an_hour_and_not_a_second_earlier(look):
    ring(41, 42, 45, gross=Decimal("10.00"))

    assert look("RECEIPT_GAP", NOW + HOUR - SECOND) == []
    found = look("RECEIPT_GAP", NOW + HOUR)

    assert [each.title for each in found] == [
        "Till T1 at LDS01: receipt numbers LDS-000043 to LDS-000044 never arrived."
    ]
    assert found[0].stake.value == 20


def test_the_clock_starts_with_the_first_later_number(look):
    ring(41, 43)
    ring(44, received_at=NOW - HOUR)

    assert len(look("RECEIPT_GAP", NOW)) == 1


def test_tills_have_series_of_their_own(look):
    ring(41, 42)
    ring(43, 44, register_id="T2")

    assert look("RECEIPT_GAP", NOW + HOUR) == []


def test_a_return_uses_a_number_too(look):
    ring(41, 43)
    ring(42, kind="return")

    assert look("RECEIPT_GAP", NOW + HOUR) == []


def test_a_new_series_of_numbers_is_not_a_gap(look):
    ring(41, 42, 900001)

    assert look("RECEIPT_GAP", NOW + HOUR) == []


def test_an_old_gap_stays_open_until_its_numbers_come(look):
    ring(41, 43)
    refresh_cases(now=NOW + HOUR, types=["RECEIPT_GAP"])
    month_later = NOW + timedelta(days=30)

    still = look("RECEIPT_GAP", month_later)
    ring(42)
    filled = look("RECEIPT_GAP", month_later)

    assert (len(still), len(filled)) == (1, 0)


def test_two_records_with_one_receipt_number_are_one_sale_sent_twice(look):
    ring(41, 41, gross=Decimal("12.00"))

    found = look("DUPLICATE_POSTING")

    assert [(each.count, each.stake.value) for each in found] == [(2, 12)]
    assert found[0].stake.is_exact


def test_a_sale_and_a_return_on_one_receipt_are_two_records(look):
    ring(41)
    ring(41, kind="return")

    assert look("DUPLICATE_POSTING") == []


def test_a_duplicate_clears_when_the_extra_one_is_dismissed(look):
    ring(41)
    ring(41, state="dismissed")

    assert look("DUPLICATE_POSTING") == []


def test_one_order_that_stands_for_two_sales_is_found(look):
    rows.stands_at(rows.receipt(number="R-1"), "1029")
    rows.stands_at(rows.receipt(number="R-2"), "1029")

    found = look("DUPLICATE_POSTING")

    assert [each.title for each in found] == ["Brightpearl order 1029 stands for R-1 and R-2."]


def test_an_open_duplicate_is_not_forgotten_when_it_grows_old(look):
    ring(41, 41)
    refresh_cases(now=NOW, types=["DUPLICATE_POSTING"])

    assert len(look("DUPLICATE_POSTING", NOW + timedelta(days=30))) == 1
