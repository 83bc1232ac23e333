"""Two systems disagree on stock, twice in a row."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.public import Link, MappingRow
from monitoring.models import DriftCensus, DriftSample
from monitoring.services.cases import refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def link(db: None) -> Link:
    link = rows.pair()
    MappingRow.objects.create(
        link=link,
        table="store-warehouse",
        source_value="3",
        source_label="Leeds",
        target={"warehouse": "12"},
        changed_at=NOW,
        changed_by="Ada",
    )
    return link


def compare(link: Link, at: Any, **differing: tuple[int, str, str]) -> None:
    """A census in which each SKU differs by so many units, for a cause, in these words."""
    census = DriftCensus.objects.create(
        link=link, began_at=at, taken_at=at, levels=10, agreeing=9, unknown=0, currency="GBP"
    )
    for sku, (units, cause, words) in differing.items():
        DriftSample.objects.create(
            census=census,
            connection=link.channel,
            location_code="3",
            sku=sku,
            owner=10,
            owner_at=at,
            channel=10 - units,
            is_read=True,
            units=units,
            size=abs(units),
            unexplained=units if cause == "unexplained" else 0,
            cause=cause,
            parts=[{"label": words, "units": str(units), "cause": cause, "refs": []}],
            value=0,
            at_risk=Decimal(7),
            risk=0,
        )


LOST = (-2, "unexplained", "unexplained")


def test_a_difference_seen_once_may_be_a_coincidence(look: Any, link: Link) -> None:
    compare(link, NOW - HOUR)
    compare(link, NOW, SOCK=LOST)

    assert look("STOCK_DRIFT") == []


def test_seen_twice_it_is_an_exception_of_its_place(look: Any, link: Link) -> None:
    compare(link, NOW - HOUR, SOCK=LOST)
    compare(link, NOW, SOCK=LOST)

    (found,) = look("STOCK_DRIFT")

    assert found.title == (
        "Leeds: Brightpearl and Sitoo differ by 2 units of 1 SKU; no record says why."
    )
    assert (found.count, found.stake.value) == (1, 7)


def test_what_was_booked_at_one_side_is_named_as_the_probable_cause(look: Any, link: Link) -> None:
    booked = (2, "one-sided", "taken off by hand there: Damaged")
    compare(link, NOW - HOUR, SOCK=booked)
    compare(link, NOW, SOCK=booked)

    (found,) = look("STOCK_DRIFT")

    assert found.title.endswith("probably taken off by hand there: Damaged.")


@pytest.mark.parametrize("cause", ["in-flight", "held", "policy", "push-failed"])
def test_what_waits_for_something_else_is_no_drift(look: Any, link: Link, cause: str) -> None:
    compare(link, NOW - HOUR, SOCK=(2, cause, "it waits"))
    compare(link, NOW, SOCK=(2, cause, "it waits"))

    assert look("STOCK_DRIFT") == []


def test_a_day_makes_it_urgent_and_a_second_less_does_not(look: Any, link: Link) -> None:
    compare(link, NOW, SOCK=LOST)
    compare(link, NOW + HOUR, SOCK=LOST)

    before = look("STOCK_DRIFT", NOW + 24 * HOUR - SECOND)
    after = look("STOCK_DRIFT", NOW + 24 * HOUR)

    assert [each.severity for each in (*before, *after)] == ["medium", "high"]


def test_a_difference_below_the_threshold_is_let_be(look: Any, link: Link) -> None:
    small = (Decimal("0.5"), "unexplained", "unexplained")
    compare(link, NOW - HOUR, SOCK=small)
    compare(link, NOW, SOCK=small)

    assert look("STOCK_DRIFT") == []


def test_its_case_closes_after_two_comparisons_that_agree(look: Any, link: Link) -> None:
    compare(link, NOW - HOUR, SOCK=LOST)
    compare(link, NOW, SOCK=LOST)
    refresh_cases(now=NOW, types=["STOCK_DRIFT"])

    compare(link, NOW + HOUR)
    once = look("STOCK_DRIFT", NOW + HOUR)
    compare(link, NOW + 2 * HOUR)
    twice = look("STOCK_DRIFT", NOW + 2 * HOUR)

    assert (len(once), twice) == (1, [])
