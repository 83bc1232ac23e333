from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from integrations.connectors.brightpearl.calls import Calls
from integrations.connectors.brightpearl.client import Client
from integrations.connectors.errors import UnauthorisedError
from integrations.ports import Tokens
from tests.integrations.connectors.brightpearl.test_config import OAUTH
from tests.integrations.connectors.brightpearl.vendor import Vendor, answer, config, desk

EXPIRED = answer({"response": "Authorization token expired"}, 401)
RENEWED = answer({"access_token": "novel", "refresh_token": "second", "expires_in": 604800})
STATUSES = "/order-service/order-status"


def needs_fresh(request: httpx.Request) -> httpx.Response:
    is_fresh = request.headers["authorization"] == "Bearer novel"
    return answer({"response": []}) if is_fresh else EXPIRED


def client(vendor: Vendor, **changes) -> Client:
    return Client(Calls(config(**changes), desk(vendor).context))


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        pytest.param({}, {"brightpearl-account-token": "not-a-real-token"}, id="system"),
        pytest.param(
            {"dev_ref": "dev"},
            {"brightpearl-account-token": "not-a-real-token", "brightpearl-dev-ref": "dev"},
            id="registered developer",
        ),
        pytest.param(
            {"account_token": None, "staff_token": "s"},
            {"brightpearl-staff-token": "s"},
            id="staff",
        ),
        pytest.param(
            OAUTH, {"authorization": "Bearer a", "brightpearl-dev-ref": "dev"}, id="oauth"
        ),
    ],
)
def test_each_kind_of_app_has_its_own_headers(changes, headers):
    vendor = Vendor().on("GET", STATUSES, answer({"response": []}))

    client(vendor, **changes).order_statuses()

    sent = vendor.requests[0].headers
    assert headers.items() <= dict(sent).items()
    assert sent["brightpearl-app-ref"] == "acme_plumbline"


def test_an_expired_token_is_renewed_and_the_call_made_again():
    vendor = Vendor().on("GET", STATUSES, needs_fresh).on("POST", "/token/acme", RENEWED)

    assert client(vendor, **OAUTH).order_statuses() == []

    assert vendor.asked() == [f"GET {STATUSES}", "POST /token/acme", f"GET {STATUSES}"]
    assert b"grant_type=refresh_token" in vendor.requests[1].content


def test_many_calls_at_once_renew_the_token_once():
    vendor = Vendor().on("GET", STATUSES, needs_fresh).on("POST", "/token/acme", RENEWED)
    caller = client(vendor, **OAUTH)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: caller.order_statuses(), range(8)))

    assert vendor.asked().count("POST /token/acme") == 1


def test_a_refused_refresh_token_asks_for_the_account_to_be_connected_again():
    refused = answer({"error": "invalid_grant"}, 400)
    vendor = Vendor().on("GET", STATUSES, EXPIRED).on("POST", "/token/acme", refused)

    with pytest.raises(UnauthorisedError, match="connect the account again"):
        client(vendor, **OAUTH).order_statuses()


def test_a_refresh_token_that_another_process_used_up_is_no_trouble():
    class Shared:
        """Another process saved new tokens between our looking and our asking."""

        known = Tokens("a", "r")
        looks = 0

        def load(self):
            return self.known

        def load_fresh(self):
            self.looks += 1
            if self.looks > 1:
                self.known = Tokens("novel", "second")
            return self.known

    vendor = Vendor().on("GET", STATUSES, needs_fresh)
    vendor.on("POST", "/token/acme", answer({"error": "invalid_grant"}, 400))

    caller = Client(Calls(config(**OAUTH), desk(vendor).context, Shared()))

    assert caller.order_statuses() == []


def test_a_private_app_cannot_be_renewed():
    vendor = Vendor().on("GET", STATUSES, answer({"response": "Not authenticated."}, 401))

    with pytest.raises(UnauthorisedError):
        client(vendor).order_statuses()

    assert len(vendor.requests) == 1


def test_neither_tokens_nor_secrets_are_recorded():
    vendor = Vendor().on("GET", STATUSES, needs_fresh).on("POST", "/token/acme", RENEWED)
    bench = desk(vendor)

    Client(Calls(config(**OAUTH, client_secret="hush"), bench.context)).order_statuses()

    recorded = "".join(call.request + call.response for call in bench.recorder.calls)
    assert not any(secret in recorded for secret in ("hush", "novel", "second"))


def test_a_token_that_was_renewed_meanwhile_is_not_renewed_again():
    login = Calls(config(**OAUTH), desk(Vendor()).context)._login

    assert login.renew(stale="an older one")


def test_closing_a_connection_closes_the_token_hosts_pool_too():
    vendor = Vendor().on("GET", STATUSES, needs_fresh).on("POST", "/token/acme", RENEWED)
    calls = Calls(config(**OAUTH), desk(vendor).context)
    Client(calls).order_statuses()

    calls.close()

    with pytest.raises(RuntimeError, match="closed"):
        Client(calls).order_statuses()
