from dataclasses import replace

import httpx
import pytest

from integrations.connectors.guarded import GuardedTransport

SANDBOX = "http://127.0.0.1:8899"


def client(
    *answers: str, allowed: tuple[str, ...] = ()
) -> tuple[httpx.Client, list[httpx.Request]]:
    """A client for which every name resolves to these addresses, and the requests that went out."""
    sent: list[httpx.Request] = []

    def network(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    def resolve(host: str, port: int) -> list[str]:
        if not answers:
            raise OSError("Name not known")
        return list(answers)

    transport = GuardedTransport(allowed, inner=httpx.MockTransport(network), resolve=resolve)
    return httpx.Client(transport=transport), sent


def test_a_public_host_is_called_by_the_address_that_was_judged():
    caller, sent = client("93.184.215.14")

    caller.get("https://vendor.example/v2/orders?num=1")

    (request,) = sent
    assert str(request.url) == "https://93.184.215.14/v2/orders?num=1"
    assert request.headers["host"] == "vendor.example"
    assert request.extensions["sni_hostname"] == "vendor.example"


@pytest.mark.parametrize("answers", [("10.0.0.8",), ("93.184.215.14", "127.0.0.1"), ("::1",)])
def test_a_name_that_turned_private_is_never_connected_to(answers):
    caller, sent = client(*answers)

    with pytest.raises(httpx.ConnectError, match="not a public address"):
        caller.get("https://vendor.example/")

    assert sent == []


@pytest.mark.parametrize("url", ["http://vendor.example/", "https://vendor.example:22/"])
def test_what_may_not_be_saved_may_not_be_called(url):
    caller, sent = client("93.184.215.14")

    with pytest.raises(httpx.ConnectError):
        caller.get(url)

    assert sent == []


def test_a_name_that_does_not_resolve_was_certainly_not_called():
    caller, _ = client()

    with pytest.raises(httpx.ConnectError):
        caller.post("https://vendor.example/", json={})


def test_an_allowed_origin_is_called_as_it_is():
    caller, sent = client("10.0.0.8", allowed=(SANDBOX,))

    caller.post(f"{SANDBOX}/sitoo", json={"a": 1})

    assert str(sent[0].url) == f"{SANDBOX}/sitoo"
    assert sent[0].read() == b'{"a":1}'


def test_a_worker_reaches_the_network_through_the_guard_only(db, monkeypatch):
    from integrations.models import Connection
    from integrations.services import wiring

    monkeypatch.setenv("TILL_PASSWORD", "x")
    contexts = []
    spec = wiring.system("sitoo")
    monkeypatch.setattr(
        wiring,
        "system",
        lambda slug: replace(spec, build=lambda _, context: contexts.append(context)),
    )
    tills = Connection(
        slug="tills",
        system="sitoo",
        settings={"base_url": "https://pos.example/v2/accounts/1", "api_id": "1-1"},
        credentials={"password": "env:TILL_PASSWORD"},
    )

    wiring.build(tills)

    assert isinstance(contexts[0].transport, GuardedTransport)
