"""A request cap over fixed windows of a minute, for vendors that count that way."""

from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=1)


class Window:
    """Counts requests. `limit` None switches the cap off. Safe between threads."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self._began: datetime | None = None
        self._used = 0
        self._lock = Lock()

    def take(self, now: datetime) -> bool:
        """Use up one request; False when the window has none left."""
        with self._lock:
            if self._began is None or now - self._began >= WINDOW:
                self._began, self._used = now, 0
            if self.limit is not None and self._used >= self.limit:
                return False
            self._used += 1
            return True

    def remaining(self) -> int | None:
        """Requests left in this window; None without a cap."""
        return None if self.limit is None else max(0, self.limit - self._used)

    def wait(self, now: datetime) -> int:
        """Whole seconds until the window ends, at least one."""
        left = (self._began or now) + WINDOW - now
        return max(1, -(-left // timedelta(seconds=1)))

    def configure(self, limit: object) -> None:
        """Change the cap. Raises ValueError for what is neither a number above zero nor None."""
        if limit is not None and (not isinstance(limit, int) or limit < 1):
            raise ValueError("A limit must be a whole number above zero, or null.")
        self.limit = limit
