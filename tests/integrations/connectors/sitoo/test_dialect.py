import base64
from datetime import timedelta

import httpx
import pytest

from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.connectors.sitoo import dialect
from tests.integrations.connectors.kit import NOW
from tests.integrations.connectors.sitoo.till import Till, fixture, refused

SITES = "GET /sites.json"


def error_of(answer):
    till = Till({SITES: answer})
    with pytest.raises(ConnectorError) as caught:
        till.connector._client.sites()
    return caught.value, till


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RejectedError),
        (401, UnauthorisedError),
        (403, UnauthorisedError),
        (404, NotFoundError),
        (409, ConflictError),
        (429, ThrottledError),
        (500, UnavailableError),
    ],
)
@pytest.mark.parametrize("http_status", ["the same", 200])
def test_the_bodys_status_code_counts_even_inside_a_200(status, kind, http_status):
    body = {"statuscode": status, "errortext": "Said so."}
    answer = httpx.Response(status if http_status == "the same" else 200, json=body)

    assert type(error_of(answer)[0]) is kind


def test_sitoos_own_words_are_passed_on():
    error, _ = error_of(httpx.Response(400, json=fixture("error__missing_field")))

    assert error.sentence == "Sitoo refused it: Missing required field 'active'."
    assert error.code == "400"


def test_a_shopper_in_sitoos_words_is_not():
    error, _ = error_of(refused(400, "jo@example.com is taken"))

    assert "jo@" not in error.sentence


def test_a_failure_inside_leaves_the_outcome_of_a_post_open():
    till = Till({"POST /sites/1/products.json": refused(500, "Internal error")})

    with pytest.raises(AmbiguousError):
        till.connector._client.post_products([{}], keys=["k"])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7", "X-Rate-Limit-Reset": "1"}, 7),
        ({"X-Rate-Limit-Reset": str(int(NOW.timestamp()) + 40)}, 40),
        ({"X-Rate-Limit-Reset": "soon"}, 5),
        ({}, 5),
    ],
)
def test_a_throttle_says_how_long_to_wait(headers, seconds):
    answer = httpx.Response(429, headers=headers, json={})

    error, till = error_of(answer)

    assert error.retry_after == timedelta(seconds=seconds)
    assert till.desk.limiter.refused == [timedelta(seconds=seconds)]


def test_too_many_connections_is_a_throttle_too():
    error, _ = error_of(refused(429, "Too many connections"))

    assert isinstance(error, ThrottledError)


def test_the_budget_is_learnt_where_the_headers_tell():
    reset = str(int(NOW.timestamp()) + 30)
    headers = {
        "x-rate-limit-limit": "300",
        "x-rate-limit-remaining": "12",
        "x-rate-limit-reset": reset,
    }

    budget = dialect.learn(headers, now=NOW)

    assert (budget.limit, budget.remaining) == (300, 12)
    assert budget.reset_after == timedelta(seconds=30)


def test_nothing_is_learnt_from_silence():
    assert dialect.learn({}, now=NOW) is None
    assert dialect.learn({"x-rate-limit-remaining": "5"}, now=NOW).reset_after is None


def test_the_api_id_and_password_let_us_in():
    till = Till({SITES: {"totalcount": 0, "items": []}})
    till.connector.check()

    header = till.asked[0].headers["authorization"]
    assert base64.b64decode(header.removeprefix("Basic ")) == b"99900-1:not-a-secret"
