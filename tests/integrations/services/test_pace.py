"""Under a vendor's limit requests go as evenly as it refills; a small rush may go at once."""

from datetime import timedelta
from random import Random

import pytest

from integrations.connectors.budget import Budget
from integrations.models import Connection, RateBudget
from integrations.services import pace
from integrations.services.budget import to_ms
from tests.conftest import NOW
from tests.factories.integrations import LedgerFactory, TransferFactory

MINUTE = 60_000


@pytest.fixture
def ledger() -> Connection:
    connection: Connection = LedgerFactory()
    return connection


def used(ledger: Connection, count: int, *, ago: timedelta, limit: int | None = 200) -> None:
    at = to_ms(NOW - ago)
    RateBudget.objects.create(connection=ledger, limit=limit, grants=[at] * count)


@pytest.mark.django_db
class TestRounds:
    def test_without_a_limit_nothing_waits(self, ledger: Connection) -> None:
        used(ledger, 150, ago=timedelta(seconds=1), limit=None)

        assert pace.rest_until(ledger, now=NOW) is None

    def test_a_rush_that_is_small_for_the_limit_goes_at_once(self, ledger: Connection) -> None:
        used(ledger, 30, ago=timedelta(0))
        TransferFactory(connection=ledger)

        assert pace.rest_until(ledger, now=NOW) is None

    def test_beyond_it_rounds_wait_for_their_turn(self, ledger: Connection) -> None:
        used(ledger, 34, ago=timedelta(0))
        TransferFactory(connection=ledger)

        wait = pace.rest_until(ledger, now=NOW)

        assert wait is not None
        assert timedelta(seconds=1.4) < wait - NOW < timedelta(seconds=1.5)

    def test_a_backlog_does_not_rush_although_the_minute_is_empty(self, ledger: Connection) -> None:
        used(ledger, 20, ago=timedelta(seconds=2))
        TransferFactory.create_batch(pace.FULL, connection=ledger)

        wait = pace.rest_until(ledger, now=NOW)

        assert wait is not None
        assert timedelta(seconds=3) < wait - NOW < timedelta(seconds=4)

    def test_a_backlog_goes_on_while_it_is_not_ahead(self, ledger: Connection) -> None:
        used(ledger, 8, ago=timedelta(seconds=2))
        TransferFactory.create_batch(pace.FULL, connection=ledger)

        assert pace.rest_until(ledger, now=NOW) is None


def minutes_of(*, per_window: int, slack: int, a_round: int, busy: tuple[int, int]) -> list[int]:
    """Requests in each minute of four, by rounds that come late and take their time."""
    late = Random(1)
    grants: tuple[int, ...] = ()
    now = MINUTE
    while now < 6 * MINUTE:
        budget = Budget(limit=200, window_ms=MINUTE, grants=grants)
        wait = pace.turn(budget, per_window=per_window, slack=slack, now_ms=now)
        if wait > now:
            now = wait + late.randint(0, 400)  # nobody wakes up on the dot
            continue
        grants += (now,) * a_round
        now += late.randint(*busy)
    return [
        sum(1 for at in grants if start <= at < start + MINUTE)
        for start in range(MINUTE, 5 * MINUTE, 250)
    ]


def test_a_backlog_fills_every_minute() -> None:
    minutes = minutes_of(per_window=200, slack=pace.LATE, a_round=4, busy=(100, 900))

    assert min(minutes) >= 194
    assert max(minutes) <= 204  # the limiter itself holds back what is over


def test_lively_trade_never_meets_the_limit() -> None:
    """Its rush and its steady pace fit into one minute together."""
    minutes = minutes_of(per_window=170, slack=30, a_round=2, busy=(50, 300))

    assert max(minutes) <= 200
