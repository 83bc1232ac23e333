"""The request cap: a fixed window that begins with the first request after the last one ended."""

from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)
NO_LIMIT = 999_999  # what the headers say when the cap is switched off


class Quota:
    """Counts requests against the cap. None switches it off."""

    def __init__(self, per_minute: int | None) -> None:
        self.per_minute = per_minute
        self._started: datetime | None = None
        self._used = 0

    def take(self, weight: int, now: datetime) -> bool:
        """Use up `weight` requests; False when that is over the cap, and nothing is used."""
        if self._started is None or now - self._started >= WINDOW:
            self._started, self._used = now, 0
        if self.per_minute is not None and self._used + weight > self.per_minute:
            return False
        self._used += weight
        return True

    def headers(self, now: datetime) -> dict[str, str]:
        """Requests left, and milliseconds until the window ends."""
        left = NO_LIMIT if self.per_minute is None else max(0, self.per_minute - self._used)
        ends = (self._started or now) + WINDOW
        wait = max(0, (ends - now) // timedelta(milliseconds=1))
        return quota_headers(left, wait)


def quota_headers(left: int, milliseconds: int) -> dict[str, str]:
    """The two headers that every answer carries."""
    return {
        "brightpearl-requests-remaining": str(left),
        "brightpearl-next-throttle-period": str(milliseconds),
    }
