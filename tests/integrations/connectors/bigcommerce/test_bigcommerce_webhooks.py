"""Who sent a webhook, and what it points at."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from integrations.connectors.bigcommerce.webhooks import authenticate, hints
from integrations.connectors.spec import Delivery
from tests.integrations.connectors.bigcommerce.shop import FIXTURES, settings
from tests.integrations.connectors.kit import NOW

BODY = (FIXTURES / "webhook__status_updated.json").read_bytes()
TOKEN, SECRET, OLD = "sesame", "client-secret", "old-secret"
SENT_AT = str(int(NOW.timestamp()))


def signature(secret=SECRET, *, id="msg_1", sent_at=SENT_AT, body=BODY, version="v1"):
    content = f"{id}.{sent_at}.".encode() + body
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return f"{version},{base64.b64encode(digest).decode()}"


def headers(**changes):
    found = {
        "x-plumbline-token": TOKEN,
        "webhook-id": "msg_1",
        "webhook-timestamp": SENT_AT,
        "webhook-signature": signature(),
    }
    return found | {name.replace("_", "-"): value for name, value in changes.items()}


def is_theirs(given, *, body=BODY, at=NOW, **config):
    secrets = {"webhook_token": TOKEN, "client_secret": SECRET, "previous_client_secret": OLD}
    return authenticate(Delivery(given, {}, body, at), settings(**secrets | config))


def test_our_header_and_a_good_signature_let_it_in():
    assert is_theirs(headers())


@pytest.mark.parametrize(
    "given",
    [
        headers(webhook_signature=signature(OLD)),
        headers(webhook_signature=f"{signature('other app')} {signature()}"),
        headers(webhook_signature=f"v1a,bm90IG91cnM= {signature()}"),
    ],
    ids=["signed with the old secret", "one good of several", "beside another version"],
)
def test_a_good_signature_counts_among_others(given):
    assert is_theirs(given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        headers(x_plumbline_token="guessed"),
        headers(x_plumbline_token=""),
        headers(webhook_signature=signature("other app")),
        headers(webhook_signature=signature(version="v1a")),
        headers(webhook_signature="v1,not base64!"),
        headers(webhook_signature=""),
        headers(webhook_id="msg_2"),
        headers(webhook_id=""),
        headers(webhook_timestamp="soon"),
        headers(webhook_timestamp=str(int(SENT_AT) + 1)),
    ],
    ids=["nothing", "a guessed header", "an empty header", "another app's secret",
         "another version", "no base64", "no signature", "a swapped id", "no id", "no time",
         "another time"],
)  # fmt: skip
def test_strangers_are_refused(given):
    assert not is_theirs(given)


@pytest.mark.parametrize(("seconds", "is_good"), [(300, True), (301, False), (-300, True)])
def test_a_signature_is_good_for_five_minutes(seconds, is_good):
    assert is_theirs(headers(), at=NOW + timedelta(seconds=seconds)) is is_good


def test_a_changed_body_is_refused():
    assert not is_theirs(headers(), body=BODY.replace(b"5001", b"5002"))


def test_a_body_that_names_another_store_is_refused():
    body = BODY.replace(b"stores/abc123", b"stores/xyz789")

    assert not is_theirs(headers(webhook_signature=signature(body=body)), body=body)


def test_without_a_client_secret_our_header_is_enough():
    given = {"x-plumbline-token": TOKEN}

    assert is_theirs(given, client_secret=None, previous_client_secret=None)
    assert not is_theirs(given)


def test_without_a_token_nobody_is_let_in():
    assert not is_theirs(headers(x_plumbline_token=""), webhook_token=None)


def event(scope, **data):
    return json.dumps(
        {"scope": scope, "data": data, "hash": "h", "created_at": 1795168530}
    ).encode()


@pytest.mark.parametrize(
    ("body", "subjects"),
    [
        (BODY, [("orders", "5001")]),
        (event("store/order/refund/created", type="order", id=5, refund={"refund_id": 12}),
         [("refunds", "12"), ("orders", "5")]),
        (event("store/order/transaction/created", order_id="250", transaction_id=1),
         [("orders", "250")]),
        (event("store/shipment/created", type="shipment", id=3, orderId=9), [("orders", "9")]),
        (event("store/product/updated", type="product", id=77), [("products", "77")]),
        (event("store/product/inventory/updated", inventory={"product_id": 78, "value": 5}),
         [("stock-changes", "78")]),
        ((FIXTURES / "webhook__stock_of_a_variant.json").read_bytes(),
         [("stock-changes", "77/331")]),
        (event("store/channel/1/order/updated", order_id=4), [("orders", "4")]),
        (event("store/customer/created", type="customer", id=1), []),
        (event("store/order/updated", type="order"), []),
    ],
    ids=["an order", "a refund", "a payment", "a shipment", "a product", "a simple item's stock",
         "a variant's stock", "an order of a channel", "a customer", "an order without id"],
)  # fmt: skip
def test_an_event_points_at_what_to_read_again(body, subjects):
    assert [(hint.topic, hint.external_id) for hint in hints(body)] == subjects


def test_a_double_with_another_message_id_is_the_same_hint():
    assert hints(BODY)[0].event_id == hints(BODY)[0].event_id
    assert hints(BODY)[0].event_id != hints(BODY.replace(b"7ee67", b"8ff78"))[0].event_id


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"scope": 1}', b'{"scope": "store/x"}'])
def test_what_is_no_event_is_refused_with_a_sentence(body):
    with pytest.raises(ValueError, match="The"):
        hints(body)
