"""What programs may do: the same commands as in the browser, audited, safe to repeat."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.public import AuditEntry, Hold, InboundEvent, MappingRow
from monitoring.models import CaseEvent, ExceptionCase
from reconciliation.models import DayJournal
from tests.conftest import NOW
from tests.monitoring import rows

MAPPING = "/api/v1/mappings/sitoo-brightpearl/payment-type"
KLARNA = {"source_value": "Klarna", "target": {"method": "KLARNA", "nominal": "1216"}}


@pytest.fixture
def case(trade: Callable[[int], None]) -> ExceptionCase:
    trade(1)
    return ExceptionCase.objects.get()


@pytest.fixture
def url(case: ExceptionCase) -> str:
    return f"/api/v1/exceptions/{case.pk}"


def send(client: Client, url: str, body: Any, method: str = "post") -> Any:
    return getattr(client, method)(url, body, content_type="application/json")


def test_an_exception_is_listed_with_its_money(ops: Client, case: ExceptionCase) -> None:
    (row,) = ops.get("/api/v1/exceptions", {"open": "true"}).json()["items"]

    assert row["type"] == "PAYMENT_UNMAPPED"
    assert row["subject"] == "Klarna"
    assert row["value_at_risk"]["currency"] == "GBP"
    assert ops.get("/api/v1/exceptions", {"open": "false"}).json()["items"] == []


def test_a_type_that_does_not_exist_is_not_an_empty_list(ops: Client, db: None) -> None:
    response = ops.get("/api/v1/exceptions", {"type": "PAYMENT_UNMAPED"})

    assert response.status_code == 400
    assert response.json()["field"] == "type"


def test_an_exception_tells_what_it_holds_up(ops: Client, url: str) -> None:
    (record,) = ops.get(f"{url}/records").json()["items"]

    assert record["document"] == Hold.objects.get().document_id
    assert record["value"] == {"amount": "12.00", "currency": "GBP"}


def test_assigning_is_audited_with_the_user_of_the_token(
    ops: Client, ops_user: Any, finance_user: Any, url: str
) -> None:
    response = send(ops, f"{url}/assign", {"to": "frank", "reason": "month end"})

    assert response.json()["assignee"] == "frank"
    entry = AuditEntry.objects.get(action="case.assigned")
    assert (entry.actor, entry.reason) == (ops_user, "month end")


def test_assigning_twice_says_it_once(ops: Client, finance_user: Any, url: str) -> None:
    for _ in range(2):
        assert send(ops, f"{url}/assign", {"to": "frank"}).status_code == 200

    assert CaseEvent.objects.filter(kind="assigned").count() == 1


def test_nobody_is_given_to_a_stranger(ops: Client, url: str) -> None:
    response = send(ops, f"{url}/assign", {"to": "nobody-here"})

    assert response.status_code == 400
    assert response.json()["field"] == "to"


@pytest.mark.parametrize("body", [{}, {"reason": "  "}])
def test_resolving_needs_a_reason(ops: Client, url: str, body: dict[str, str]) -> None:
    response = send(ops, f"{url}/resolve", body)

    assert response.status_code == 400
    assert response.json()["field"] == "reason"
    assert ExceptionCase.objects.get().is_open


def test_resolving_twice_changes_nothing_more(ops: Client, url: str) -> None:
    for _ in range(2):
        response = send(ops, f"{url}/resolve", {"reason": "mapped at the till"})
        assert response.json()["state"] == "resolved"

    assert AuditEntry.objects.filter(action="case.resolved").count() == 1


def test_a_closed_exception_is_not_assigned(ops: Client, finance_user: Any, url: str) -> None:
    send(ops, f"{url}/resolve", {"reason": "done"})

    response = send(ops, f"{url}/assign", {"to": "frank"})

    assert response.status_code == 409
    assert response.json() == {"message": "It is closed by now."}


def test_replaying_asks_the_source_first(ops: Client, case: ExceptionCase, url: str) -> None:
    hold = Hold.objects.get()
    event = rows.event()
    hold.document.event = event
    hold.document.save()

    response = send(ops, f"{url}/replay", {"reason": "mapped"})

    assert response.json() == {"replayed": 1, "settled": 0}
    hint = InboundEvent.objects.get(source="replay")
    assert hint.external_id == event.external_id
    assert AuditEntry.objects.get(action="holds.replay").reason == "mapped"


def test_replaying_what_went_through_sends_nothing(ops: Client, url: str) -> None:
    rows.close(Hold.objects.get(), NOW)

    response = send(ops, f"{url}/replay", {})

    assert response.json() == {"replayed": 0, "settled": 1}
    assert not InboundEvent.objects.filter(source="replay").exists()


def test_a_held_transfer_is_sent_again(ops: Client) -> None:
    transfer = rows.transfer(state="held")
    rows.hold("STOCK_PUSH_FAILED", "TEE", transfer=transfer)

    response = send(ops, f"/api/v1/transfers/{transfer.pk}/replay", {})

    transfer.refresh_from_db()
    assert response.json()["replayed"] == 1
    assert transfer.state == "ready"


def test_what_was_never_held_is_not_replayed(ops: Client, db: None) -> None:
    transfer = rows.transfer(state="posted", external_ref="9")

    response = send(ops, f"/api/v1/transfers/{transfer.pk}/replay", {})

    assert response.status_code == 409


def test_a_mapping_is_set_with_its_author(program: Any, finance_user: Any, db: None) -> None:
    rows.pair()

    response = send(program(finance_user), MAPPING, KLARNA | {"reason": "new"}, "put")

    assert response.status_code == 200
    assert response.json()["target"] == KLARNA["target"]
    assert AuditEntry.objects.get(action="mapping.set").actor == finance_user


def test_setting_the_same_mapping_again_changes_nothing(program: Any, finance_user: Any) -> None:
    rows.pair()
    client = program(finance_user)

    versions = [send(client, MAPPING, KLARNA, "put").json()["version"] for _ in range(2)]

    assert versions == [1, 1]
    assert AuditEntry.objects.filter(action="mapping.set").count() == 1


def test_a_money_mapping_is_for_finance(ops: Client, db: None) -> None:
    rows.pair()

    response = send(ops, MAPPING, KLARNA, "put")

    assert response.status_code == 403
    assert not MappingRow.objects.exists()


def test_a_missing_target_is_named(program: Any, finance_user: Any) -> None:
    rows.pair()
    body = {"source_value": "Klarna", "target": {"method": "KLARNA"}}

    response = send(program(finance_user), MAPPING, body, "put")

    assert response.status_code == 400
    assert response.json()["field"] == "target.nominal"


def test_two_editors_do_not_overwrite_each_other(program: Any, finance_user: Any) -> None:
    rows.pair()
    client = program(finance_user)
    send(client, MAPPING, KLARNA, "put")

    late = KLARNA | {"target": {"method": "X", "nominal": "1"}, "expected_version": 0}
    response = send(client, MAPPING, late, "put")

    assert response.status_code == 409
    assert MappingRow.objects.get().target == KLARNA["target"]


def test_a_mapping_is_rehearsed_before_it_is_saved(ops: Client, case: ExceptionCase) -> None:
    Hold.objects.update(table="payment-type")

    found = ops.get(f"{MAPPING}/preview", {"source_value": "Klarna"}).json()

    assert found["documents"] == 1
    assert found["value"] == [{"amount": "12.00", "currency": "GBP"}]


def test_removing_what_is_gone_changes_nothing(program: Any, finance_user: Any) -> None:
    rows.pair()
    client = program(finance_user)
    row = send(client, MAPPING, KLARNA, "put").json()["id"]

    answers = [client.delete(f"{MAPPING}/{row}").json() for _ in range(2)]

    assert answers == [{"removed": True}, {"removed": False}]


def test_a_journal_tells_its_lines_and_where_it_is(
    program: Any, finance_user: Any, leeds: Any
) -> None:
    journal = DayJournal.objects.create(
        store_code="LDS01",
        store_name="Leeds",
        business_date=NOW.date(),
        sequence=1,
        reference="LDS01-1",
        currency="GBP",
        accounting_mode="daily_journal",
        lines=[
            {"nominal": "1210", "memo": "Card", "amount": "12.00", "receipts": ["R-1"]},
            {"nominal": "4000", "memo": "Sales", "amount": "-12.00", "receipts": ["R-1"]},
        ],
        total=12,
        receipts=1,
        transfer_id=rows.transfer(state="posted", external_ref="J-77").pk,
        built_at=NOW,
    )
    client = program(finance_user)

    found = client.get(f"/api/v1/journals/{journal.pk}").json()

    assert (found["state"], found["external_ref"]) == ("posted", "J-77")
    assert found["is_balanced"]
    assert [line["debit"]["amount"] for line in found["lines"]] == ["12.00", "0.00"]
    assert (
        client.get("/api/v1/journals", {"store": "LDS01"}).json()["items"][0]["state"] == "posted"
    )
