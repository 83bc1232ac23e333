"""The calendar of days: each in its state, and what stands in the way."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reconciliation.models import StoreDay
from reconciliation.pages.days import by_currency, headline
from reconciliation.pages.words import day_word
from tests.conftest import NOW
from tests.reconciliation.desk import ON
from tests.reconciliation.pages.browsing import ADDRESS, text

State = StoreDay.State


def a_day(state: str, **fields: Any) -> StoreDay:
    return StoreDay(**{"state": state, "business_date": ON, "currency": "GBP"} | fields)


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (None, "No trade"),
        (a_day(State.COLLECTING), "Collecting"),
        (a_day(State.COLLECTING, business_date=ON - timedelta(days=1)), "Collecting"),
        (a_day(State.COLLECTING, business_date=ON - timedelta(days=2)), "Not complete"),
        (a_day(State.VARIANCE, variances=1), "Differs"),
        (a_day(State.READY), "Clean and ready"),
        (a_day(State.READY, variances=1), "Ready, explained"),
        (a_day(State.PREPARED), "Prepared"),
        (a_day(State.SIGNED), "Signed"),
        (a_day(State.SIGNED, late=1), "Changed since signed"),
        (a_day(State.SIGNED, seal_broken_at=NOW), "Changed since signed"),
        (a_day(State.REOPENED), "Reopened"),
    ],
)
def test_a_day_has_one_word(day: StoreDay | None, word: str) -> None:
    assert day_word(day, today=ON).word == word


def test_no_two_words_look_or_read_the_same() -> None:
    days = [a_day(state) for state in State] + [a_day(State.SIGNED, late=1)]
    words = [day_word(day, today=ON) for day in days]

    assert len({word.look for word in words}) == len({word.mark for word in words}) == len(words)


def test_the_headline_is_of_the_newest_day() -> None:
    old = a_day(State.VARIANCE, business_date=ON - timedelta(days=1), variances=1)
    ties = a_day(State.READY, gross=Decimal("10.10"))
    euros = a_day(State.SIGNED, gross=Decimal("20.00"), currency="EUR")
    differs = a_day(State.VARIANCE, gross=Decimal("0.05"), variances=1)

    found = headline([old, ties, euros, differs, a_day(State.COLLECTING)])

    assert found is not None
    assert (found.stores, found.ties, found.differs, found.open) == (4, 2, 1, 1)
    assert [(m.currency, m.gross) for m in found.gross] == [
        ("EUR", Decimal("20.00")),
        ("GBP", Decimal("10.15")),
    ]


def test_currencies_are_never_added_together() -> None:
    assert len(by_currency([a_day("ready"), a_day("ready", currency="EUR")])) == 2


def test_the_grid_has_a_cell_for_the_day(petra: Client, day: StoreDay) -> None:
    page = text(petra.get("/days/"))

    assert f'<a class="stamp stamp--clean" href="{ADDRESS}"' in page
    assert "1 store, <strong>£12.00</strong> gross; 1 ties to the penny." in page
    assert "Prepare 1 clean day" in page


def test_an_approver_is_not_offered_to_prepare(arno: Client, day: StoreDay) -> None:
    page = text(arno.get("/days/"))

    assert "Prepare 1 clean day" not in page


def test_what_stands_in_the_way_is_said_in_a_sentence(petra: Client, short: StoreDay) -> None:
    page = text(petra.get("/days/"))

    assert "What stands in the way" in page
    assert short.content["variances"][0]["sentence"].split(":")[0] in page


def test_a_month_shows_all_its_days(petra: Client, day: StoreDay) -> None:
    page = text(petra.get("/days/?month=2026-03"))

    assert page.count('<td data-day="') == 31
    assert 'aria-current="page">March 2026' in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", 14), ("?days=28", 28), ("?days=9999", 14), ("?month=2026-99", 14), ("?month=x", 14)],
)
def test_an_address_that_says_nothing_clear_shows_a_fortnight(
    petra: Client, day: StoreDay, query: str, shown: int
) -> None:
    assert text(petra.get(f"/days/{query}")).count('<td data-day="') == shown


def test_more_days_are_not_more_questions(petra: Client, day: StoreDay) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert petra.get("/days/?days=28").status_code == 200
        return len(captured)

    petra.get("/days/")
    few = questions()
    for back in range(1, 20):
        another(day, date.fromordinal(ON.toordinal() - back), State.VARIANCE)

    assert questions() <= few + 1  # the figures of days that wait are read at once


def another(day: StoreDay, on: date, state: str) -> None:
    StoreDay.objects.create(
        store_code=day.store_code,
        store_name=day.store_name,
        business_date=on,
        state=state,
        currency="GBP",
        content=day.content,
    )


def test_merchandising_does_not_see_the_days(
    signed_in: Any, user_in: Callable[..., Any], day: StoreDay
) -> None:
    client = signed_in(user_in("merchandising"))

    assert client.get("/days/").status_code == 403
    assert client.get(ADDRESS).status_code == 403


def test_what_was_carried_forward_stays_in_sight_until_it_clears(
    petra: Client, short: StoreDay
) -> None:
    key = short.content["variances"][0]["key"]
    given = {"key": key, "reason": "till-miscount", "carried": "on", "owner": "Stella Moss"}
    petra.post(f"{ADDRESS}explain/", given | {"expected_on": "2026-03-30"})

    page = text(petra.get("/days/"))

    assert "Carried forward, not cleared yet" in page
    assert "Stella Moss" in page
    assert "Overdue" in page


def test_a_later_explanation_replaces_a_carried_one(petra: Client, short: StoreDay) -> None:
    key = short.content["variances"][0]["key"]
    given = {"key": key, "reason": "till-miscount", "carried": "on", "owner": "Stella Moss"}
    petra.post(f"{ADDRESS}explain/", given | {"expected_on": "2026-03-30"})
    petra.post(f"{ADDRESS}explain/", {"key": key, "reason": "till-miscount"})

    assert "Carried forward" not in text(petra.get("/days/"))
