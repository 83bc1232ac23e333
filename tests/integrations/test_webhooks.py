"""Receiving: stored before it is answered, answered 503 when it is our own failure."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from integrations import views
from integrations.models import Connection, InboundEvent
from integrations.services.runtime import system_now
from tests.factories.integrations import TillsFactory

pytestmark = pytest.mark.django_db
EVENT = {"event_id": "e-1", "event_type": "order", "data": {"order_id": 1001}}


@pytest.fixture
def tills(monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Tills that show a user name and a password with every webhook."""
    monkeypatch.setenv("TILLS_SECRET", "correct-horse")
    connection: Connection = TillsFactory(
        settings={
            "base_url": "https://tills.example/v2/accounts/99900",
            "site_id": 1,
            "api_id": "99900-1",
            "webhook_user": "tills",
        },
        credentials={"password": "env:TILLS_SECRET", "webhook_password": "env:TILLS_SECRET"},
    )
    return connection


def tell(*events: dict[str, Any], password: str = "correct-horse") -> int:
    """What the receiver answers to these events."""
    credentials = base64.b64encode(f"tills:{password}".encode()).decode()
    answer = Client(raise_request_exception=False).post(
        "/webhooks/tills/events",
        json.dumps(events),
        content_type="application/json",
        headers={"authorization": f"Basic {credentials}"},
    )
    return answer.status_code


def hints() -> list[str]:
    return list(InboundEvent.objects.hints().values_list("external_id", flat=True))


def test_what_is_answered_with_200_is_stored(tills: Connection) -> None:
    assert tell(EVENT) == 200
    assert hints() == ["1001"]


def test_the_same_webhook_twice_is_answered_twice_and_stored_once(tills: Connection) -> None:
    assert [tell(EVENT), tell(EVENT)] == [200, 200]
    assert hints() == ["1001"]


def test_a_webhook_is_a_hint_and_its_content_is_not_believed(tills: Connection) -> None:
    tell(EVENT | {"data": {"order_id": 1001, "moneytotal": "0.01"}})

    assert InboundEvent.objects.get().kind == "hint"
    assert not InboundEvent.objects.facts().exists()


def test_a_stranger_stores_nothing_and_is_counted(tills: Connection) -> None:
    assert tell(EVENT, password="guessed") == 401

    tills.refresh_from_db()
    assert (hints(), tills.refused_webhooks) == ([], 1)


def test_when_the_database_refuses_the_vendor_is_asked_to_try_again(
    tills: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(views, "store_hints", full)

    assert tell(EVENT) == 503


def test_a_secret_that_we_lost_is_our_failure_and_not_the_vendors(
    tills: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TILLS_SECRET")

    assert tell(EVENT) == 503


def test_a_paused_connection_still_receives(tills: Connection) -> None:
    Connection.objects.update(state="paused")

    assert tell(EVENT) == 200
    assert hints() == ["1001"]


def test_a_disabled_connection_is_not_there(tills: Connection) -> None:
    Connection.objects.update(state="disabled")

    assert tell(EVENT) == 404


def test_when_it_last_heard_from_the_tills_is_kept(tills: Connection) -> None:
    tell(EVENT)

    tills.refresh_from_db()
    assert tills.last_webhook_at is not None


# A warehouse signs what it sends.

KEY = base64.b64encode(b"agreed upon").decode()
SHIPPED = {"topic": "shipment.dispatched", "data": {"shipment_ref": "S-1"}}


@pytest.fixture
def depot(monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv("DEPOT_KEY", "some-key")
    monkeypatch.setenv("DEPOT_WEBHOOK_KEY", f"whsec_{KEY}")
    return Connection.objects.create(
        slug="depot",
        label="Depot",
        system="warehouse",
        role="warehouse",
        settings={"base_url": "https://depot.example/wms/v1"},
        credentials={"api_key": "env:DEPOT_KEY", "webhook_key": "env:DEPOT_WEBHOOK_KEY"},
    )


def tell_signed(event: dict[str, Any], *, signed: dict[str, Any] | None = None) -> int:
    """What the receiver answers to this event, signed as if it were `signed`."""
    at = str(int(system_now().timestamp()))
    content = f"msg_1.{at}.{json.dumps(signed or event)}".encode()
    digest = hmac.digest(b"agreed upon", content, hashlib.sha256)
    answer = Client(raise_request_exception=False).post(
        "/webhooks/depot",
        json.dumps(event),
        content_type="application/json",
        headers={
            "webhook-id": "msg_1",
            "webhook-timestamp": at,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        },
    )
    return answer.status_code


def test_a_signed_webhook_is_stored(depot: Connection) -> None:
    assert tell_signed(SHIPPED) == 200
    assert hints() == ["S-1"]


def test_a_body_that_was_changed_on_the_way_stores_nothing(depot: Connection) -> None:
    assert tell_signed(SHIPPED | {"data": {"shipment_ref": "S-2"}}, signed=SHIPPED) == 401

    depot.refresh_from_db()
    assert (hints(), depot.refused_webhooks) == ([], 1)


def test_a_webhook_without_a_signature_stores_nothing(depot: Connection) -> None:
    answer = Client().post("/webhooks/depot", "{}", content_type="application/json")

    assert (answer.status_code, hints()) == (401, [])
