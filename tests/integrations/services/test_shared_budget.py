"""One budget for all workers of a connection, kept in its row."""

from datetime import timedelta

import pytest

from integrations.connectors.errors import ThrottledError
from integrations.models import Connection, RateBudget
from integrations.services.budget import SharedLimiter
from tests.conftest import NOW
from tests.factories.integrations import LedgerFactory
from tests.fakes import HandClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def ledger() -> Connection:
    connection: Connection = LedgerFactory()
    RateBudget.objects.create(connection=connection, limit=3, concurrency=2)
    return connection


def limiter(ledger: Connection, clock: HandClock, owner: str = "a") -> SharedLimiter:
    return SharedLimiter(connection=ledger, clock=clock, owner=lambda: owner)


def test_two_workers_share_one_limit(ledger: Connection, clock: HandClock) -> None:
    first, second = limiter(ledger, clock), limiter(ledger, clock, "b")
    for each in (first, second, first):
        each.acquire()
        each.release()

    with pytest.raises(ThrottledError) as refused:
        second.acquire()

    assert refused.value.retry_after > timedelta(seconds=59)


def test_the_window_moves_on(ledger: Connection, clock: HandClock) -> None:
    one = limiter(ledger, clock)
    one.acquire(cost=3)
    one.release()

    clock.pass_time(seconds=61)
    one.acquire(cost=3)

    assert len(RateBudget.objects.get().grants) == 3


def test_no_more_calls_at_once_than_the_vendor_allows(ledger: Connection, clock: HandClock) -> None:
    limiter(ledger, clock, "a").acquire()
    limiter(ledger, clock, "b").acquire()

    with pytest.raises(ThrottledError):
        limiter(ledger, clock, "c").acquire()


def test_when_one_worker_is_throttled_all_of_them_wait(
    ledger: Connection, clock: HandClock
) -> None:
    limiter(ledger, clock, "a").refuse(retry_after=timedelta(seconds=30))

    with pytest.raises(ThrottledError) as refused:
        limiter(ledger, clock, "b").acquire()

    assert refused.value.retry_after == timedelta(seconds=30)
    assert RateBudget.objects.get().refused == 1


def test_a_shorter_throttle_does_not_cut_a_longer_one_short(
    ledger: Connection, clock: HandClock
) -> None:
    one = limiter(ledger, clock)
    one.refuse(retry_after=timedelta(minutes=5))
    one.refuse(retry_after=timedelta(seconds=1))

    assert RateBudget.objects.get().blocked_until == NOW + timedelta(minutes=5)


def test_what_a_header_taught_one_worker_is_known_to_all(
    ledger: Connection, clock: HandClock
) -> None:
    limiter(ledger, clock, "a").learn(limit=200, remaining=0, reset_after=timedelta(seconds=9))

    with pytest.raises(ThrottledError):
        limiter(ledger, clock, "b").acquire()
    assert RateBudget.objects.get().limit == 200
