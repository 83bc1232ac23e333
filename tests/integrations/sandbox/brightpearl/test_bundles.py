"""Multi-message: ten writes in one request, each with its own outcome."""

import json

import pytest

from integrations.sandbox.core.http import Request, write_json
from tests.integrations.sandbox.brightpearl.conftest import ROOT, SYSTEM_APP


def bundle(account, *bodies, mode="SEQUENTIAL", on_fail="CONTINUE"):
    messages = [
        {"label": f"m{n}", "uri": "/order-service/sales-order", "httpMethod": "POST", "body": body}
        for n, body in enumerate(bodies)
    ]
    return {"processingMode": mode, "onFail": on_fail, "messages": messages}


def outcomes(answer):
    processed = answer.json()["response"]["processedMessages"]
    return {one["label"]: one["statusCode"] for one in processed}


def test_each_message_answers_for_itself(account):
    body = bundle(account, account.order(), account.order(ref="R-2", externalRef="sitoo:2"))

    answer = account.answer("POST", "multi-message", body)

    assert answer.status == 200
    content = answer.json()["response"]["processedMessages"][1]["body"]["content"]
    order_id = json.loads(content)["response"]
    assert account.read(order_id)["reference"] == "R-2"


def test_one_bad_message_makes_the_answer_mixed(account):
    body = bundle(account, account.order(customer={}), account.order())

    answer = account.answer("POST", "multi-message", body)

    assert answer.status == 207
    assert outcomes(answer) == {"m0": 400, "m1": 200}


def test_stopping_leaves_the_rest_unprocessed(account):
    body = bundle(account, account.order(customer={}), account.order(), on_fail="STOP")

    answer = account.answer("POST", "multi-message", body)

    assert answer.json()["response"]["unprocessedMessages"] == ["m1"]
    assert account.ledger.entries(kind="sales-order") == []


@pytest.mark.parametrize(
    "change",
    [
        {"processingMode": "PARALLEL", "onFail": "STOP"},
        {"processingMode": "LATER"},
        {"messages": []},
    ],
)
def test_a_malformed_bundle_is_refused(account, change):
    body = bundle(account, account.order()) | change

    assert account.answer("POST", "multi-message", body).status == 400


def test_eleven_messages_are_too_many(account):
    body = bundle(account, *[account.order() for _ in range(11)])

    assert account.answer("POST", "multi-message", body).status == 400


def test_a_bundle_uses_one_request_unless_messages_are_counted(account):
    body = bundle(account, *[account.order() for _ in range(5)])

    one = account.answer("POST", "multi-message", body)
    account.system.configure({"count": "messages"})
    five = account.answer("POST", "multi-message", body)

    assert one.headers["brightpearl-requests-remaining"] == "199"
    assert five.headers["brightpearl-requests-remaining"] == "194"


def test_a_bundle_is_described_by_its_messages(account):
    request = Request("POST", f"{ROOT}multi-message", body=write_json(bundle(account, {}, {})))

    call = account.system.describe(request)

    assert call.endpoint == "POST multi-message"
    assert call.messages == ("POST order-service/sales-order",) * 2


def test_a_partial_batch_fails_every_second_message_without_applying_it(account):
    body = bundle(account, account.order(), account.order(), account.order())
    request = Request(
        "POST",
        f"{ROOT}multi-message",
        headers=SYSTEM_APP,
        body=write_json(body),
        faults=frozenset({"partial_batch"}),
    )

    answer = account.system.handle(request)

    assert outcomes(answer) == {"m0": 200, "m1": 500, "m2": 200}
    assert len(account.ledger.entries(kind="sales-order")) == 2
