"""The only place in the sandbox that knows what time it is."""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """Tells the time and can be pushed forward."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def advance(self, by: timedelta) -> datetime:
        """Push the clock forward and return the new instant."""
        ...


class SystemClock:
    """The machine's clock, plus whatever it was pushed forward."""

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._lock = Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> datetime:
        with self._lock:
            self._offset += by
        return self.now()


class ManualClock:
    """Stands still until it is told to move: for simulations and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        self._now += by
        return self._now


def sleep(span: timedelta) -> None:
    """Let real time pass: how a server acts out latency and delays."""
    time.sleep(span.total_seconds())
