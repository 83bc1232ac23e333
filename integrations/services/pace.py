"""Under a vendor's limit: fewer, fuller requests once the budget runs low.

A limiter alone lets small requests use the minute up and then makes everything wait for its end.
"""

from datetime import datetime, timedelta

from integrations.connectors import budget as rules
from integrations.models import Connection, RateBudget, Transfer
from integrations.services.budget import from_ms, load, to_ms

PAUSE = timedelta(milliseconds=1500)  # between small rounds; a sale may wait this long
LOW = 2  # the budget runs low when more than one request in so many is used
FULL = 40  # due transfers that fill their requests, so that waiting would save nothing


def rest_until(connection: Connection, *, now: datetime) -> datetime | None:
    """Until when more work should gather before the next round; None: go on."""
    row = RateBudget.objects.filter(connection=connection).first()
    if row is None or row.limit is None or not row.grants:
        return None
    budget = load(row)
    last = from_ms(max(budget.grants))
    if last is None or last + PAUSE <= now:
        return None
    if rules.used(budget, now_ms=to_ms(now)) * LOW <= row.limit:
        return None
    due = Transfer.objects.due(now).filter(connection=connection)
    return None if due[:FULL].count() >= FULL else last + PAUSE
