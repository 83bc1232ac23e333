"""Whether a shop is quieter than it usually is at that hour of that weekday. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
WEEKS = 4  # how far back "usually" looks
ENOUGH = 2  # weeks that must have been counted before anything is called usual

Counts = Mapping[tuple[str, datetime], int]  # (shop, hour) → receipts heard


@dataclass(frozen=True, slots=True)
class Heard:
    """One hour of one shop. None: that hour was not counted, or nothing is usual yet."""

    hour: datetime
    count: int | None
    usual: int | None

    @property
    def is_silent(self) -> bool:
        return self.count == 0 and bool(self.usual)


def usual(shop: str, hour: datetime, counts: Counts, counted: set[datetime]) -> int | None:
    """Return the median of the same hour in the weeks before; None without enough of them."""
    before = [hour - WEEK * week for week in range(1, WEEKS + 1)]
    known = [counts.get((shop, each), 0) for each in before if each in counted]
    return int(median(known)) if len(known) >= ENOUGH else None


def strip(
    shop: str, *, until: datetime, counts: Counts, counted: set[datetime], hours: int = 24
) -> list[Heard]:
    """Return the last full hours of a shop, oldest first. `until` is the running hour's start."""
    wanted = [until - HOUR * back for back in range(hours, 0, -1)]
    return [
        Heard(
            hour,
            counts.get((shop, hour), 0) if hour in counted else None,
            usual(shop, hour, counts, counted),
        )
        for hour in wanted
    ]


def quiet_since(hours: Sequence[Heard]) -> datetime | None:
    """Return since when a shop has been unusually silent without a break up to the last hour.

    Hours in which silence is usual do not end a silence, and do not begin one.
    """
    since = None
    for each in reversed(hours):
        if each.count is None or each.count > 0:
            break
        if each.is_silent:
            since = each.hour
    return since
