"""The queue is worked: found, claimed, fixed in place."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from integrations.models.choices import ChoiceList
from integrations.public import Connection, Hold, InboundEvent, MappingRow, Transfer
from monitoring.models import ExceptionCase, Team
from monitoring.services.cases import refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows


@pytest.fixture
def klarna(trouble: Callable[[int], None]) -> ExceptionCase:
    """Three sales wait because nobody has said which account Klarna is."""
    trouble(3)
    return ExceptionCase.objects.get()


def lists_at_the_erp() -> None:
    for kind, code, label in (
        ("payment-methods", "KLRN", "Klarna"),
        ("nominal-codes", "1214", "Klarna clearing"),
    ):
        items = [{"code": code, "label": label}, {"code": "1200", "label": "Cash"}]
        ChoiceList.objects.create(
            connection=Connection.objects.get(role="erp"), kind=kind, items=items, read_at=NOW
        )


def body(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_list_shows_one_line_for_three_held_sales(ops: Client, klarna: ExceptionCase) -> None:
    page = body(ops, "/exceptions/?tab=all")

    assert page.count('id="row-') == 1
    assert "At risk, £" in page
    assert ">36.00<" in page


def test_my_team_sees_its_own_first(browser: Any, finance_user: Any, klarna: ExceptionCase) -> None:
    Team.objects.get(code="FIN").members.add(finance_user)

    assert "Klarna" in body(browser(finance_user), "/exceptions/")


def test_claiming_takes_the_case_and_goes_back_to_the_list(
    ops: Client, ops_user: Any, klarna: ExceptionCase
) -> None:
    sent = {"pk": klarna.pk, "next": "/exceptions/?tab=all"}

    response = ops.post("/exceptions/claim/", sent)

    klarna.refresh_from_db()
    assert response["Location"] == "/exceptions/?tab=all"
    assert (klarna.assignee, klarna.state) == (ops_user, "acknowledged")
    assert "1 exception claimed" in body(ops, "/exceptions/?tab=mine")


def test_what_somebody_else_has_is_not_taken_away_silently(
    ops: Client, klarna: ExceptionCase, finance_user: Any
) -> None:
    ExceptionCase.objects.update(assignee=finance_user)

    ops.post("/exceptions/claim/", {"pk": klarna.pk})

    klarna.refresh_from_db()
    assert klarna.assignee == finance_user
    assert "Somebody else has it" in body(ops, "/exceptions/?tab=all")


def test_a_snoozed_case_leaves_the_list_and_wakes_again(ops: Client, klarna: ExceptionCase) -> None:
    ops.post("/exceptions/snooze/", {"pk": klarna.pk, "until": "morning"})
    asleep = body(ops, "/exceptions/?tab=all")

    ops.post("/exceptions/wake/", {"pk": klarna.pk})

    assert "Klarna" not in asleep
    assert "Klarna" in body(ops, "/exceptions/?tab=all")


@pytest.mark.parametrize("action", ["claim", "assign", "snooze", "comment", "resolve", "move"])
def test_the_auditor_changes_nothing(
    browser: Any, auditor_user: Any, klarna: ExceptionCase, action: str
) -> None:
    response = browser(auditor_user).post(f"/exceptions/{action}/", {"pk": klarna.pk})

    assert response.status_code == 403
    assert "Your role may not do this" in response.content.decode()


def test_the_store_may_claim_but_not_send_again_or_dismiss(
    browser: Any, user_in: Any, klarna: ExceptionCase
) -> None:
    store = browser(user_in("store"))

    codes = [
        store.post(f"/exceptions/{action}/", {"pk": klarna.pk}).status_code
        for action in ("claim", "replay", "dismiss")
    ]

    assert codes == [302, 403, 403]


def test_nothing_ticked_changes_nothing_and_says_so(ops: Client, klarna: ExceptionCase) -> None:
    ops.post("/exceptions/claim/", {"next": "/exceptions/?tab=all"})

    assert "Nothing was ticked" in body(ops, "/exceptions/?tab=all")


def test_a_forged_way_back_stays_in_the_house(ops: Client, klarna: ExceptionCase) -> None:
    response = ops.post("/exceptions/claim/", {"pk": klarna.pk, "next": "https://evil.example/"})

    assert response["Location"] == "/exceptions/"


def test_the_case_says_what_waits_for_the_missing_row(
    finance: Client, klarna: ExceptionCase
) -> None:
    lists_at_the_erp()

    page = body(finance, f"/exceptions/{klarna.pk}/")

    assert "<strong>3 records</strong> worth £36.00 wait for it" in page
    assert "Klarna clearing (1214)" in page


def test_mapping_in_place_releases_everything_that_waited(
    finance: Client, klarna: ExceptionCase, django_capture_on_commit_callbacks: Any
) -> None:
    for held in Hold.objects.all():
        held.document.event = rows.event(external_id=held.document.external_id)
        held.document.save()
    lists_at_the_erp()
    sent = {
        "value": "Klarna",
        "version": 0,
        "to_method": "KLRN",
        "to_nominal": "1214",
        "reason": "New since Monday",
        "next": f"/exceptions/{klarna.pk}/",
    }

    with django_capture_on_commit_callbacks(execute=True):
        response = finance.post("/mappings/money/sitoo-brightpearl/payment-type/set/", sent)

    assert response["Location"] == f"/exceptions/{klarna.pk}/"
    row = MappingRow.objects.get(table="payment-type")
    assert row.target == {"method": "KLRN", "nominal": "1214"}
    assert InboundEvent.objects.filter(source="replay").count() == 3
    assert "<strong>Klarna</strong> is mapped" in body(finance, f"/exceptions/{klarna.pk}/")


def test_the_page_follows_the_records_until_the_case_closes_by_itself(
    ops: Client, klarna: ExceptionCase
) -> None:
    for held in Hold.objects.all():
        rows.close(held, NOW)
    between = body(ops, f"/exceptions/{klarna.pk}/")

    refresh_cases(now=NOW + timedelta(minutes=1))

    after = body(ops, f"/exceptions/{klarna.pk}/")
    assert "Everything it held up has gone on" in between
    assert "Put right</span>" in after
    assert after.count("Went through") == 3


def test_operations_see_the_fix_but_money_is_mapped_by_finance(
    ops: Client, klarna: ExceptionCase
) -> None:
    page = body(ops, f"/exceptions/{klarna.pk}/")
    response = ops.post("/mappings/money/sitoo-brightpearl/payment-type/set/", {})

    assert "Your role may not change payment types" in page
    assert response.status_code == 403


def test_a_case_about_an_unknown_outcome_lets_a_person_say_what_they_found(
    ops: Client, leeds: Any
) -> None:
    lost = rows.transfer(document=rows.receipt(state="posting"), state="unknown", first_sent_at=NOW)
    rows.hold("OUTCOME_UNKNOWN", lost.key, transfer=lost)
    refresh_cases(now=NOW + timedelta(hours=1))
    case = ExceptionCase.objects.get(type_key="OUTCOME_UNKNOWN")
    assert lost.key in body(ops, f"/exceptions/{case.pk}/")

    ops.post(
        f"/exceptions/{case.pk}/adopt/",
        {"transfer": lost.pk, "external_ref": "500123", "reason": "Seen in the ERP"},
    )

    lost.refresh_from_db()
    assert (lost.state, lost.external_ref) == ("posted", "500123")


def test_a_transfer_of_another_case_cannot_be_settled_here(
    ops: Client, klarna: ExceptionCase
) -> None:
    stranger = rows.transfer(state="unknown")

    response = ops.post(
        f"/exceptions/{klarna.pk}/again/", {"transfer": stranger.pk, "reason": "looked"}
    )

    stranger.refresh_from_db()
    assert response.status_code == 404
    assert stranger.state == Transfer.State.UNKNOWN


def test_dismissing_needs_a_reason_and_counts_what_will_never_be_sent(
    ops: Client, klarna: ExceptionCase
) -> None:
    page = body(ops, f"/exceptions/{klarna.pk}/")
    ops.post("/exceptions/dismiss/", {"pk": klarna.pk, "reason": " "})

    klarna.refresh_from_db()
    assert "3 records will never be sent" in page
    assert klarna.state == "open"


def test_filters_narrow_the_list_and_can_be_taken_away(ops: Client, klarna: ExceptionCase) -> None:
    page = body(ops, "/exceptions/?tab=all&type_key=SKU_UNMAPPED")

    assert "Klarna" not in page.split('id="list"')[1]
    assert 'href="?tab=all"' in page


def test_what_was_just_done_can_be_taken_back_from_the_list(
    ops: Client, klarna: ExceptionCase
) -> None:
    ops.post("/exceptions/claim/", {"pk": klarna.pk})
    page = body(ops, "/exceptions/?tab=all")
    at = page.split('name="at" value="')[1].split('"')[0]

    ops.post("/exceptions/undo/", {"at": at})

    klarna.refresh_from_db()
    assert "You claimed 1 exception" in page
    assert (klarna.assignee, klarna.state) == (None, "open")
    assert "Taken back for 1 exception" in body(ops, "/exceptions/?tab=all")


def test_a_forged_undo_changes_nothing(ops: Client, klarna: ExceptionCase) -> None:
    ops.post("/exceptions/claim/", {"pk": klarna.pk})

    ops.post("/exceptions/undo/", {"at": "yesterday"})

    klarna.refresh_from_db()
    assert klarna.state == "acknowledged"
