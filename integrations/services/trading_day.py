"""Which trading day an instant belongs to, at a store."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def trading_day(at: datetime, *, timezone: str, cut_off: time) -> date:
    """The store's business date: local wall clock, and before the cut-off it is still yesterday.

    Wall clock, not elapsed hours: a day of 23 or 25 hours is still one day.
    """
    local = at.astimezone(_zone(timezone))
    return local.date() - timedelta(days=1) if local.time() < cut_off else local.date()
