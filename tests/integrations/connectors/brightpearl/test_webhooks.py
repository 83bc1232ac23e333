import json

import pytest

from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.brightpearl.webhooks import BODY_TEMPLATE, authenticate
from integrations.connectors.spec import Delivery
from tests.integrations.connectors.brightpearl.vendor import (
    FIXTURES,
    Vendor,
    answer,
    connector,
)
from tests.integrations.connectors.kit import NOW

HOOKS = "/integration-service/webhook"
OURS = "https://plumbline.example/webhooks/erp/"
ON_HAND = (FIXTURES / "webhook__on_hand_set.json").read_bytes()


def hints(body: bytes):
    return connector(Vendor()).hints(body)


def event(name: str, number: object = "7") -> bytes:
    return json.dumps(
        {"fullEvent": name, "id": number, "raisedOn": "2026-03-28T10:20:00Z"}
    ).encode()


def test_a_set_of_ids_is_a_hint_for_each():
    found = hints(ON_HAND)

    assert [each.external_id for each in found] == ["1007", "1008", "1020"]
    assert {each.topic for each in found} == {"stock-changes"}
    assert len({each.event_id for each in found}) == 3


def test_the_same_call_twice_is_the_same_hints():
    assert hints(ON_HAND) == hints(ON_HAND)


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("product.modified", "products"),
        ("product.created", "products"),
        ("order.modified.order-status", "orders"),
        ("sales-order.created", "orders"),
        ("goods-out-note.modified.shipped", "goods-out-notes"),
    ],
)
def test_an_event_hints_at_its_topic(name, topic):
    assert [each.topic for each in hints(event(name, 7))] == [topic]


def test_an_event_that_nobody_follows_gives_no_hint():
    assert hints(event("quarantine-release.created")) == ()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[1]", id="a list"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param(b"[" * 100_000, id="very deep"),
        pytest.param(b'{"fullEvent": "product.modified"}', id="no id"),
        pytest.param(event("product.modified", "1-99999999"), id="a billion ids"),
        pytest.param(event("product.modified", "1; drop"), id="not an id"),
        pytest.param(event("product.modified", True), id="true"),
    ],
)
def test_what_is_no_webhook_is_refused_with_a_sentence(body):
    with pytest.raises(ValueError, match=r"\.$"):
        hints(body)


@pytest.mark.parametrize(
    ("query", "expected", "is_theirs"),
    [
        pytest.param({"token": "s3cret"}, "s3cret", True, id="right"),
        pytest.param({"token": "guess"}, "s3cret", False, id="wrong"),
        pytest.param({"token": "café"}, "s3cret", False, id="not ASCII"),
        pytest.param({}, "s3cret", False, id="none"),
        pytest.param({"token": ""}, "", False, id="no secret set"),
    ],
)
def test_only_the_token_in_the_address_lets_a_call_in(query, expected, is_theirs):
    config = BrightpearlConfig(
        base_url="https://x.example/public-api/acme",
        app_ref="plumbline",
        account_token="t",
        webhook_token=expected,
    )

    assert authenticate(Delivery({}, query, ON_HAND, NOW), config) is is_theirs


def hook(number: int, subscribed_to: str, address: str) -> dict:
    return {"id": number, "subscribeTo": subscribed_to, "uriTemplate": address}


def test_missing_subscriptions_are_made_with_our_template():
    present = hook(1, "product.created", f"{OURS}?token=new")
    vendor = Vendor().on("GET", HOOKS, answer({"response": [present]}))
    vendor.on("POST", HOOKS, answer({"response": 2}))

    made = connector(vendor).subscribe_webhooks(OURS, "new")

    assert "product.modified.on-hand-modified" in made
    assert "product.created" not in made
    body = vendor.body()
    assert (body["bodyTemplate"], body["idSetAccepted"], body["qualityOfService"]) == (
        BODY_TEMPLATE,
        True,
        1,
    )


def test_subscriptions_with_an_old_token_are_removed_and_strangers_left_alone():
    old = hook(1, "product.created", f"{OURS}?token=old")
    strange = hook(2, "product.created", "https://someone.example/?token=x")
    vendor = Vendor().on("GET", HOOKS, answer({"response": [old, strange]}))
    vendor.on("POST", HOOKS, answer({"response": 3}))
    vendor.on("DELETE", f"{HOOKS}/1", answer({}))

    made = connector(vendor).subscribe_webhooks(OURS, "new")

    assert "product.created" in made
    assert vendor.asked()[1] == f"DELETE {HOOKS}/1"
    assert f"DELETE {HOOKS}/2" not in vendor.asked()


def test_an_account_without_webhooks_answers_404():
    none = answer({"errors": [{"code": "CMNC-404", "message": "none"}]}, 404)
    vendor = Vendor().on("GET", HOOKS, none).on("POST", HOOKS, answer({"response": 3}))

    assert len(connector(vendor).subscribe_webhooks(OURS, "new")) == 4
