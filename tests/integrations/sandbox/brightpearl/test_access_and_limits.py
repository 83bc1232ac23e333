"""Who may call, how often, and what every answer says about it."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import Request

PROBE = "integration-service/account-configuration"
DROP = {"brightpearl_account_token": ""}


def test_a_private_app_is_told_the_account_settings(account):
    assert account.call("GET", PROBE)["configuration"]["baseCurrencyCode"] == "GBP"


def test_a_staff_token_will_do(account):
    account.call("GET", PROBE, **DROP, brightpearl_staff_token="sandbox-staff-token")


def test_a_signed_account_token_will_do(account):
    signature = hmac.new(b"sandbox-client-secret", b"sandbox-account-token", hashlib.sha256)
    token = base64.b64encode(signature.digest()).decode()

    account.call("GET", PROBE, brightpearl_account_token=token, brightpearl_dev_ref="plumbline-dev")


def test_a_wrong_token_answers_401_with_a_bare_string_and_uses_quota(account):
    answer = account.answer("GET", PROBE, brightpearl_account_token="wrong")

    assert answer.status == 401
    assert answer.json()["response"].startswith("Not authenticated")
    assert answer.headers["brightpearl-requests-remaining"] == "199"


def grant(account, **form):
    form = {"client_id": "harbourvale_plumbline", "client_secret": "sandbox-client-secret"} | form
    request = Request("POST", "/brightpearl/oauth/token/harbourvale", body=urlencode(form).encode())
    return account.system.handle(request)


def bearer(token):
    return {"authorization": f"Bearer {token}", "brightpearl_dev_ref": "plumbline-dev"}


def test_an_authorisation_code_buys_a_token_that_opens_the_account(account):
    tokens = grant(account, grant_type="authorization_code", code="sandbox-code").json()

    answer = account.answer("GET", PROBE, **bearer(tokens["access_token"]))

    assert answer.status == 200
    assert answer.headers["brightpearl-installed-integration-instance-id"] == str(
        tokens["installation_instance_id"]
    )


def test_an_expired_token_is_renewed_with_its_refresh_token(account):
    tokens = grant(account, grant_type="authorization_code", code="sandbox-code").json()
    account.wait(7 * 24 * 3600)
    old = account.answer("GET", PROBE, **bearer(tokens["access_token"]))
    assert (old.status, old.json()["response"]) == (401, "Authorization token expired")

    again = grant(account, grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    new = account.answer("GET", PROBE, **bearer(again.json()["access_token"]))
    assert new.status == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"grant_type": "authorization_code", "code": "wrong"}, "invalid_grant"),
    ],
)
def test_a_bad_grant_is_refused(account, form, error):
    answer = grant(account, **form)

    assert (answer.status, answer.json()["error"]) == (400, error)


def test_every_answer_counts_down(account):
    headers = [account.answer("GET", PROBE).headers for _ in range(3)]

    left = [one["brightpearl-requests-remaining"] for one in headers]
    assert left == ["199", "198", "197"]
    assert len({one["ruid"] for one in headers}) == 3


def test_the_cap_answers_503_until_the_window_ends(account):
    account.system.configure({"per_minute": 2})
    account.answer("GET", PROBE)
    account.wait(20)
    account.answer("GET", PROBE)

    refused = account.answer("GET", PROBE)
    assert refused.status == 503
    assert refused.json()["response"].startswith("You have sent too many requests")
    assert refused.headers["brightpearl-next-throttle-period"] == "40000"
    account.wait(40)
    assert account.answer("GET", PROBE).status == 200


def test_the_cap_can_be_switched_off(account):
    account.system.configure({"per_minute": None})

    assert {account.answer("GET", PROBE).status for _ in range(250)} == {200}


def test_an_unknown_path_is_not_found(account):
    assert account.error("GET", "order-service/nothing") == (404, "CMNC-404")


def test_an_injected_throttle_looks_like_a_real_one(account):
    answer = account.system.refuse(Fault.THROTTLE)

    assert answer.status == 503
    assert answer.headers["brightpearl-requests-remaining"] == "0"
