"""Day-ends over the API: the same services, so the same two people."""

from typing import Any

import pytest
from django.test import Client

from reconciliation.models import StoreDay
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.reconciliation.conftest import approver, hub, link, preparer
from tests.reconciliation.desk import TILL, closed_day

__all__ = ["approver", "hub", "link", "preparer"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def day(hub: Worker, link: Any) -> StoreDay:
    return closed_day(hub, sale(**TILL))


def send(client: Client, day: StoreDay, step: str, seen: str) -> Any:
    url = f"/api/v1/day-ends/{day.pk}/{step}"
    return client.post(url, {"seen": seen}, content_type="application/json")


def test_a_day_tells_its_figures_side_by_side(day: StoreDay, program: Any, preparer: Any) -> None:
    story = program(preparer).get(f"/api/v1/day-ends/{day.pk}").json()

    rows = {row.pop("row"): row for row in story["figures"]}
    twelve = {"amount": "12.00", "currency": "GBP"}
    assert rows["tender:Card"] == {
        "till": twelve,
        "receipts": twelve,
        "erp": None,
        "journal": twelve,
    }
    assert (story["state"], story["seen"]) == ("ready", day.content_hash)


def test_two_people_prepare_and_sign(
    day: StoreDay, program: Any, preparer: Any, approver: Any
) -> None:
    prepared = send(program(preparer), day, "prepare", day.content_hash)
    signed = send(program(approver), day, "sign", prepared.json()["seen"])

    assert (prepared.status_code, signed.status_code) == (200, 200)
    assert signed.json()["day"]["state"] == "signed"
    assert signed.json()["previous_hash"] == "0" * 64


def test_signing_through_a_token_needs_another_person_too(
    day: StoreDay, program: Any, user_in: Any
) -> None:
    both = program(user_in("finance_preparer", "finance_approver", name="bo"))
    send(both, day, "prepare", day.content_hash)

    refused = send(both, day, "sign", day.content_hash)

    assert refused.status_code == 403
    assert "somebody else has to sign" in refused.json()["message"]


def test_what_is_not_shown_any_more_is_a_conflict(
    day: StoreDay, program: Any, preparer: Any
) -> None:
    refused = send(program(preparer), day, "prepare", "0" * 64)

    assert refused.status_code == 409
    assert "changed since you opened it" in refused.json()["message"]


def test_days_are_found_by_store_and_state(day: StoreDay, program: Any, preparer: Any) -> None:
    client = program(preparer)

    ready = client.get("/api/v1/day-ends", {"store": "LDS", "state": "ready"}).json()["items"]
    signed = client.get("/api/v1/day-ends", {"state": "signed"}).json()["items"]

    assert ([row["id"] for row in ready], signed) == ([day.pk], [])
