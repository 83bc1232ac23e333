"""Webhooks: templates filled in, ids gathered into sets, retries by quality of service."""

import json

BODY = '{"event":"${full-event}","id":"${resource-id}","account":"${account-code}"}'
PATH = "integration-service/webhook"


def subscribe(account, event, **changes):
    body = {
        "subscribeTo": event,
        "httpMethod": "POST",
        "uriTemplate": "http://127.0.0.1/hook?token=x",
        "bodyTemplate": BODY,
        "contentType": "application/json",
    }
    return account.call("POST", PATH, body | changes)


def heard(account, *statuses):
    """What a receiver hears over the next minute; it answers `statuses`, then 200."""
    calls, answers = [], list(statuses)

    def receive(call):
        calls.append(json.loads(call.body))
        return answers.pop(0) if answers else 200

    for _ in range(60):
        account.wait(1)
        account.hooks.pump(receive, account.clock.now())
    return calls


def test_a_subscriber_hears_of_a_new_order(account):
    subscribe(account, "sales-order.created")
    order_id = account.sale()

    assert heard(account) == [
        {"event": "sales-order.created", "id": str(order_id), "account": "harbourvale"}
    ]


def test_changed_stock_is_gathered_into_one_id_set(account):
    hat = account.system.add_product("HAT", "Hat")
    subscribe(account, "product.modified.on-hand-modified", idSetAccepted=True)
    for sku in ("SOCK", "HAT", "SOCK"):
        account.system.set_stock(sku, account.store, 5)

    (call,) = heard(account)

    assert call["id"] == f"{account.socks},{hat}"


def test_a_subscription_covers_everything_below_it(account):
    subscribe(account, "goods-out-note")
    account.ship(account.goods_out(account.sale()))

    events = [call["event"] for call in heard(account)]

    assert "goods-out-note.created" in events
    assert "goods-out-note.modified.shipped" in events


def test_at_most_once_forgets_what_was_refused(account):
    subscribe(account, "sales-order.created")
    account.sale()

    assert len(heard(account, 500)) == 1


def test_at_least_once_tries_again(account):
    subscribe(account, "sales-order.created", qualityOfService=1)
    account.sale()

    assert len(heard(account, 500, None)) == 3


def test_a_subscription_can_be_read_and_removed(account):
    hook = subscribe(account, "sales-order.created")
    assert account.call("GET", f"{PATH}/{hook}")[0]["subscribeTo"] == "sales-order.created"

    account.call("DELETE", f"{PATH}/{hook}")
    account.sale()

    assert account.error("GET", f"{PATH}/{hook}") == (404, "CMNC-404")
    assert heard(account) == []


def test_an_event_that_does_not_exist_cannot_be_subscribed_to(account):
    body = {"subscribeTo": "order.created", "httpMethod": "GET", "uriTemplate": "http://x"}

    assert account.error("POST", PATH, body) == (400, "INTC-064")


def test_a_subscriber_can_ask_for_a_rehearsal(account):
    hook = subscribe(account, "product", idSetAccepted=True)

    account.call("POST", f"{PATH}/{hook}/simulate", {"testData": {"${resource-id}": "1-3"}})

    assert [call["id"] for call in heard(account)] == ["1-3"]
