"""The rate budget: never more than the vendor allows, and never idle while it allows more."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.budget import (
    HOLD_MS,
    MARGIN_MS,
    Budget,
    acquire,
    learn,
    release,
    used,
)

MINUTE = 60_000


def spend(budget: Budget, *, until_ms: int, costs: list[int], pause_ms: int) -> list[int]:
    """When each request was granted, for a caller that always waits as long as it is told."""
    now, grants, turn = 0, [], 0
    while now < until_ms:
        cost = costs[turn % len(costs)]
        budget, wait = acquire(budget, cost=cost, owner="me", now_ms=now)
        if wait:
            now += wait
            continue
        budget = release(budget, owner="me")
        grants += [now] * cost
        turn += 1
        now += pause_ms
    return grants


@given(
    limit=st.integers(1, 40),
    costs=st.lists(st.integers(1, 3), min_size=1, max_size=5),
    pause_ms=st.integers(1, 4_000),
)
def test_no_rolling_window_ever_holds_more_than_the_limit(
    limit: int, costs: list[int], pause_ms: int
) -> None:
    costs = [min(cost, limit) for cost in costs]

    grants = spend(Budget(limit, MINUTE), until_ms=4 * MINUTE, costs=costs, pause_ms=pause_ms)

    for start in grants:
        assert sum(1 for at in grants if start <= at < start + MINUTE) <= limit


def test_as_the_only_user_it_uses_the_whole_limit() -> None:
    grants = spend(Budget(200, MINUTE), until_ms=10 * MINUTE, costs=[1], pause_ms=5)

    assert len(grants) >= 200 * 10 * 97 // 100


def test_without_a_limit_nothing_waits() -> None:
    budget = Budget(None, MINUTE)

    for _ in range(1000):
        budget, wait = acquire(budget, cost=1, owner="me", now_ms=0)
        assert wait == 0


def test_a_refused_request_changes_nothing_and_says_how_long_to_wait() -> None:
    full, _ = acquire(Budget(1, MINUTE), cost=1, owner="me", now_ms=0)

    after, wait = acquire(full, cost=1, owner="me", now_ms=1_000)

    assert after == full
    assert wait == MINUTE + MARGIN_MS - 1_000


def test_after_a_throttle_nobody_calls_before_the_vendors_time() -> None:
    blocked = Budget(200, MINUTE, blocked_until_ms=30_000)

    _, early = acquire(blocked, cost=1, owner="me", now_ms=10_000)
    _, later = acquire(blocked, cost=1, owner="me", now_ms=30_000)

    assert (early, later) == (20_000, 0)


def test_it_believes_a_lower_limit_of_the_vendors_headers() -> None:
    budget = learn(Budget(200, MINUTE), limit=2, remaining=2, reset_ms=None, now_ms=0)

    grants = spend(budget, until_ms=MINUTE, costs=[1], pause_ms=1)

    assert len(grants) == 2


def test_when_others_drain_the_pool_it_waits_for_the_vendors_reset() -> None:
    budget = learn(Budget(200, MINUTE), limit=None, remaining=0, reset_ms=7_000, now_ms=0)

    _, wait = acquire(budget, cost=1, owner="me", now_ms=0)
    _, after = acquire(budget, cost=1, owner="me", now_ms=7_001)

    assert (wait, after) == (7_000 + MARGIN_MS, 0)


def test_what_the_vendor_said_remains_is_used_up_and_not_exceeded() -> None:
    budget = learn(Budget(200, MINUTE), limit=None, remaining=3, reset_ms=20_000, now_ms=-1)

    grants = spend(budget, until_ms=19_000, costs=[1], pause_ms=10)

    assert len(grants) == 3


def test_one_call_at_a_time_where_the_vendor_allows_one() -> None:
    taken, _ = acquire(Budget(None, MINUTE, concurrency=1), cost=1, owner="a", now_ms=0)

    _, wait = acquire(taken, cost=1, owner="b", now_ms=0)
    _, free = acquire(release(taken, owner="a"), cost=1, owner="b", now_ms=0)

    assert wait > 0
    assert free == 0


def test_giving_back_frees_only_ones_own_place() -> None:
    taken, _ = acquire(Budget(None, MINUTE, concurrency=1), cost=1, owner="a", now_ms=0)

    assert release(taken, owner="b").holders == taken.holders


@pytest.mark.parametrize(("after_ms", "is_free"), [(HOLD_MS - 1, False), (HOLD_MS, True)])
def test_a_caller_that_died_does_not_block_the_others_for_ever(
    after_ms: int, is_free: bool
) -> None:
    taken, _ = acquire(Budget(None, MINUTE, concurrency=1), cost=1, owner="dead", now_ms=0)

    _, wait = acquire(taken, cost=1, owner="me", now_ms=after_ms)

    assert (wait == 0) is is_free


def test_used_counts_the_window_that_ends_now() -> None:
    budget = replace(Budget(200, MINUTE), grants=(0, 1_000, 59_000))

    assert used(budget, now_ms=60_500) == 2
