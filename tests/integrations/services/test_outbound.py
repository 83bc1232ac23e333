"""One POST to a public address, judged again at the moment of the call."""

import httpx
import pytest

from integrations.connectors.addresses import AddressError
from integrations.connectors.guarded import GuardedTransport
from integrations.services.outbound import Outcome, check_hook, post

URL = "https://hooks.example.com/T0/secret?sig=1"


def answering(status=200, error=None, **headers):
    def handle(request: httpx.Request) -> httpx.Response:
        if error is not None:
            raise error
        return httpx.Response(status, headers=headers, text="internal: 10.0.0.5")

    return httpx.MockTransport(handle)


@pytest.mark.parametrize(
    ("transport", "outcome"),
    [
        (answering(204), Outcome.DELIVERED),
        (answering(302, Location="https://169.254.169.254/"), Outcome.NOT_SENT),
        (answering(404), Outcome.REFUSED),
        (answering(429), Outcome.NOT_SENT),
        (answering(503), Outcome.NOT_SENT),
        (answering(error=httpx.ConnectError("refused")), Outcome.NOT_SENT),
        (answering(error=httpx.ReadTimeout("slow")), Outcome.UNKNOWN),
        (answering(error=httpx.RemoteProtocolError("gone")), Outcome.UNKNOWN),
    ],
    ids=["taken", "moved", "refused", "busy", "down", "unreachable", "slow", "lost"],
)
def test_an_answer_says_what_to_do_next_and_repeats_nothing(transport, outcome):
    found, sentence = post(URL, b"{}", {}, transport=transport)

    assert found == outcome
    assert "10.0.0.5" not in sentence
    assert "secret" not in sentence


def test_a_name_that_resolves_inside_is_not_called():
    called = []
    inner = httpx.MockTransport(lambda request: called.append(request) or httpx.Response(200))
    rebinding = GuardedTransport((), inner=inner, resolve=lambda host, port: ["10.0.0.5"])

    assert post(URL, b"{}", {}, transport=rebinding)[0] == Outcome.NOT_SENT
    assert called == []


def test_a_query_is_allowed_and_a_fragment_is_not():
    assert check_hook(URL) == URL
    with pytest.raises(AddressError):
        check_hook("https://hooks.example.com/x#y")


def test_an_address_that_became_private_is_refused_at_the_call():
    assert post("http://127.0.0.1:1/x", b"{}", {})[0] == Outcome.NOT_SENT
