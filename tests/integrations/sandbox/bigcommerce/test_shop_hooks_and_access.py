"""Signed webhooks and their end; who may call, and how often."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from integrations.sandbox.core.faults import Fault
from tests.integrations.sandbox.bigcommerce.kit import Web

HOOK = {
    "scope": "store/order/*",
    "destination": "https://plumbline.example/webhooks/shop",
    "headers": {"X-Plumbline-Token": "sesame"},
}


@pytest.fixture
def web():
    return Web()


def test_an_order_is_announced_with_our_header_and_a_signature(web):
    web.call("POST", "/v3/hooks", HOOK)
    order = web.order()

    sent = web.deliver()

    scopes = [json.loads(call.body)["scope"] for call in sent]
    assert scopes == ["store/order/created", "store/order/statusUpdated", "store/order/updated"]
    call = sent[1]
    event = json.loads(call.body)
    assert event["data"]["id"] == order.id
    assert event["data"]["status"] == {"previous_status_id": 0, "new_status_id": 11}
    assert event["producer"] == "stores/abc123"
    assert call.headers["X-Plumbline-Token"] == "sesame"
    content = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode()
    digest = hmac.new(b"sandbox-client-secret", content + call.body, hashlib.sha256).digest()
    assert call.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_one_hook_per_scope_and_destination_and_ten_per_scope(web):
    assert web.call("POST", "/v3/hooks", HOOK).status == 200
    assert web.call("POST", "/v3/hooks", HOOK).status == 422
    for number in range(9):
        body = HOOK | {"destination": f"https://plumbline.example/{number}"}
        assert web.call("POST", "/v3/hooks", body).status == 200
    assert web.call("POST", "/v3/hooks", HOOK | {"destination": "https://x.example"}).status == 422


def test_a_hook_goes_to_https_only(web):
    body = HOOK | {"destination": "http://plumbline.example/hook"}

    assert web.call("POST", "/v3/hooks", body).status == 422


def test_a_hook_without_events_for_ninety_days_is_switched_off(web):
    id = web.call("POST", "/v3/hooks", HOOK).json()["data"]["id"]
    web.clock.advance(timedelta(days=91))

    (row,) = web.get("/v3/hooks")["data"]
    assert row["is_active"] is False
    assert web.call("PUT", f"/v3/hooks/{id}", {"is_active": True}).json()["data"]["is_active"]


def test_a_hook_that_nobody_answers_is_switched_off_after_the_last_attempt(web):
    web.call("POST", "/v3/hooks", HOOK)
    web.order()
    attempts = 0

    def refuse(call):
        nonlocal attempts
        attempts += 1
        return 500

    for _ in range(12):
        web.sandbox.hooks.pump(refuse, web.clock.now())
        web.clock.advance(timedelta(days=1))

    assert attempts == 3 * 12
    assert web.get("/v3/hooks")["data"][0]["is_active"] is False


def test_a_wrong_token_and_a_missing_scope_are_told_apart(web):
    web.shop.configure({"lacking": ["store_inventory"]})

    stranger = web.call("GET", "/v2/orders", token="guessed")
    lacking = web.call("GET", "/v3/inventory/items")

    assert (stranger.status, stranger.json()[0]["status"]) == (401, 401)
    assert (lacking.status, web.call("GET", "/v2/time").status) == (403, 200)


def test_the_quota_is_told_and_kept_and_refills(web):
    web.shop.configure({"per_window": 2})

    first, second, third = (web.call("GET", "/v2/time") for _ in range(3))

    assert [answer.status for answer in (first, second, third)] == [200, 200, 429]
    assert second.headers["x-rate-limit-requests-left"] == "0"
    assert third.headers["x-rate-limit-time-reset-ms"] == "30000"
    web.clock.advance(timedelta(seconds=30))
    assert web.call("GET", "/v2/time").status == 200


def test_a_throttle_comes_with_and_without_its_headers(web):
    bare, told = (web.shop.refuse(Fault.THROTTLE) for _ in range(2))

    assert bare.status == told.status == 429
    assert "x-rate-limit-time-reset-ms" not in bare.headers
    assert "x-rate-limit-time-reset-ms" in told.headers


@pytest.mark.parametrize(
    "path",
    ["/v2/store", "/v2/order_statuses", "/v2/customer_groups", "/v2/tax_classes", "/v2/currencies",
     "/v2/payments/methods", "/v2/shipping/zones", "/v2/shipping/zones/1/methods", "/v3/channels",
     "/v3/settings/inventory", "/v3/pricelists", "/v3/pricelists/1/records", "/v3/pickup/methods",
     "/v3/inventory/locations"],
)  # fmt: skip
def test_what_the_store_says_of_itself_can_be_read(web, path):
    assert web.call("GET", path).status == 200


def test_a_pickup_is_made_ready_and_handed_over(web):
    order = web.order(store="LDS01")
    ready = {
        "pickup_method_id": order.pickup_method_id,
        "order_id": order.id,
        "ready_at": "2026-11-20T10:00:00Z",
        "pickup_items": [{"order_product_id": order.lines[0].id, "quantity": 1}],
    }

    (made,) = web.call("POST", "/v3/orders/pickups", [ready]).json()["data"]
    change = {"pickup_id": made["id"], "collected_at": "2026-11-20T12:00:00Z"}
    (done,) = web.call("PUT", "/v3/orders/pickups", [change]).json()["data"]

    assert made["pickup_items"][0]["status"] == "AWAITING_COLLECTION"
    assert done["pickup_items"][0]["status"] == "COLLECTED"
    assert web.get("/v3/orders/pickups", order_id__in=order.id)["data"] == [done]
