"""When a channel may be told: quiet hours, no floods, digests at the start of work. Pure."""

from datetime import datetime, timedelta

from monitoring.working_time import Hours, open_since

MINUTE = timedelta(minutes=1)
URGENT_GAP, USUAL_GAP = 4 * MINUTE, 30 * MINUTE  # the longest that anything is kept back
TRIES = (
    timedelta(seconds=30),
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    60 * MINUTE,
)
GIVE_UP = 30  # tries: more than a day of them


def may_tell(
    *, now: datetime, hours: Hours, urgent: bool, last: datetime | None, recent: int
) -> bool:
    """Say whether a channel that was told `recent` times in the last hour may be told again.

    Out of hours only what is urgent is said. The more was said, the longer the rest is gathered:
    at once, then after two minutes, four, eight.
    """
    if not urgent and open_since(now, hours) is None:
        return False
    return last is None or now - last >= gap(recent, urgent=urgent)


def gap(recent: int, *, urgent: bool) -> timedelta:
    """Return how long to gather after `recent` messages within the hour."""
    if not recent:
        return timedelta()
    return min(MINUTE * 2 ** min(recent, 10), URGENT_GAP if urgent else USUAL_GAP)


def digest_due(*, now: datetime, hours: Hours, last: datetime | None) -> bool:
    """Say whether the digest of this working day is still to be sent."""
    opened = open_since(now, hours)
    return opened is not None and (last is None or last < opened)


def next_try(attempts: int, *, now: datetime) -> datetime:
    """Return when a message that could not be delivered is tried again."""
    return now + TRIES[min(attempts, len(TRIES)) - 1]
