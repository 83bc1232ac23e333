"""What a day says in the ledger, and taking it back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reconciliation.models import DayJournal, StoreDay
from tests.reconciliation.desk import work
from tests.reconciliation.pages.browsing import ADDRESS, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(day: StoreDay) -> DayJournal:
    return DayJournal.objects.get()


def test_the_day_shows_its_journal_in_two_columns(petra: Client, journal: DayJournal) -> None:
    page = text(petra.get(ADDRESS))

    assert "Journal of the day" in page
    assert "Balanced" in page
    assert "1 record</summary>" in page


def test_journals_are_listed_with_where_they_stand(petra: Client, journal: DayJournal) -> None:
    page = text(petra.get("/journals/"))

    assert f'href="/journals/{journal.pk}/"' in page
    assert "In the ledger" in page


def test_journals_are_filtered_by_store_and_day(petra: Client, journal: DayJournal) -> None:
    on = journal.business_date.isoformat()

    assert journal.reference in text(petra.get(f"/journals/?store=LDS&day={on}"))
    assert "No journals here" in text(petra.get("/journals/?day=2026-01-01"))
    assert "was not understood" in text(petra.get("/journals/?store=XX"))


def test_more_journals_are_not_more_questions(petra: Client, journal: DayJournal) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert petra.get("/journals/").status_code == 200
        return len(captured)

    petra.get("/journals/")
    few = questions()
    for number in range(2, 20):
        journal.pk, journal.sequence, journal.reference = None, number, f"J-{number}"
        journal.save()

    assert questions() == few


def test_an_approver_reverses_a_journal_knowing_the_consequence(
    arno: Client, journal: DayJournal, hub: Any
) -> None:
    page = text(arno.get(f"/journals/{journal.pk}/"))
    assert "£12.00 debit and credit, goes to the ledger" in page
    assert "1 receipt will be without a journal" in page

    answer = arno.post(f"/journals/{journal.pk}/reverse/", {"reason": "Wrong account"}, follow=True)

    reversal = DayJournal.objects.get(reverses=journal)
    assert f'Reverses</dt><dd><a href="/journals/{journal.pk}/"' in text(answer)
    assert "Wrong account" in text(answer)
    assert [-line.amount for line in reversal.as_lines()] == [
        line.amount for line in journal.as_lines()
    ]
    assert "Reversed" in text(arno.get(f"/journals/{journal.pk}/"))


def test_a_journal_is_reversed_once(arno: Client, journal: DayJournal, hub: Any) -> None:
    address = f"/journals/{journal.pk}/reverse/"
    arno.post(address, {"reason": "Wrong account"})
    work(hub)

    answer = arno.post(address, {"reason": "Wrong account"})

    assert answer.status_code == 409
    assert "This journal was reversed already." in text(answer)
    assert "Reverse this journal" not in text(answer)


def test_a_reversal_needs_a_reason(arno: Client, journal: DayJournal) -> None:
    answer = arno.post(f"/journals/{journal.pk}/reverse/", {"reason": " "})

    assert answer.status_code == 422
    assert "Say why it is reversed." in text(answer)


@pytest.mark.parametrize("role", ["finance_preparer", "operator", "admin", "auditor", "store"])
def test_who_does_not_sign_does_not_reverse(
    signed_in: Any, user_in: Callable[..., Any], journal: DayJournal, role: str
) -> None:
    client = signed_in(user_in(role))

    assert "Reverse this journal" not in text(client.get(f"/journals/{journal.pk}/"))
    answer = client.post(f"/journals/{journal.pk}/reverse/", {"reason": "Because"})
    assert answer.status_code == 403
    assert DayJournal.objects.count() == 1


def test_merchandising_sees_no_journals(
    signed_in: Any, user_in: Callable[..., Any], journal: DayJournal
) -> None:
    client = signed_in(user_in("merchandising"))

    assert client.get("/journals/").status_code == 403
    assert client.get(f"/journals/{journal.pk}/").status_code == 403
