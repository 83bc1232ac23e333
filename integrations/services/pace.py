"""Under a vendor's limit: requests as evenly as the limit refills.

A limiter alone lets small requests use the minute up and then makes everything wait for its end;
and what was used in one rush comes free in one rush, which nobody can follow to the last request.
While a round waits for its turn, more work comes together and fills its requests.
"""

from datetime import datetime

from integrations.connectors import budget as rules
from integrations.connectors.budget import Budget
from integrations.models import Connection, RateBudget, Transfer
from integrations.services.budget import from_ms, load, to_ms

FULL = 40  # due transfers that fill their requests: a backlog, from which waiting gathers nothing
BURST = 15  # percent of the limit that may go in a rush, and is kept out of the steady pace
LATE = 2  # requests by which a round of a backlog may come late without losing its turn


def rest_until(connection: Connection, *, now: datetime) -> datetime | None:
    """Until when the next round should wait; None: go on."""
    row = RateBudget.objects.filter(connection=connection).first()
    if row is None or row.limit is None or not row.grants:
        return None
    due = Transfer.objects.due(now).filter(connection=connection)
    if due[:FULL].count() >= FULL:
        steady, slack = row.limit, LATE
    else:
        slack = row.limit * BURST // 100
        steady = row.limit - slack
    return from_ms(turn(load(row), per_window=steady, slack=slack, now_ms=to_ms(now)))


def turn(budget: Budget, *, per_window: int, slack: int, now_ms: int) -> int:
    """When the next request may go at a steady pace of `per_window`; 0: at once.

    Each request granted moves the next one's turn by its share of the window; `slack` requests
    may go before their turn.
    """
    window = budget.window_ms + rules.MARGIN_MS  # counted in shares, of which it has `per_window`
    at_last = 0
    for at in sorted(budget.grants):
        at_last = max(at_last, at * per_window) + window
    wait_until = (at_last - slack * window) // per_window
    return wait_until if wait_until > now_ms else 0
