"""Several messages in one request: few requests, and still an outcome for each."""

import json
from datetime import timedelta

import httpx
import pytest

from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.ports import Done
from tests.integrations.connectors.brightpearl.vendor import (
    QUOTA,
    Vendor,
    answer,
    connector,
    desk,
    fixture,
    intents,
    one_by_one,
)
from tests.integrations.connectors.kit import NOW

BUNDLE = "/multi-message"
PAYMENT = "/accounting-service/customer-payment"


def processed(label: str, status: int, body: object) -> dict:
    content = body if isinstance(body, str) else json.dumps(body)
    return {"label": label, "statusCode": status, "body": {"content": content}}


def takes_all(request: httpx.Request) -> httpx.Response:
    messages = json.loads(request.content)["messages"]
    done = [processed(each["label"], 200, {"response": 9000}) for each in messages]
    return answer({"response": {"processedMessages": done, "unprocessedMessages": []}})


def bundle_of(*done: dict, left: tuple[str, ...] = (), status: int = 200) -> httpx.Response:
    body = {"response": {"processedMessages": list(done), "unprocessedMessages": list(left)}}
    return answer(body, status)


def outcomes(vendor: Vendor, count: int = 3, **changes):
    return connector(vendor, **changes).send(intents(count))


def kinds(results) -> list[type]:
    return [type(each) if isinstance(each, Done) else type(each.error) for each in results]


def test_three_waiting_messages_go_in_one_request():
    vendor = Vendor().on("POST", BUNDLE, takes_all)

    results = outcomes(vendor)

    assert kinds(results) == [Done] * 3
    assert vendor.asked() == [f"POST {BUNDLE}"]
    assert vendor.body()["onFail"] == "CONTINUE"


def test_two_waiting_messages_go_alone():
    vendor = Vendor().on("POST", PAYMENT, answer({"response": 9001}))

    outcomes(vendor, 2)

    assert vendor.asked() == [f"POST {PAYMENT}"] * 2


def test_a_bundle_holds_ten():
    vendor = Vendor().on("POST", BUNDLE, takes_all)

    results = outcomes(vendor, 25)

    assert [len(vendor.body(index)["messages"]) for index in range(3)] == [10, 10, 5]
    assert kinds(results) == [Done] * 25


def test_bundles_can_be_switched_off():
    vendor = Vendor().on("POST", PAYMENT, answer({"response": 9001}))

    outcomes(vendor, 4, bundle=False)

    assert vendor.asked() == [f"POST {PAYMENT}"] * 4


def test_each_message_of_a_bundle_has_its_own_outcome():
    duplicate = {"errors": [{"code": "ACCC-1", "message": "transactionRef must be unique"}]}
    vendor = Vendor().on(
        "POST",
        BUNDLE,
        bundle_of(
            processed("4", 400, {"errors": [{"code": "ACCC-2", "message": "No such order"}]}),
            processed("0", 200, {"response": 9001}),
            processed("1", 400, duplicate),
            processed("2", 500, {"errors": [{"code": "CMNU-003", "message": "Internal"}]}),
            left=("3",),
            status=207,
        ),
    )

    results = outcomes(vendor, 6)

    assert kinds(results) == [
        Done,
        ConflictError,
        AmbiguousError,
        UnavailableError,  # never looked at: certainly not applied
        RejectedError,
        AmbiguousError,  # not mentioned at all
    ]
    assert results[0].external_ref == "9001"


def test_a_throttle_inside_a_bundle_waits_for_the_header_and_costs_nobody_else():
    vendor = Vendor().on(
        "POST",
        BUNDLE,
        bundle_of(
            processed("0", 200, {"response": 9001}),
            processed("1", 503, fixture("throttled")),
            processed("2", 200, {"errors": [{"message": "You have sent too many requests"}]}),
        ),
    )
    bench = desk(vendor)

    results = connector(vendor, bench=bench).send(intents(3))

    assert kinds(results) == [Done, ThrottledError, ThrottledError]
    assert bench.limiter.refused[0] == timedelta(milliseconds=23817)


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(httpx.ReadTimeout("slow"), id="timeout"),
        pytest.param(httpx.ReadError("reset"), id="reset"),
        pytest.param(httpx.Response(500), id="500 without a body"),
        pytest.param(httpx.Response(503, headers=QUOTA), id="503 that is no throttle"),
        pytest.param(httpx.Response(200, html="<h1>Back soon</h1>"), id="web page"),
        pytest.param(httpx.Response(200, content=b'{"response":{"proc'), id="truncated"),
        pytest.param(answer({"response": {"processedMessages": 7}}), id="another shape"),
    ],
)
def test_a_lost_answer_to_a_bundle_leaves_every_message_unknown(lost):
    results = outcomes(Vendor().on("POST", BUNDLE, lost))

    assert kinds(results) == [AmbiguousError] * 3


def test_a_message_accepted_without_an_id_is_unknown():
    vendor = Vendor().on("POST", BUNDLE, bundle_of(*(processed(n, 200, {}) for n in "012")))

    assert kinds(outcomes(vendor)) == [AmbiguousError] * 3


def test_a_message_whose_content_is_cut_is_unknown():
    cut = [processed(label, 200, '{"respon') for label in "012"]

    assert kinds(outcomes(Vendor().on("POST", BUNDLE, bundle_of(*cut)))) == [AmbiguousError] * 3


def test_a_vendor_that_takes_no_bundles_gets_single_calls_at_once():
    refused = answer({"errors": [{"code": "CMNC-404", "message": "No such path"}]}, 404)
    vendor = Vendor().on("POST", BUNDLE, refused).on("POST", PAYMENT, answer({"response": 1}))

    results = outcomes(vendor)

    assert kinds(results) == [Done] * 3
    assert vendor.asked() == [f"POST {BUNDLE}", *[f"POST {PAYMENT}"] * 3]


def test_bundles_are_tried_again_after_a_while():
    refused = answer({"errors": [{"code": "CMNC-404", "message": "No such path"}]}, 404)
    vendor = Vendor().on("POST", BUNDLE, refused, takes_all)
    vendor.on("POST", PAYMENT, answer({"response": 1}))
    bench = desk(vendor)
    sink = connector(vendor, bench=bench)

    sink.send(intents(3))
    sink.send(intents(3))  # still cooling down
    bench.clock.advance(timedelta(minutes=3))
    sink.send(intents(3))

    assert vendor.asked().count(f"POST {BUNDLE}") == 2
    assert vendor.asked().count(f"POST {PAYMENT}") == 6


def test_three_lost_bundles_in_a_row_lead_to_single_calls():
    vendor = Vendor().on("POST", BUNDLE, httpx.Response(500))
    vendor.on("POST", PAYMENT, answer({"response": 1}))
    sink = connector(vendor)

    results = [kinds(sink.send(intents(3))) for _ in range(4)]

    assert results[:3] == [[AmbiguousError] * 3] * 3
    assert results[3] == [Done] * 3


@pytest.mark.parametrize(
    ("stop", "kind"),
    [
        pytest.param(answer(fixture("throttled"), 503), ThrottledError, id="throttled"),
        pytest.param(answer({"response": "No"}, 401), UnauthorisedError, id="refused"),
        pytest.param(httpx.ConnectError("down"), UnavailableError, id="down"),
    ],
)
def test_nothing_more_is_sent_after_the_vendor_stopped_us(stop, kind):
    vendor = Vendor().on("POST", BUNDLE, takes_all, stop)

    results = outcomes(vendor, 40)

    assert kinds(results) == [Done] * 10 + [kind] * 30
    assert len(vendor.requests) == 2


def test_an_empty_budget_sends_nothing_and_fails_nothing_for_good():
    vendor = Vendor()
    bench = desk(vendor)
    bench.limiter.full = True

    results = connector(vendor, bench=bench).send(intents(12))

    assert kinds(results) == [ThrottledError] * 12
    assert vendor.requests == []


def test_single_calls_stop_too():
    vendor = Vendor().on("POST", PAYMENT, answer({"response": 1}), httpx.ConnectError("down"))

    results = one_by_one(vendor).send(intents(5))

    assert kinds(results) == [Done] + [UnavailableError] * 4
    assert len(vendor.requests) == 2


def test_bundles_in_parallel_keep_the_order_of_their_outcomes():
    def numbered(request: httpx.Request) -> httpx.Response:
        messages = json.loads(request.content)["messages"]
        return bundle_of(
            *(
                processed(m["label"], 200, {"response": int(m["body"]["transactionRef"][11:]) + 1})
                for m in messages
            )
        )

    results = outcomes(Vendor().on("POST", BUNDLE, numbered), 40, parallel=4)

    assert [each.external_ref for each in results] == [str(n + 1) for n in range(40)]


def test_the_trace_knows_a_bundle_by_its_keys():
    vendor = Vendor().on("POST", BUNDLE, takes_all)
    bench = desk(vendor)

    connector(vendor, bench=bench).send(intents(3))

    call = bench.recorder.calls[0]
    assert (call.endpoint, call.messages) == ("POST /multi-message", 3)
    assert call.keys == ("pay:0", "pay:1", "pay:2")
    assert call.started_at == NOW


def test_single_calls_after_a_refused_bundle_stop_when_the_vendor_stops_us():
    refused = answer({"errors": [{"code": "CMNC-404", "message": "No such path"}]}, 404)
    vendor = Vendor().on("POST", BUNDLE, refused)
    vendor.on("POST", PAYMENT, answer({"response": 1}), answer(fixture("throttled"), 503))

    results = outcomes(vendor, 5)

    assert kinds(results) == [Done] + [ThrottledError] * 4
    assert len(vendor.requests) == 3
