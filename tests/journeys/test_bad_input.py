"""What people and strangers get wrong: each is told in a sentence, and nothing is kept by half."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from integrations.connectors.guarded import GuardedTransport
from integrations.models import Connection, InboundEvent
from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.server import SandboxServer
from integrations.services import wiring
from tests.factories.integrations import LedgerFactory, TillsFactory

pytestmark = pytest.mark.django_db
EXAMPLE = Path("config/retailers/sitoo-brightpearl.yaml")
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
ROW = "700001,22001,KETTLE,2,2011-03-01 09:11:00,9.95,,UK"
MEGABYTE = 1024 * 1024
TOLD = "tills:correct-horse"


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    running = SandboxServer(Sandbox(), port=0)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def tills(monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Tills that know their webhooks by a user name and a password."""
    monkeypatch.setenv("TILLS_PASSWORD", "not-the-right-one")
    monkeypatch.setenv("TILLS_HOOK", TOLD.partition(":")[2])
    connection: Connection = TillsFactory(
        settings={
            "base_url": "https://tills.example/v2/accounts/99900",
            "site_id": 1,
            "api_id": "99900-1",
            "webhook_user": "tills",
        },
        credentials={"password": "env:TILLS_PASSWORD", "webhook_password": "env:TILLS_HOOK"},
    )
    return connection


@pytest.fixture
def move(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Point a connection at an origin of this machine; what it opens there is closed again."""
    transports: list[GuardedTransport] = []

    def to(connection: Connection, origin: str) -> None:
        settings.PLUMBLINE_ALLOWED_ORIGINS = [origin]
        transports.append(GuardedTransport([origin]))
        monkeypatch.setattr(wiring, "_connectors", wiring.Connectors(transports[-1]))
        connection.settings["base_url"] = f"{origin}/sitoo/v2/accounts/99900"
        connection.save(update_fields=["settings"])

    yield to
    for transport in transports:
        transport.close()


def apply(file: Path) -> None:
    call_command("operating_model", "apply", str(file), stdout=io.StringIO())


def checked() -> str:
    """What `connections check` says of connections that are not ready."""
    out = io.StringIO()
    with pytest.raises(CommandError, match="Not ready"):
        call_command("connections", "check", stdout=out)
    return out.getvalue()


def ring_up(server: SandboxServer, path: Path, text: str) -> None:
    path.write_text(text)
    call_command("trade", str(path), url=server.url, stores=2, stdout=io.StringIO())


def tell(body: bytes, *, told: str = TOLD, path: str = "/webhooks/tills/events") -> Any:
    """What a webhook with these credentials is answered."""
    credentials = base64.b64encode(told.encode()).decode()
    return Client().post(
        path, body, content_type="application/json", HTTP_AUTHORIZATION=f"Basic {credentials}"
    )


def order_event(**changed: Any) -> bytes:
    event = {"event_id": "e-1", "event_type": "order", "data": {"order_id": 1001}}
    return json.dumps([event | changed]).encode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("retailer: [unclosed", r"shop\.yaml:\d+.* not YAML"),
        ("\tretailer: x", r"shop\.yaml:1.* not YAML"),
        ("", "The file is empty"),
        ("- a\n- b\n", "must be a mapping that begins with “retailer:”"),
        ("retailer: &a {name: *a}", "Anchors and aliases"),
        ("retailer: !!python/object/apply:os.system [ls]", "The tag .* is not used here"),
        ("\0", "not YAML"),
    ],
    ids=["unclosed", "tab", "empty", "a list", "an anchor", "a tag", "a control character"],
)
def test_a_file_that_is_no_operating_model_sets_nothing_up(
    tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text)

    with pytest.raises(CommandError, match=sentence):
        apply(file)
    assert not Connection.objects.exists()


def test_a_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_bytes("retailer: {name: Café}".encode("latin-1"))

    with pytest.raises(CommandError, match=r"shop\.yaml is not in UTF-8"):
        apply(file)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        apply(tmp_path / "shop.yaml")


@pytest.mark.parametrize(
    "url", ["tills.example", "not a url", "ftp://tills.example", "https://", "javascript:alert(1)"]
)
def test_an_address_that_is_none_is_refused_with_its_line(tmp_path: Path, url: str) -> None:
    file = tmp_path / "shop.yaml"
    text = EXAMPLE.read_text().replace("http://127.0.0.1:8899/sitoo/v2/accounts/99900", url)
    file.write_text(text)

    with pytest.raises(CommandError, match=r"shop\.yaml:\d+ connections\.sitoo\.settings"):
        apply(file)
    assert not Connection.objects.exists()


def test_wrong_credentials_are_said_without_being_shown(
    tills: Connection, sandbox: SandboxServer, move: Callable[..., None]
) -> None:
    move(tills, sandbox.url)

    said = checked()

    assert "FAIL tills" in said
    assert "credentials" in said
    assert "not-the-right-one" not in said


def test_an_unreachable_host_is_said(tills: Connection, move: Callable[..., None]) -> None:
    move(tills, "http://127.0.0.1:9")

    assert "cannot be reached" in checked()


def test_a_password_that_is_not_set_is_named(
    tills: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TILLS_PASSWORD")

    assert "Not set in the environment: TILLS_PASSWORD." in checked()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{HEADER},Colour\n{ROW},red\n", "column Colour: no trade file layout has this column"),
        (f"{HEADER.replace(',Quantity', '')}\n", "column Quantity: the column is missing"),
        (f"{HEADER}\n{ROW}\n{ROW.replace('2,2011', 'two,2011')}\n", "line 3, column Quantity"),
        (f"{HEADER}\n{ROW.replace('2011-03-01', '2011-02-30')}\n", "line 2, column InvoiceDate"),
        (f"{HEADER}\n{ROW.replace('9.95', 'NaN')}\n", "line 2, column UnitPrice"),
        ("", "day.csv"),
    ],
    ids=["an unknown column", "a missing one", "no number", "no day", "not a number", "empty"],
)
def test_a_trade_file_with_a_mistake_rings_nothing_up(
    sandbox: SandboxServer, tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        ring_up(sandbox, tmp_path / "day.csv", text)
    assert len(sandbox.sandbox.sitoo.state.orders) == 0


@pytest.mark.parametrize("told", ["", "tills:", "tills:wrong", ":", TOLD.upper()])
def test_a_webhook_without_our_credentials_stores_nothing_and_is_counted(
    tills: Connection, told: str
) -> None:
    answer = tell(order_event(), told=told)

    tills.refresh_from_db()
    assert (answer.status_code, tills.refused_webhooks) == (401, 1)
    assert answer.json()["message"].endswith("Nothing was stored.")
    assert not InboundEvent.objects.exists()


def test_a_webhook_of_fifty_megabytes_is_refused_unread(tills: Connection) -> None:
    answer = tell(b"[" + b" " * 50 * MEGABYTE + b"]")

    assert answer.status_code == 413
    assert answer.json()["message"].endswith("Nothing was stored.")
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b'{"event_id": "e-1"}',
        b"[" * 100_000,
        b"\xff\xfe",
        b"[1, 2]",
        order_event(data={"order_id": "9" * 121}),
    ],
    ids=["nothing", "a page", "an object", "a deep nest", "no text", "numbers", "an endless id"],
)
def test_a_webhook_that_is_none_is_refused_in_a_sentence(tills: Connection, body: bytes) -> None:
    answer = tell(body)

    assert answer.status_code == 400
    assert answer.json()["message"].endswith("Nothing was stored.")
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "event",
    [
        order_event(event_id="e" * 300),
        order_event(event_id="e\0"),
        order_event(data={"order_id": 1001, "note": "a\0b"}),
        order_event(data={"order_id": 1001, "note": "half an emoji \ud83d"}),
        order_event(event_date=10**30),
    ],
    ids=[
        "a long name",
        "a name that no database keeps",
        "a zero byte",
        "half a letter",
        "a date beyond time",
    ],
)
def test_an_odd_event_is_still_one_hint(tills: Connection, event: bytes) -> None:
    answers = [tell(event).status_code, tell(event).status_code]

    assert answers == [200, 200]
    assert InboundEvent.objects.get().external_id == "1001"


def test_every_event_name_of_the_ledger_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_TOKEN", "t0ken")
    LedgerFactory(
        settings={"base_url": "https://erp.example/api/acme", "app_ref": "plumbline"},
        credentials={"account_token": "env:LEDGER_TOKEN", "webhook_token": "env:LEDGER_TOKEN"},
    )
    event = {"fullEvent": "product.modified.on-hand-modified", "id": "1000001-1000003"}
    body = json.dumps(event | {"raisedOn": "2026-03-28T10:30:00.000+00:00"})

    answer = tell(body.encode(), path="/webhooks/ledger?token=t0ken")

    assert answer.status_code == 200
    assert InboundEvent.objects.count() == 3


def test_a_connection_that_nobody_set_up_is_not_found() -> None:
    assert tell(order_event()).status_code == 404
