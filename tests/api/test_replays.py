"""Coverage, versions and approvals over the API, by the same services as in the browser."""

from typing import Any

import pytest

from integrations.public import Link, desk, set_mapping
from tests.conftest import NOW
from tests.factories.receipts import sale
from tests.fakes import worker
from tests.integrations.services.retail import arrive, forget, open_shop

TABLE = "/api/v1/mappings/main/payment-type"
JSON = {"content_type": "application/json"}


@pytest.fixture
def asked(finance_user: Any) -> desk.ReplayRun:
    """Three sales of £12 wait for Card, which was mapped just now; the limit is £30."""
    open_shop()
    Link.objects.update(slug="main", policy={"replay_limit": 30})
    forget("payment-type", "Card")
    arrive(worker(), *(sale(external_id=str(1001 + number)) for number in range(3)))
    set_mapping(
        link=Link.objects.get(),
        table="payment-type",
        source_value="Card",
        target={"method": "CARD", "nominal": "1210"},
        by=finance_user,
        now=NOW,
    )
    return desk.runs().get()


def test_a_table_says_how_complete_it_is(program: Any, ops_user: Any, asked: Any) -> None:
    found = program(ops_user).get(f"{TABLE}/coverage").json()

    (waiting,) = found["unmapped"]
    assert (waiting["source_value"], waiting["records"]) == ("Card", 3)
    assert waiting["money"] == [{"amount": "36.00", "currency": "GBP"}]
    assert found["share"] is None


def test_every_version_is_listed(program: Any, ops_user: Any, asked: Any) -> None:
    (change,) = program(ops_user).get(f"{TABLE}/changes").json()["items"]

    assert (change["version"], change["by"], change["before"]) == (1, "frank", None)
    assert change["after"] == {"method": "CARD", "nominal": "1210"}


def test_a_second_person_approves_what_they_read(
    program: Any, approver_user: Any, asked: desk.ReplayRun
) -> None:
    client = program(approver_user)
    story = client.get(f"/api/v1/replays/{asked.pk}").json()
    body = {"content_hash": story["content_hash"]}

    done = client.post(f"/api/v1/replays/{asked.pk}/approve", body, **JSON).json()

    assert (story["state"], story["records"], story["outcomes"]) == ("asked", 3, {"open": 3})
    assert (done["state"], done["decided_by"]) == ("canary", "farah")


def test_ones_own_change_and_another_content_are_conflicts(
    program: Any, finance_user: Any, approver_user: Any, asked: desk.ReplayRun
) -> None:
    here = f"/api/v1/replays/{asked.pk}/approve"
    own = program(finance_user).post(here, {"content_hash": asked.content_hash}, **JSON)
    other = program(approver_user).post(here, {"content_hash": "0" * 64}, **JSON)

    assert (own.status_code, other.status_code) == (409, 409)
    assert "yourself" in own.json()["message"]
    assert desk.runs().get().state == "asked"


def test_operations_do_not_approve_what_finance_must(
    program: Any, ops_user: Any, asked: desk.ReplayRun
) -> None:
    body = {"content_hash": asked.content_hash}

    response = program(ops_user).post(f"/api/v1/replays/{asked.pk}/approve", body, **JSON)

    assert response.status_code == 403


def test_a_refusal_needs_a_reason(program: Any, approver_user: Any, asked: desk.ReplayRun) -> None:
    client, here = program(approver_user), f"/api/v1/replays/{asked.pk}/refuse"

    silent = client.post(here, {}, **JSON)
    done = client.post(here, {"reason": "Wrong account"}, **JSON).json()

    assert silent.status_code == 400
    assert (done["state"], done["reason"]) == ("void", "Refused: Wrong account")
