"""A small retailer in trouble, and programs that call the API for somebody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from config.tokens.issue import make_token
from integrations.api.kit import Scope
from integrations.public import CallLog, Store, TransferAttempt
from monitoring.services.cases import refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows

Program = Callable[..., Client]


@pytest.fixture(autouse=True)
def no_guesses_yet() -> None:
    cache.clear()


@pytest.fixture
def token_of(db: None) -> Callable[..., str]:
    """Make a token of `user` with every scope, or with those given; returns the secret."""

    def make(user: Any, *scopes: str) -> str:
        return make_token(
            name="Stock robot",
            user=user,
            scopes=scopes or tuple(Scope),
            lasts=timedelta(days=1),
            by="test",
            now=timezone.now(),
        )[1]

    return make


@pytest.fixture
def program(token_of: Callable[..., str]) -> Program:
    """A client that sends a token of `user` with every request."""

    def make(user: Any, *scopes: str) -> Client:
        return Client(headers={"Authorization": f"Bearer {token_of(user, *scopes)}"})

    return make


@pytest.fixture
def ops(program: Program, ops_user: Any) -> Client:
    return program(ops_user)


@pytest.fixture
def leeds(db: None) -> Store:
    return Store.objects.create(code="LDS01", name="Leeds", timezone="Europe/London")


@pytest.fixture
def trade(leeds: Store) -> Callable[[int], None]:
    """Ring up `count` sales that are complete, and as many that are held for Klarna."""

    def ring_up(count: int) -> None:
        for _ in range(count):
            _complete(leeds)
            held = rows.receipt(store=leeds, business_date=NOW.date(), state="held")
            rows.hold("PAYMENT_UNMAPPED", "Klarna", table="payment-type", document=held)
        refresh_cases(now=NOW)

    return ring_up


def _complete(store: Store) -> None:
    """One posted sale: a line, a tender, its order at the ERP, the request that made it."""
    sale = rows.receipt(store=store, business_date=NOW.date(), posted_at=NOW)
    rows.line(sale, f"SKU-{sale.pk}")
    sale.tenders.create(index=0, name="Card", amount=sale.gross)
    rows.stands_at(sale, f"SO-{sale.pk}")
    sent = {"state": "posted", "external_ref": f"SO-{sale.pk}", "posted_at": NOW}
    order = rows.transfer(document=sale, value=sale.gross, **sent)
    call = CallLog.objects.create(
        connection=rows.ledger(),
        method="POST",
        endpoint="order",
        path="/order-service/order",
        status=200,
        started_at=NOW,
        milliseconds=41,
        request="{}",
        response='{"response": 1}',
    )
    TransferAttempt.objects.create(
        transfer=order, at=NOW, action="send", outcome="posted", call=call
    )
    rows.level(f"SKU-{sale.pk}", desired=3, told=2, told_at=NOW)
