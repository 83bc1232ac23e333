"""One budget row for all processes: what is taken, what is given back, what headers change."""

from datetime import datetime, timedelta

import pytest

from integrations.connectors.errors import ThrottledError
from integrations.models import Connection, RateBudget
from integrations.services.budget import SharedLimiter

MINUTE = timedelta(seconds=60)


@pytest.fixture
def budget(db: None) -> RateBudget:
    """Two requests a minute of an ERP."""
    erp = Connection.objects.create(slug="erp", system="brightpearl", label="ERP", role="erp")
    return RateBudget.objects.create(connection=erp, limit=2, window_seconds=60)


def limiter(budget: RateBudget, now: datetime, *, owner: str = "here:1:1") -> SharedLimiter:
    return SharedLimiter(budget.connection, clock=lambda: now, owner=lambda: owner)


def test_two_processes_share_what_is_allowed(budget: RateBudget, now: datetime) -> None:
    limiter(budget, now, owner="elsewhere:1:1").acquire()
    limiter(budget, now, owner="elsewhere:2:1").acquire()

    with pytest.raises(ThrottledError) as refused:
        limiter(budget, now).acquire()

    assert refused.value.retry_after > MINUTE


def test_headers_change_nothing_that_was_granted(budget: RateBudget, now: datetime) -> None:
    ours = limiter(budget, now)
    ours.acquire()

    ours.learn(limit=None, remaining=7, reset_after=MINUTE)

    budget.refresh_from_db()
    assert (budget.limit, len(budget.grants), budget.remaining) == (2, 1, 7)
    assert budget.resets_at == now + MINUTE


def test_a_place_is_free_again_when_the_call_ended(budget: RateBudget, now: datetime) -> None:
    RateBudget.objects.update(limit=None, concurrency=1)
    ours = limiter(budget, now)
    ours.acquire()
    with pytest.raises(ThrottledError):
        limiter(budget, now, owner="elsewhere:2:1").acquire()

    ours.release()

    limiter(budget, now, owner="elsewhere:2:1").acquire()
