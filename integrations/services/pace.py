"""Under a vendor's limit: full requests, as evenly as the limit refills.

A limiter alone lets small requests use the minute up and then makes everything wait for its end;
and what was used in one rush comes free in one rush, which nobody can follow to the last request.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from integrations.connectors import budget as rules
from integrations.connectors.budget import Budget
from integrations.models import Connection, RateBudget, Transfer
from integrations.services.budget import from_ms, load, to_ms

PAUSE = timedelta(milliseconds=1500)  # between small rounds; a sale may wait this long
LOW = 2  # the budget runs low when more than one request in so many is used
FULL = 40  # due transfers that fill their requests: a backlog, from which waiting gathers nothing
LATE = 2  # requests by which a round may come late without losing its turn


def rest_until(connection: Connection, *, now: datetime) -> datetime | None:
    """Until when the next round should wait; None: go on."""
    row = RateBudget.objects.filter(connection=connection).first()
    if row is None or row.limit is None or not row.grants:
        return None
    budget = load(row)
    due = Transfer.objects.due(now).filter(connection=connection)
    if due[:FULL].count() >= FULL:
        return from_ms(steady(budget, now_ms=to_ms(now)))
    if rules.used(budget, now_ms=to_ms(now)) * LOW <= row.limit:
        return None
    return _gather(budget.grants, now)


def steady(budget: Budget, *, now_ms: int) -> int:
    """When a backlog may go on so that every minute is as full as the others; 0: at once.

    Each request granted moves the next one's turn by its share of the window.
    """
    if budget.limit is None:
        return 0
    window = budget.window_ms + rules.MARGIN_MS  # counted in shares, of which it has `limit`
    turn = 0
    for at in sorted(budget.grants):
        turn = max(turn, at * budget.limit) + window
    wait_until = (turn - LATE * window) // budget.limit
    return wait_until if wait_until > now_ms else 0


def _gather(grants: Sequence[int], now: datetime) -> datetime | None:
    """The budget runs low and there is little to send: let a little more come together."""
    last = from_ms(max(grants))
    return last + PAUSE if last and last + PAUSE > now else None
