"""The rate budget of one connection. Pure: state in, state and wait out; all times in milliseconds.

A sliding window: request n is granted only when request n − limit is older than the window, so no
rolling minute ever holds more than the vendor allows, however the vendor counts.
"""

from dataclasses import dataclass, replace

# The vendor counts on arrival, we on departure: keep requests apart by this much more.
MARGIN_MS = 600
# A caller that died holds its place no longer than this.
HOLD_MS = 35_000


@dataclass(frozen=True, slots=True)
class Holder:
    owner: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class Budget:
    """`limit` requests per `window_ms`, at most `concurrency` at once; None means not limited."""

    limit: int | None
    window_ms: int
    concurrency: int | None = None
    grants: tuple[int, ...] = ()
    holders: tuple[Holder, ...] = ()
    blocked_until_ms: int = 0
    remaining: int | None = None
    remaining_at_ms: int = 0
    resets_at_ms: int = 0


def acquire(budget: Budget, *, cost: int, owner: str, now_ms: int) -> tuple[Budget, int]:
    """The budget after taking `cost` requests and 0, or unchanged and the milliseconds to wait."""
    budget = _forget_the_past(budget, now_ms)
    wait = max(
        budget.blocked_until_ms - now_ms,
        _window_wait(budget, cost, now_ms),
        _vendor_wait(budget, cost, now_ms),
        _place_wait(budget, now_ms),
    )
    if wait > 0:
        return budget, wait
    holders = budget.holders
    if budget.concurrency is not None:
        holders = (*holders, Holder(owner, now_ms + HOLD_MS))
    grants = (*budget.grants, *[now_ms] * cost) if budget.limit is not None else ()
    return replace(budget, grants=grants, holders=holders), 0


def release(budget: Budget, *, owner: str) -> Budget:
    """Give the caller's place back; once per acquire."""
    holders = list(budget.holders)
    for holder in holders:
        if holder.owner == owner:
            holders.remove(holder)
            break
    return replace(budget, holders=tuple(holders))


def learn(
    budget: Budget, *, limit: int | None, remaining: int | None, reset_ms: int | None, now_ms: int
) -> Budget:
    """Believe the vendor's headers: others may use the same pool."""
    return replace(
        budget,
        limit=limit if limit is not None else budget.limit,
        remaining=remaining,
        remaining_at_ms=now_ms,
        resets_at_ms=now_ms + reset_ms if reset_ms is not None else 0,
    )


def used(budget: Budget, *, now_ms: int) -> int:
    """Requests granted inside the window that ends now."""
    return sum(1 for at in budget.grants if at > now_ms - budget.window_ms)


def _forget_the_past(budget: Budget, now_ms: int) -> Budget:
    horizon = now_ms - budget.window_ms - MARGIN_MS
    return replace(
        budget,
        grants=tuple(at for at in budget.grants if at > horizon),
        holders=tuple(h for h in budget.holders if h.until_ms > now_ms),
    )


def _window_wait(budget: Budget, cost: int, now_ms: int) -> int:
    if budget.limit is None:
        return 0
    over = len(budget.grants) + cost - budget.limit
    if over <= 0:
        return 0
    oldest = budget.grants[min(over, len(budget.grants)) - 1] if budget.grants else now_ms
    return oldest + budget.window_ms + MARGIN_MS - now_ms


def _vendor_wait(budget: Budget, cost: int, now_ms: int) -> int:
    """Others drain the pool faster than we do: wait for the vendor's own reset."""
    if budget.remaining is None or budget.resets_at_ms <= now_ms:
        return 0
    ours_since = sum(1 for at in budget.grants if at > budget.remaining_at_ms)
    if budget.remaining - ours_since >= cost:
        return 0
    return budget.resets_at_ms + MARGIN_MS - now_ms


def _place_wait(budget: Budget, now_ms: int) -> int:
    if budget.concurrency is None or len(budget.holders) < budget.concurrency:
        return 0
    return 50  # a call is under way; it ends soon
