"""Refusals in all their shapes, ranges of ids, exact numbers on the wire."""

import json
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from integrations.canonical.fulfilment import Tracking
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.dialect import classify, learn, message
from integrations.connectors.bigcommerce.shipping import carrier_fields
from integrations.connectors.bigcommerce.spec import SPEC
from integrations.connectors.bigcommerce.streams import runs
from integrations.connectors.bodies import Number, write_json
from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    NotFoundError,
    RejectedError,
    SchemaChangedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.connectors.http import VendorHttp
from tests.integrations.connectors.bigcommerce.shop import settings
from tests.integrations.connectors.kit import NOW, bench


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([{"status": 404, "message": "The requested resource was not found."}],
         "The requested resource was not found."),
        ({"status": 422, "title": "Invalid", "errors": {"destination": "missing"}},
         "Invalid destination: missing"),
        ({"data": [{"status": 422, "title": "Too much"}], "meta": {}}, "Too much"),
        ({"data": [{"order_id": 1, "status": 503, "error": "Tax is down"}]}, "Tax is down"),
        ({"batch_errors": [{"message": "No such variant"}]}, "No such variant"),
        ("<html>", ""),
        (None, ""),
    ],
    ids=["v2", "v3", "a refund's", "a tax service's", "a batch's", "a page", "nothing"],
)  # fmt: skip
def test_every_shape_of_refusal_is_understood(body, says):
    assert message(body) == says


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, RejectedError), (401, UnauthorisedError), (403, UnauthorisedError),
     (404, NotFoundError), (409, ConflictError), (413, RejectedError), (422, RejectedError),
     (423, UnavailableError), (429, ThrottledError)],
)  # fmt: skip
def test_a_status_has_its_error(status, kind):
    error = classify(status, {}, {"title": "No"}, now=NOW)

    assert type(error) is kind


@pytest.mark.parametrize("status", [200, 204, 207, 408, 500, 503])
def test_what_the_common_table_knows_better_is_left_to_it(status):
    assert classify(status, {}, None, now=NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-rate-limit-time-reset-ms": "15000"}, 15),
        ({"x-rate-limit-time-reset-ms": "200"}, 3),
        ({"x-retry-after": "20"}, 20),
        ({"x-rate-limit-time-reset-ms": "soon"}, 10),
        ({}, 10),
    ],
    ids=["the window", "a floor", "the other header", "no number", "nothing"],
)
def test_a_throttle_waits_as_long_as_it_should(headers, seconds):
    error = classify(429, headers, None, now=NOW)

    assert error.retry_after == timedelta(seconds=seconds)


def test_the_quota_is_learnt_where_it_is_told():
    told = learn(
        {
            "x-rate-limit-requests-quota": "450",
            "x-rate-limit-requests-left": "12",
            "x-rate-limit-time-reset-ms": "8000",
        }
    )

    assert (told.limit, told.remaining, told.reset_after) == (450, 12, timedelta(seconds=8))
    assert learn({}) is None


def test_one_refund_at_a_time_is_waited_for():
    body = {"title": "Another refund of this order is in progress."}

    assert isinstance(classify(422, {}, body, now=NOW), UnavailableError)


@pytest.mark.parametrize(
    ("ids", "ranges"),
    [
        ([], []),
        ([7], [[7]]),
        ([1, 2, 3, 9], [[1, 2, 3, 9]]),
        ([1, 100], [[1], [100]]),
        (list(range(1, 61)), [list(range(1, 51)), list(range(51, 61))]),
    ],
    ids=["none", "one", "neighbours", "far apart", "more than a page"],
)
def test_ids_are_read_in_ranges_where_they_lie_close(ids, ranges):
    assert list(runs(ids)) == ranges


@pytest.mark.parametrize(
    ("carrier", "fields"),
    [
        ("Royal Mail", ("royalmail", "")),
        ("dpd", ("", "dpd-uk")),
        (" Evri ", ("", "myhermes-uk")),
        ("Harbour Couriers", ("Harbour Couriers", "")),
        ("", ("", "")),
    ],
)
def test_a_carrier_is_named_as_the_shop_knows_it(carrier, fields):
    assert tuple(carrier_fields(Tracking(carrier=carrier)).values()) == fields


def test_an_exact_number_is_written_digit_by_digit():
    body = {"amount": Number(Decimal("10.80")), "text": "10.80", "plain": Decimal("1.10")}

    assert write_json(body) == b'{"amount":10.80,"text":"10.80","plain":"1.10"}'


def shop(answer):
    return SPEC.build(settings(), bench(answer).context)


def test_the_token_goes_to_our_own_address_only():
    asked = []

    def answer(request):
        asked.append(request)
        links = {"next": "https://elsewhere.example/v3/orders/payment_actions/refunds?page=2"}
        page = {"total_pages": 1, "current_page": 1, "links": links}
        return httpx.Response(200, json={"data": [], "meta": {"pagination": page}})

    shop(answer).read("refunds", "", now=NOW)

    assert {request.url.host for request in asked} == {"api.example.com"}
    assert asked[0].headers["X-Auth-Token"] == "t0ken"


def test_a_list_of_another_shape_is_a_changed_schema():
    with pytest.raises(SchemaChangedError):
        shop(lambda request: httpx.Response(200, json={"orders": []})).read("orders", "", now=NOW)


def test_a_web_page_instead_of_an_answer_is_an_outage():
    page = httpx.Response(
        200, text="<html>Maintenance</html>", headers={"content-type": "text/html"}
    )

    with pytest.raises(UnavailableError):
        shop(lambda request: page).read("orders", "", now=NOW)


def test_a_success_that_cannot_be_read_leaves_a_shipment_open():
    def answer(request):
        return httpx.Response(201, content=json.dumps({"shipment": 1}))

    http = VendorHttp(
        base_url="https://api.example.com/stores/abc123",
        headers=dict,
        context=bench(answer).context,
        classify=lambda status, headers, data: None,
        system_label="BigCommerce",
    )

    with pytest.raises(AmbiguousError):
        BigCommerceClient(http).post_shipment("1", {}, keys=[])
