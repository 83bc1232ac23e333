"""Under a vendor's limit: small rounds gather, a backlog goes as evenly as the limit refills."""

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

    def test_while_half_of_the_minute_is_left_nothing_waits(self, ledger: Connection) -> None:
        used(ledger, 100, ago=timedelta(seconds=1))
        TransferFactory(connection=ledger)

        assert pace.rest_until(ledger, now=NOW) is None

    def test_beyond_half_a_small_round_waits_for_more(self, ledger: Connection) -> None:
        used(ledger, 101, ago=timedelta(seconds=1))
        TransferFactory(connection=ledger)

        assert pace.rest_until(ledger, now=NOW) == NOW + timedelta(milliseconds=500)

    def test_a_small_round_waits_no_longer_than_a_sale_may(self, ledger: Connection) -> None:
        used(ledger, 199, ago=pace.PAUSE)
        TransferFactory(connection=ledger)

        assert pace.rest_until(ledger, now=NOW) is None

    def test_a_backlog_does_not_rush_although_the_minute_is_empty(self, ledger: Connection) -> None:
        used(ledger, 20, ago=timedelta(seconds=2))
        TransferFactory.create_batch(pace.FULL, connection=ledger)

        wait = pace.rest_until(ledger, now=NOW)

        assert wait is not None
        assert timedelta(seconds=3) < wait - NOW < timedelta(seconds=4)

    def test_a_backlog_goes_on_while_its_share_lasts(self, ledger: Connection) -> None:
        used(ledger, 8, ago=timedelta(seconds=2))
        TransferFactory.create_batch(pace.FULL, connection=ledger)

        assert pace.rest_until(ledger, now=NOW) is None


def test_at_a_steady_pace_every_minute_is_full() -> None:
    """Four requests a round, as soon as the pace allows: no minute falls below 97 %."""
    late = Random(1)
    grants: tuple[int, ...] = ()
    now = MINUTE
    while now < 6 * MINUTE:
        wait = pace.steady(Budget(limit=200, window_ms=MINUTE, grants=grants), now_ms=now)
        if wait > now:
            now = wait + late.randint(0, 400)  # nobody wakes up on the dot
            continue
        used_up = sum(1 for at in grants if at > now - MINUTE - 600)
        if used_up + 4 > 200:
            now += 50
            continue
        grants += (now,) * 4
        now += late.randint(100, 900)

    minutes = [
        sum(1 for at in grants if start <= at < start + MINUTE)
        for start in range(MINUTE, 5 * MINUTE, 250)
    ]
    assert min(minutes) >= 194
    assert max(minutes) <= 200


def test_without_a_limit_the_pace_is_free() -> None:
    assert pace.steady(Budget(limit=None, window_ms=MINUTE), now_ms=MINUTE) == 0
