"""A day from its figures to its signature, in the browser."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integrations.models import Document, Link
from monitoring.kit.permissions import ROLES
from reconciliation.models import EvidencePack, StoreDay
from reconciliation.pages.day_actions import PAGE
from tests.factories.receipts import refund, sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive
from tests.reconciliation.desk import ON, TILL, again, closed_day, closing, work
from tests.reconciliation.pages.browsing import ADDRESS, late_sale, prepare, seen, sign, text

pytestmark = pytest.mark.django_db


def test_a_day_shows_what_ties(petra: Client, day: StoreDay) -> None:
    page = text(petra.get(ADDRESS))

    assert "Clean and ready" in page
    assert "Ties to the penny" in page
    assert f'href="{ADDRESS}receipts/?row=tender%3ACard&amp;column=receipts">12.00</a>' in page


def test_a_day_without_trade_teaches(petra: Client, link: Link) -> None:
    assert "Nothing was sold on this day" in text(petra.get("/days/LDS/2026-01-01/"))


@pytest.mark.parametrize("address", ["/days/LDS/yesterday/", "/days/XX/2026-01-01/"])
def test_a_day_that_cannot_be_is_not_found(petra: Client, link: Link, address: str) -> None:
    assert petra.get(address).status_code == 404


def test_a_day_that_is_not_complete_says_what_is_in_the_way(
    petra: Client, hub: Worker, link: Link
) -> None:
    arrive(hub, sale(**TILL))
    work(hub)
    again(hub)

    page = text(petra.get(ADDRESS))

    assert "1 till not closed yet" in page
    assert "Something of the day is still open." in page
    answer = prepare(petra)
    assert answer.status_code == 409
    assert "Nothing was changed" in text(answer)


def test_the_page_asks_as_many_questions_whatever_the_trade(
    petra: Client, hub: Worker, link: Link
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert petra.get(ADDRESS).status_code == 200
        return len(captured)

    closed_day(hub, sale(**TILL), cash="-43.00")
    petra.get(ADDRESS)
    few = questions()
    more = [sale(external_id=str(n), number=f"R-{n}", **TILL) for n in range(2000, 2012)]
    arrive(hub, *more, closing(*more, number=2))
    work(hub)
    again(hub)

    assert questions() == few
    assert few <= 45


def test_one_prepares_and_another_signs(petra: Client, arno: Client, day: StoreDay) -> None:
    prepare(petra, note="Quiet day.")
    answer = sign(arno)

    day.refresh_from_db()
    assert (answer.status_code, day.state) == (302, "signed")
    page = text(arno.get(ADDRESS))
    assert EvidencePack.objects.get().hash in page
    assert "Quiet day." in page


def test_who_prepared_is_refused_with_the_reason(
    signed_in: Any, user_in: Callable[..., Any], day: StoreDay
) -> None:
    both = signed_in(user_in("finance_preparer", "finance_approver", name="bo"))
    prepare(both)

    answer = sign(both)

    assert answer.status_code == 403
    assert "so somebody else has to sign it." in text(answer)
    day.refresh_from_db()
    assert day.state == "prepared"


def test_figures_that_changed_meanwhile_are_not_signed_and_are_named(
    petra: Client, arno: Client, hub: Worker, day: StoreDay
) -> None:
    prepare(petra)
    looked_at = seen(arno)
    arrive(hub, sale(external_id="1002", number="R-1002", **TILL))
    work(hub)

    answer = arno.post(f"{ADDRESS}sign/", {"seen": looked_at})

    assert answer.status_code == 409
    assert "Nothing was changed" in text(answer)
    assert not EvidencePack.objects.exists()


def test_a_signature_on_other_figures_than_were_shown_is_refused(
    petra: Client, arno: Client, day: StoreDay
) -> None:
    prepare(petra)

    answer = arno.post(f"{ADDRESS}sign/", {"seen": "of another day"})

    assert answer.status_code == 409
    assert not EvidencePack.objects.exists()


def test_signing_twice_is_told_as_a_conflict(petra: Client, arno: Client, day: StoreDay) -> None:
    prepare(petra)
    looked_at = seen(arno)
    arno.post(f"{ADDRESS}sign/", {"seen": looked_at})

    answer = arno.post(f"{ADDRESS}sign/", {"seen": looked_at})

    assert answer.status_code == 409
    assert EvidencePack.objects.count() == 1


def test_a_signature_without_its_token_is_refused(
    petra: Client, approver: Any, day: StoreDay
) -> None:
    prepare(petra)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(approver)

    answer = strict.post(f"{ADDRESS}sign/", {"seen": day.content_hash})

    assert answer.status_code == 403
    assert not EvidencePack.objects.exists()


def test_fields_that_nobody_asked_for_are_ignored(petra: Client, day: StoreDay) -> None:
    prepare(petra, state="signed", signed_by="1", store="XX")

    day.refresh_from_db()
    assert day.state == "prepared"


def test_an_approver_sends_a_day_back_with_a_reason(
    petra: Client, arno: Client, day: StoreDay
) -> None:
    prepare(petra)

    assert arno.post(f"{ADDRESS}send-back/", {"reason": ""}).status_code == 422
    arno.post(f"{ADDRESS}send-back/", {"reason": "Recount till 1"})

    day.refresh_from_db()
    assert day.state == "ready"
    assert "Recount till 1" in text(petra.get(ADDRESS))


def test_a_difference_is_explained_on_the_page(petra: Client, short: StoreDay) -> None:
    assert "Not explained" in text(petra.get(ADDRESS))

    petra.post(
        f"{ADDRESS}explain/",
        {
            "key": short.content["variances"][0]["key"],
            "reason": "till-miscount",
            "text": "Window cleaner",
            "carried": "on",
            "owner": "Stella Moss",
            "expected_on": (ON + timedelta(days=7)).isoformat(),
        },
    )

    page = text(petra.get(ADDRESS))
    assert "carried forward to Stella Moss" in page
    assert "Ready, explained" in page


def test_a_carried_item_without_an_owner_comes_back_with_what_was_typed(
    petra: Client, short: StoreDay
) -> None:
    key = short.content["variances"][0]["key"]
    given = {"key": key, "reason": "till-miscount", "text": "Window cleaner", "carried": "on"}

    answer = petra.post(f"{ADDRESS}explain/", given)

    assert answer.status_code == 422
    assert "A carried item needs an owner and a date." in text(answer)
    assert 'value="Window cleaner"' in text(answer)


def test_a_late_sale_shows_both_journals_and_is_decided(
    arno: Client, hub: Worker, signed: StoreDay
) -> None:
    late_sale(hub)

    page = text(arno.get(ADDRESS))
    assert "1 receipt came after the day was signed" in page
    assert "Journal if the day is reopened" in page
    assert "Journal if it is posted to the open day" in page
    assert arno.post(f"{ADDRESS}late/", {"reason": "Offline till"}).status_code == 409

    arno.post(f"{ADDRESS}late/", {"decision": "post-today", "reason": "Offline till"})

    signed.refresh_from_db()
    assert (signed.state, signed.late) == ("signed", 0)
    assert "decided to post R-1002 on an open day" in text(arno.get(ADDRESS))


def test_a_day_that_changed_since_it_was_signed_says_so(
    arno: Client, hub: Worker, signed: StoreDay
) -> None:
    late_sale(hub)

    page = text(arno.get(ADDRESS))

    assert "Changed since signed" in page
    assert "What was signed stays in the evidence as it was." in page


def test_a_broken_seal_shows_the_exact_lines(arno: Client, hub: Worker, signed: StoreDay) -> None:
    line = {"record": "R-1001", "field": "gross", "before": "12.00", "after": "10.00"}
    signed.seal_broken_at, signed.seal_lines = hub.clock(), [line]
    signed.save()

    page = text(arno.get(ADDRESS))

    assert "R-1001</a></th><td>gross</td>" in page
    assert '<td class="num">12.00</td><td class="num">10.00</td>' in page


def test_reopening_asks_for_a_reason_and_tells_its_consequence(
    arno: Client, signed: StoreDay
) -> None:
    assert "1 receipt for £12.00 become" in text(arno.get(ADDRESS))
    assert arno.post(f"{ADDRESS}reopen/", {"reason": " "}).status_code == 422

    arno.post(f"{ADDRESS}reopen/", {"reason": "Wrong count"})

    signed.refresh_from_db()
    assert signed.round == 2
    assert EvidencePack.objects.count() == 1


@pytest.mark.parametrize("action", PAGE.actions, ids=lambda action: action.name)
def test_an_action_is_refused_to_every_role_that_does_not_hold_it(
    signed_in: Any, user_in: Callable[..., Any], day: StoreDay, action: Any
) -> None:
    address = f"{ADDRESS}{action.name.removeprefix('day-')}/"

    for role in ROLES:
        client = signed_in(user_in(role.slug))
        assert client.get(address).status_code == 405, role.slug
        if action.capability not in role.capabilities:
            answer = client.post(address, {"seen": day.content_hash, "reason": "Because"})
            assert answer.status_code == 403, role.slug

    day.refresh_from_db()
    assert day.state == "ready"


def test_a_name_from_a_till_is_only_text(petra: Client, hub: Worker, link: Link) -> None:
    closed_day(hub, sale(**TILL))
    Document.objects.filter(kind="sale").update(number='"><script>alert(1)</script>')
    again(hub)

    assert "<script>alert" not in text(petra.get(ADDRESS))


def test_a_return_is_taken_off(petra: Client, hub: Worker, link: Link) -> None:
    closed = closed_day(hub, sale(**TILL), refund(external_id="1002", number="R-1002", **TILL))

    assert "1 sale, 1 return" in text(petra.get(ADDRESS))
    assert closed.gross < Decimal("12.00")
