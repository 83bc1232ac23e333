"""Subscriptions at the vendor are made, and made again when they were dropped."""

from typing import Any

import pytest

from integrations.connectors.errors import UnavailableError
from integrations.models import Connection, StreamCursor
from integrations.services.subscriptions import renew
from tests.factories.integrations import LedgerFactory
from tests.fakes import Worker

pytestmark = pytest.mark.django_db
OURS = "https://plumbline.example/webhooks/ledger"


@pytest.fixture
def ledger(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Connection:
    settings.PLUMBLINE_PUBLIC_URL = "https://plumbline.example"
    monkeypatch.setenv("LEDGER_TOKEN", "t0ken")
    connection: Connection = LedgerFactory(
        settings={"base_url": "https://erp.example/api/acme", "app_ref": "plumbline"},
        credentials={"account_token": "env:LEDGER_TOKEN", "webhook_token": "env:LEDGER_TOKEN"},
    )
    return connection


def test_a_missing_subscription_is_made_once(hub: Worker, ledger: Connection) -> None:
    renew(hub.rt, ledger)
    renew(hub.rt, ledger)

    assert hub.ledger.subscribed == [OURS]


def test_a_dropped_subscription_is_made_again_and_when_it_was_last_seen_is_kept(
    hub: Worker, ledger: Connection
) -> None:
    renew(hub.rt, ledger)
    hub.ledger.subscribed.clear()
    hub.clock.pass_time(hours=1)

    renew(hub.rt, ledger)

    assert hub.ledger.subscribed == [OURS]
    assert StreamCursor.objects.get(stream="subscriptions").read_at == hub.clock()


def test_without_a_public_address_nothing_is_subscribed(
    hub: Worker, ledger: Connection, settings: Any
) -> None:
    settings.PLUMBLINE_PUBLIC_URL = ""

    renew(hub.rt, ledger)

    assert hub.ledger.subscribed == []


def test_a_vendor_that_is_down_is_asked_again_later(hub: Worker, ledger: Connection) -> None:
    hub.ledger.trouble = UnavailableError("Out of service.")

    again_at = renew(hub.rt, ledger)

    assert again_at is not None
    assert again_at > hub.clock()
