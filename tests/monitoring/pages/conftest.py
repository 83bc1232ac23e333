"""A small retailer in trouble, and browsers of the people who look at it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from integrations.public import Document, MappingRow, Store, Sweep, TransferAttempt
from monitoring.models import AlertChannel, RoutingRule, Team
from monitoring.services.cases import refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows

Browser = Callable[[Any], Client]


@pytest.fixture
def browser() -> Browser:
    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def ops(browser: Browser, ops_user: Any) -> Client:
    return browser(ops_user)


@pytest.fixture
def finance(browser: Browser, finance_user: Any) -> Client:
    return browser(finance_user)


@pytest.fixture
def admin(browser: Browser, admin_user: Any) -> Client:
    return browser(admin_user)


@pytest.fixture
def leeds(db: None) -> Store:
    return Store.objects.create(code="LDS01", name="Leeds", timezone="Europe/London")


@pytest.fixture
def trouble(leeds: Store) -> Callable[[int], None]:
    """Ring up `count` sales of each kind: complete, on their way, and held for Klarna."""

    def ring_up(count: int) -> None:
        link = rows.pair()
        MappingRow.objects.update_or_create(
            link=link,
            table="store-warehouse",
            source_value="3",
            defaults={
                "source_label": "Leeds",
                "target": {"warehouse": "12"},
                "changed_at": NOW,
                "changed_by": "Ada",
            },
        )
        rows.change("store-warehouse", "3", {"warehouse": "12"})
        Sweep.objects.get_or_create(name="plan", defaults={"every_seconds": 5, "due_at": NOW})
        for _ in range(count):
            _sale(leeds)
            _settings()
        rows.replay(*Document.objects.filter(state="held"))
        refresh_cases(now=NOW)

    return ring_up


def _settings() -> None:
    """One more channel and one more rule that gives everything to whom it belongs anyhow."""
    number = AlertChannel.objects.count() + 1
    finance = Team.objects.get(code="FIN")
    AlertChannel.objects.create(
        team=finance, kind="chat", label=f"Room {number}", shown="example.com", made_at=NOW
    )
    RoutingRule.objects.create(position=number, type_key="PAYMENT_UNMAPPED", team=finance)


def _sale(store: Store) -> None:
    """One complete sale with its order, one on its way, one held for its payment type."""
    placed = {"store": store, "business_date": NOW.date(), "planned_at": NOW}
    done = rows.receipt(**placed, posted_at=NOW)
    sent = {"state": "posted", "external_ref": f"SO-{done.pk}", "posted_at": NOW}
    order = rows.transfer(document=done, **sent)
    TransferAttempt.objects.create(transfer=order, at=NOW, action="send", outcome="Done")
    rows.line(done, f"SKU-{done.pk}")
    rows.level(f"SKU-{done.pk}", desired=3, told=2, told_at=NOW - timedelta(minutes=1))
    rows.transfer(document=rows.receipt(**placed, state="posting"))
    held = rows.receipt(**placed, state="held")
    rows.hold("PAYMENT_UNMAPPED", "Klarna", table="payment-type", document=held)
