import json
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from pydantic import BaseModel

from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
    SchemaChangedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.connectors.http import SIZE_CAP, Budget, VendorHttp, segment
from tests.integrations.connectors.kit import Bench, bench

BASE = "https://tills.example/v2/accounts/99900"


def client(desk: Bench, *, classify=lambda status, headers, data: None, learn=None) -> VendorHttp:
    return VendorHttp(
        base_url=BASE + "/",
        headers=lambda: {"Authorization": "Basic c2VjcmV0OnNlY3JldA=="},
        context=desk.context,
        classify=classify,
        learn=learn,
        system_label="The till",
    )


def answering(*args, **kwargs) -> Bench:
    return bench(lambda request: httpx.Response(*args, **kwargs))


def failing(cause: Exception, *, times: int = 99) -> Bench:
    """A vendor whose first `times` answers are lost, and then answers `1`."""
    remaining = [times]

    def handle(request: httpx.Request) -> httpx.Response:
        remaining[0] -= 1
        if remaining[0] >= 0:
            raise cause
        return httpx.Response(200, json=1)

    return bench(handle)


def write(desk: Bench, **options) -> object:
    return client(desk).send("POST", "/orders", endpoint="POST /orders", json={"a": 1}, **options)


def read(desk: Bench) -> object:
    return client(desk).get("/orders", endpoint="GET /orders")


# --- what is sent ---------------------------------------------------------------------------------


def test_queries_keep_their_order_and_their_commas():
    desk = answering(200, json=[])

    client(desk).get("/orders", [("orderid", "3,1-2"), ("a", "x y&z")], endpoint="GET /orders")

    assert desk.recorder.calls[0].path == "/orders?orderid=3,1-2&a=x%20y%26z"


def test_a_segment_hides_braces_and_slashes():
    assert segment("{7F0C/6B}") == "%7B7F0C%2F6B%7D"


def test_an_encoded_path_reaches_the_vendor_as_written():
    seen: list[str] = []
    desk = bench(lambda request: httpx.Response(200, json=seen.append(request.url.raw_path)))

    client(desk).get(f"/r/{segment('{7F}')}/z", endpoint="GET /r/{register}/z")

    assert seen == [b"/v2/accounts/99900/r/%7B7F%7D/z"]


def test_decimals_are_written_as_strings_and_headers_are_sent():
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=True)

    http = client(bench(handle))
    http.send("PUT", "/x", endpoint="PUT /x", json={"net": Decimal("0.10")}, headers={"if": "7"})

    assert json.loads(seen[0].content) == {"net": "0.10"}
    assert seen[0].headers["authorization"].startswith("Basic ")
    assert seen[0].headers["if"] == "7"


def test_what_has_no_json_form_is_a_mistake_of_ours():
    with pytest.raises(TypeError):
        client(answering(200)).send("PUT", "/x", endpoint="PUT /x", json={"at": {1}})


def test_a_write_may_have_no_body():
    assert client(answering(200, json=True)).send("POST", "/x", endpoint="POST /x").data is True


def test_a_form_is_sent_as_a_form():
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=True)

    client(bench(handle)).send("POST", "/t", endpoint="POST /t", form={"grant_type": "refresh"})

    assert seen[0].content == b"grant_type=refresh"
    assert seen[0].headers["content-type"] == "application/x-www-form-urlencoded"


# --- what comes back ------------------------------------------------------------------------------


def test_fractions_are_read_exactly():
    reply = read(answering(200, content=b'{"price": 0.10, "count": 3}'))

    assert reply.data == {"price": Decimal("0.10"), "count": 3}


def test_an_empty_answer_is_none():
    assert read(answering(204)).data is None


@pytest.mark.parametrize("body", [b"NaN", b'{"a": Infinity}', b'{"a": 1', b"oops", b"[" * 9_000])
def test_what_is_not_complete_json_is_read_again_later(body):
    with pytest.raises(UnavailableError, match="not complete JSON"):
        read(answering(200, content=body))


def test_a_cut_short_answer_to_a_write_leaves_the_outcome_open():
    with pytest.raises(AmbiguousError):
        write(answering(200, content=b'{"orderid": 20'))


@pytest.mark.parametrize("status", [200, 404, 502])
def test_a_web_page_is_not_an_answer(status):
    page = {"headers": {"content-type": "text/html"}, "content": b"<html>Back soon</html>"}

    with pytest.raises(UnavailableError):
        read(answering(status, **page))
    with pytest.raises(AmbiguousError):
        write(answering(status, **page))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RejectedError),
        (401, UnauthorisedError),
        (403, UnauthorisedError),
        (404, NotFoundError),
        (409, ConflictError),
        (412, ConflictError),
        (422, RejectedError),
        (429, ThrottledError),
        (302, UnavailableError),
        (408, UnavailableError),
        (500, UnavailableError),
        (503, UnavailableError),
    ],
)
def test_each_status_says_what_to_do_next(status, kind):
    with pytest.raises(ConnectorError) as caught:
        read(answering(status, json={"errortext": "no"}))

    assert type(caught.value) is kind


@pytest.mark.parametrize("status", [302, 408, 500, 503])
def test_a_server_error_after_a_write_leaves_the_outcome_open(status):
    with pytest.raises(AmbiguousError):
        write(answering(status, json={}))


def test_a_server_error_after_a_repeatable_write_is_only_unavailable():
    with pytest.raises(UnavailableError):
        write(answering(500, json={}), safe_to_repeat=True)


def test_the_vendors_own_word_comes_before_the_status():
    def classify(status, headers, data):
        return ConflictError("It exists.") if data == {"code": "DUP"} else None

    with pytest.raises(ConflictError):
        client(answering(200, json={"code": "DUP"}), classify=classify).get("/x", endpoint="GET /x")


def test_a_vendors_open_outcome_is_only_unavailable_for_a_read():
    def classify(status, headers, data):
        return AmbiguousError("It failed inside.", code="500")

    with pytest.raises(UnavailableError) as caught:
        client(answering(500, json={}), classify=classify).get("/x", endpoint="GET /x")

    assert caught.value.code == "500"


def test_a_throttle_tells_the_limiter_how_long_to_wait():
    desk = answering(429, headers={"Retry-After": "12"}, json={})

    with pytest.raises(ThrottledError) as caught:
        read(desk)

    assert caught.value.retry_after == timedelta(seconds=12)
    assert desk.limiter.refused == [timedelta(seconds=12)]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Fri, 20 Nov 2026 09:00:30 GMT", 30),
        ("Fri, 20 Nov 2026 08:00:00 GMT", 1),
        ("0", 1),
        ("999999999999", 3600),
        ("soon", 5),
    ],
)
def test_every_way_of_saying_retry_after_is_understood(header, seconds):
    with pytest.raises(ThrottledError) as caught:
        read(answering(429, headers={"Retry-After": header}, json={}))

    assert caught.value.retry_after == timedelta(seconds=seconds)


# --- no answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow")])
def test_a_refused_connection_means_nothing_was_applied(cause):
    with pytest.raises(UnavailableError, match="cannot be reached"):
        write(failing(cause))


@pytest.mark.parametrize(
    "cause",
    [
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("closed"),
    ],
)
def test_a_lost_reply_to_a_write_leaves_the_outcome_open(cause):
    desk = failing(cause)

    with pytest.raises(AmbiguousError):
        write(desk)

    assert len(desk.recorder.calls) == 1


def test_a_read_is_repeated_once_when_the_connection_was_lost():
    desk = failing(httpx.ReadError("reset"), times=1)

    assert read(desk).data == 1
    assert [call.error for call in desk.recorder.calls] == ["UnavailableError", ""]


def test_a_read_is_not_repeated_a_second_time():
    desk = failing(httpx.ReadError("reset"))

    with pytest.raises(UnavailableError):
        read(desk)

    assert len(desk.recorder.calls) == 2


def test_a_read_that_timed_out_is_not_repeated():
    desk = failing(httpx.ReadTimeout("slow"))

    with pytest.raises(UnavailableError, match="in time"):
        read(desk)

    assert len(desk.recorder.calls) == 1


def test_an_answer_without_end_is_given_up():
    def endless():
        while True:
            yield b"x" * 1_000_000

    with pytest.raises(UnavailableError, match="more than 20 MB"):
        read(bench(lambda request: httpx.Response(200, content=endless())))


def test_an_answer_of_the_largest_size_is_read():
    body = b'"' + b"x" * (SIZE_CAP - 2) + b'"'

    assert len(read(answering(200, content=body)).data) == SIZE_CAP - 2


def test_an_answer_that_trickles_is_given_up():
    def trickle():
        while True:
            desk.clock.advance(timedelta(seconds=15))
            yield b" "

    desk = bench(lambda request: httpx.Response(200, content=trickle()))

    with pytest.raises(AmbiguousError, match="did not finish"):
        write(desk)


# --- the budget -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 500])
def test_each_call_takes_and_returns_its_place(status):
    desk = answering(status, json={})

    with suppress(ConnectorError):
        write(desk)

    assert desk.limiter.log == ["acquire", "release"]


def test_nothing_is_sent_when_the_budget_is_used_up():
    desk = answering(200, json={})
    desk.limiter.full = True

    with pytest.raises(ThrottledError):
        write(desk)

    assert desk.recorder.calls == []
    assert desk.limiter.log == []


def test_a_transfer_is_not_sent_once_its_lease_is_over():
    """A worker that slept may wake up after others have sent what it held."""
    desk = answering(200, json=1)
    desk.fence.until = desk.clock() + timedelta(seconds=45)

    write(desk, keys=("sale-1",))
    desk.clock.advance(timedelta(seconds=45))
    with pytest.raises(UnavailableError):
        write(desk, keys=("sale-2",))
    write(desk)  # nobody leased this: a subscription, a search
    read(desk)

    assert [call.keys for call in desk.recorder.calls] == [("sale-1",), (), ()]
    assert desk.limiter.log.count("acquire") == desk.limiter.log.count("release")


def test_the_limiter_learns_from_the_headers():
    def learn(headers):
        return Budget(remaining=int(headers["x-left"]), reset_after=timedelta(seconds=3))

    desk = answering(200, headers={"X-Left": "17"}, json={})
    client(desk, learn=learn).get("/x", endpoint="GET /x")

    assert desk.limiter.learnt == [(None, 17, timedelta(seconds=3))]


# --- the record -----------------------------------------------------------------------------------


def test_every_call_is_recorded_without_secrets_or_shoppers():
    desk = answering(200, json={"orderid": 7, "email": "jo@example.com"})

    client(desk).send(
        "POST",
        "/orders",
        params=[("email", "jo@example.com")],
        endpoint="POST /orders",
        json={"namefirst": "Jo", "sku": "RJ-1"},
        keys=["sale:1"],
        messages=3,
    )

    (call,) = desk.recorder.calls
    assert (call.method, call.endpoint, call.status) == ("POST", "POST /orders", 200)
    assert (call.keys, call.messages, call.error) == (("sale:1",), 3, "")
    assert '"sku":"RJ-1"' in call.request
    assert '"orderid":7' in call.response
    assert not any(word in f"{call}" for word in ("jo@example", '"Jo"', "c2VjcmV0"))


def test_a_call_without_an_answer_is_recorded_too():
    desk = failing(httpx.ReadTimeout("slow"))

    with pytest.raises(AmbiguousError):
        write(desk)

    (call,) = desk.recorder.calls
    assert (call.status, call.response, call.error) == (None, "", "AmbiguousError")


def test_the_detail_of_an_error_names_no_shopper():
    with pytest.raises(RejectedError) as caught:
        read(answering(400, json={"errortext": "jo@example.com is taken"}))

    assert "GET /orders: 400" in caught.value.detail
    assert "jo@" not in caught.value.detail


# --- parsing --------------------------------------------------------------------------------------


class _Row(BaseModel):
    sku: str


class _Page(BaseModel):
    items: list[_Row]


def test_a_missing_field_is_named():
    http = client(answering(200, json={}))

    with pytest.raises(SchemaChangedError) as caught:
        http.parse(_Page, {"items": [{"sku": "a"}, {}]}, endpoint="GET /products")

    assert caught.value.field == "items[1].sku"
    assert "The till changed the shape of its answer: items[1].sku" in caught.value.sentence


def test_a_whole_answer_of_another_shape_is_said_so():
    with pytest.raises(SchemaChangedError, match="the whole"):
        client(answering(200)).parse(_Page, None, endpoint="GET /products")


def test_what_was_found_is_not_repeated_in_the_error():
    with pytest.raises(SchemaChangedError) as caught:
        client(answering(200)).parse(_Row, {"sku": ["jo@example.com"]}, endpoint="GET /x")

    assert "jo@" not in caught.value.detail
