from datetime import timedelta

import pytest

from integrations.connectors.brightpearl.envelope import classify, learn
from integrations.connectors.errors import (
    ConflictError,
    NotFoundError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
)
from tests.integrations.connectors.brightpearl.vendor import QUOTA, fixture


def error(code: str, message: str = "It is not so") -> dict:
    return {"errors": [{"code": code, "message": message}]}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(400, error("ORDC-005"), RejectedError, id="validation"),
        pytest.param(500, error("CMNC-018"), RejectedError, id="a client error as 500"),
        pytest.param(200, error("WHSC-014"), RejectedError, id="an error inside a 200"),
        pytest.param(404, error("CMNC-404"), NotFoundError, id="not found"),
        pytest.param(400, error("ORDC-DUP"), ConflictError, id="known duplicate"),
        pytest.param(400, error("ACCC-9", "Reference already exists"), ConflictError, id="text"),
        pytest.param(412, error("WHSC-1", "Version mismatch"), ConflictError, id="stale version"),
        pytest.param(401, {"response": "Authorization token expired"}, UnauthorisedError, id="401"),
        pytest.param(503, fixture("throttled"), ThrottledError, id="throttled"),
        pytest.param(429, None, ThrottledError, id="429"),
        pytest.param(
            200, error("X", "You have sent too many requests."), ThrottledError, id="in errors"
        ),
    ],
)
def test_the_error_code_decides_before_the_status(status, body, kind):
    assert type(classify(status, QUOTA, body)) is kind


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, {"response": 1}, id="success"),
        pytest.param(200, {}, id="empty success"),
        pytest.param(500, error("CMNU-003"), id="internal error"),
        pytest.param(503, None, id="unavailable"),
        pytest.param(500, {"errors": [{"message": "?"}]}, id="500 without a code"),
    ],
)
def test_what_only_the_status_can_tell_is_left_to_the_common_table(status, body):
    assert classify(status, QUOTA, body) is None


def test_the_wait_is_in_milliseconds():
    assert classify(503, QUOTA, fixture("throttled")).retry_after == timedelta(milliseconds=23817)


def test_a_throttle_without_the_vendors_header_obeys_retry_after():
    assert classify(429, {"retry-after": "30"}, None).retry_after == timedelta(seconds=30)


def test_the_quota_headers_teach_the_budget():
    budget = learn(QUOTA)

    assert (budget.remaining, budget.reset_after) == (150, timedelta(milliseconds=23817))


def test_no_quota_headers_teach_nothing():
    assert learn({}) is None


def test_a_refusal_does_not_repeat_an_address_of_a_shopper():
    refused = classify(400, {}, error("CNTC-1", "Bad address ann@shop.example"))

    assert "ann@" not in refused.sentence


def test_a_throttle_that_does_not_say_how_long_is_obeyed_for_a_while():
    assert classify(429, {}, None).retry_after == timedelta(seconds=5)
