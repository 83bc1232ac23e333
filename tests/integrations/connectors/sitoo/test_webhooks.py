import base64
import json
from datetime import UTC, datetime

import pytest

from integrations.connectors.sitoo.config import SitooConfig
from integrations.connectors.sitoo.webhooks import authenticate, hints
from integrations.connectors.spec import Delivery
from tests.integrations.connectors.kit import NOW
from tests.integrations.connectors.sitoo.till import fixture

COMMON = {"base_url": "https://x.example/v2/accounts/1", "api_id": "1-1", "password": "p"}


def body(*events):
    return json.dumps(list(events)).encode()


def event(kind, **data):
    return {"event_id": "e1", "event_type": kind, "event_date": 1795170901, "data": data}


def basic(text):
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_an_order_event_is_a_hint_to_fetch_the_order():
    (hint,) = hints(body(*fixture("events__order_closed")))

    assert (hint.topic, hint.external_id) == ("orders", "20415")
    assert hint.event_id == "a1f0c2d34e5b46718293a4b5c6d7e8f9"
    assert hint.occurred_at == datetime(2026, 11, 20, 10, 35, 1, tzinfo=UTC)
    assert hint.payload["order_state_changed"] == "closed"


@pytest.mark.parametrize(
    ("kind", "data", "topic", "external_id"),
    [
        ("booking", {"order_id": 7}, "orders", "7"),
        ("z-report", {"register_id": "{7F}", "z_report_id": 231}, "z-reports", "{7F}/231"),
        (
            "warehouse-transaction",
            {"warehouse_id": 3, "warehouse_transaction_id": 90211},
            "warehouse-transactions",
            "90211",
        ),
    ],
)
def test_each_kind_of_event_names_what_to_fetch(kind, data, topic, external_id):
    (hint,) = hints(body(event(kind, **data)))

    assert (hint.topic, hint.external_id) == (topic, external_id)


@pytest.mark.parametrize(
    "odd", [event("shipment", shipment_id=1), event("order", eshop_id=1), event("z-report")]
)
def test_other_events_and_events_without_an_id_are_left_to_the_poll(odd):
    assert [hint.external_id for hint in hints(body(odd, event("order", order_id=8)))] == ["8"]


@pytest.mark.parametrize("date", [None, "soon", True, 10**15])
def test_an_odd_date_is_no_reason_to_lose_the_event(date):
    (hint,) = hints(body({**event("order", order_id=8), "event_date": date}))

    assert hint.occurred_at is None


@pytest.mark.parametrize(
    "odd",
    [b"", b"{", b"<html>", b"{}", b"[1]", b'[{"event_id":"x"}]', b"\xff", b"[" * 9_000],
)
def test_what_is_no_array_of_events_is_refused_with_a_sentence(odd):
    with pytest.raises(ValueError, match="The body is not"):
        hints(odd)


def is_theirs(headers, *, password="open sesame"):
    config = SitooConfig(**COMMON, webhook_password=password)
    return authenticate(Delivery(headers, {}, b"[]", NOW), config)


def test_our_own_credentials_are_accepted():
    assert is_theirs(basic("plumbline:open sesame"))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("plumbline:wrong"),
        basic("other:open sesame"),
        {"authorization": "Bearer abc"},
        {"authorization": "Basic !!!"},
        {"authorization": "Basic"},
    ],
)
def test_strangers_are_refused(headers):
    assert not is_theirs(headers)


def test_without_a_secret_nobody_is_let_in():
    assert not is_theirs(basic(":"), password=None)
    assert not is_theirs(basic(""), password="")


def test_the_secret_is_made_of_user_and_password():
    assert SitooConfig(**COMMON).webhook_secret == ""
    assert SitooConfig(**COMMON, webhook_password="").webhook_secret == ""
    assert SitooConfig(**COMMON, webhook_password="s").webhook_secret == "plumbline:s"
