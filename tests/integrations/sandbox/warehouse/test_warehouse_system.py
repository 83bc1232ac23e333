import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from integrations.sandbox.core.faults import FaultScript
from integrations.sandbox.core.http import Request
from tests.integrations.sandbox.warehouse.kit import Depot

KEY = base64.b64encode(b"agreed upon").decode()
TOPICS = ["order.status_changed", "shipment.dispatched"]


@pytest.fixture
def depot():
    return Depot()


def delivered(depot):
    calls = []

    def send(call):
        calls.append(call)
        return 200

    depot.sandbox.hooks.pump(send, depot.clock.now())
    return calls


def is_signed(call, key=b"agreed upon"):
    content = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode()
    digest = hmac.digest(key, content + call.body, hashlib.sha256)
    return call.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


@pytest.fixture
def subscribed(depot):
    body = {"url": "http://hub.test/hooks", "topics": TOPICS, "secret": f"whsec_{KEY}"}
    depot.call("POST", "/webhooks", body)
    return depot


def test_a_wrong_key_is_refused(depot):
    path = f"{depot.wms.base_path}/ping"
    answer = depot.sandbox.handle(Request("GET", path, [], {"authorization": "Bearer x"}, b""))

    assert (answer.status, answer.json()["code"]) == (401, "unauthorized")


def test_an_order_tells_its_subscribers_signed(subscribed):
    subscribed.place("PL-1")
    subscribed.wms.floor.run("PL-1", "dispatched")

    calls = delivered(subscribed)

    assert all(is_signed(call) for call in calls)
    assert {json.loads(call.body)["topic"] for call in calls} == set(TOPICS)


def test_a_webhook_can_be_signed_wrongly_on_purpose(subscribed):
    subscribed.wms.configure({"forged_hooks": 1})
    subscribed.place("PL-1")
    subscribed.wms.floor.run("PL-1", "picked")

    assert [is_signed(call) for call in delivered(subscribed)] == [False, True, True]


def test_a_webhook_can_come_twice_or_late(subscribed):
    script = FaultScript(system="warehouse", hooks={1: "duplicate", 2: "reorder"})
    subscribed.sandbox.use_faults(script)
    subscribed.place("PL-1")
    subscribed.wms.floor.run("PL-1", "picked")

    first = delivered(subscribed)
    subscribed.clock.advance(timedelta(seconds=5))
    later = delivered(subscribed)

    assert [len(first), len(later)] == [2, 2]
    ids = [call.headers["webhook-id"] for call in (*first, *later)]
    assert len(set(ids)) == 3


def test_a_webhook_nobody_takes_is_tried_again(subscribed):
    subscribed.place("PL-1")
    subscribed.sandbox.hooks.pump(lambda call: 500, subscribed.clock.now())
    subscribed.clock.advance(timedelta(seconds=5))

    assert len(delivered(subscribed)) == 1


def test_a_subscription_can_be_seen_and_taken_away(subscribed):
    (row,) = subscribed.get("/webhooks")["data"]

    assert "secret" not in row
    assert subscribed.call("DELETE", f"/webhooks/{row['id']}").status == 204
    assert subscribed.get("/webhooks")["data"] == []


def test_the_window_ends_in_a_429_that_says_when(depot):
    depot.wms.configure({"per_minute": 2})
    depot.get("/ping")
    depot.clock.advance(timedelta(seconds=20))
    last = depot.call("GET", "/ping")
    refused = depot.call("GET", "/ping")

    assert last.headers["x-ratelimit-remaining"] == "0"
    assert (refused.status, refused.headers["retry-after"]) == (429, "40")
    depot.clock.advance(timedelta(seconds=40))
    assert depot.call("GET", "/ping").status == 200


def test_changes_are_read_from_a_time_on_inclusive(depot):
    depot.clock.advance(timedelta(minutes=1))
    depot.wms.adjust("MAIN", "MUG-WHI", -1, "damaged")

    rows = depot.get("/stock", updated_since="2026-11-20T10:01:00Z")["data"]

    assert [row["sku"] for row in rows] == ["MUG-WHI"]
    assert depot.get("/stock", updated_since="2026-11-20T10:01:01Z")["data"] == []


def test_a_cursor_runs_out(depot):
    cursor = depot.get("/stock", limit=1)["page"]["next_cursor"]
    depot.clock.advance(timedelta(minutes=16))

    assert depot.get("/stock", limit=1, cursor=cursor)["code"] == "malformed"


def test_goods_are_expected_and_then_received_short(depot):
    body = {
        "client_inbound_ref": "PO-1",
        "warehouse": "MAIN",
        "lines": [{"sku": "CAP-RED", "qty_expected": 10}],
    }
    depot.call("POST", "/inbound", body, key="PO-1")
    expected = depot.get("/stock", sku="CAP-RED")["data"][0]["inbound"]
    depot.wms.goods_in.receive("PO-1", {"CAP-RED": 8})

    (receipt,) = depot.get("/receipts")["data"]
    assert expected == 10
    assert receipt["lines"] == [{"sku": "CAP-RED", "qty_received": 8, "condition": "short"}]
    assert depot.level("CAP-RED") == (8, 0, 8)


@pytest.mark.parametrize(("disposition", "on_hand"), [("restock", 11), ("quarantine", 10)])
def test_a_return_is_judged_when_it_comes(depot, disposition, on_hand):
    body = {
        "client_return_ref": "R-1",
        "client_order_ref": "PL-1",
        "warehouse": "MAIN",
        "lines": [{"line_ref": "1", "sku": "TEE-BLK-M", "qty": 1, "reason": "changed_mind"}],
    }
    depot.call("POST", "/returns", body, key="R-1")
    depot.wms.goods_in.take_back("R-1", disposition)

    (row,) = depot.get("/returns")["data"]
    assert (row["status"], row["lines"][0]["disposition"]) == ("received", disposition)
    assert depot.level()[0] == on_hand
