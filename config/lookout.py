"""Notices that the house itself has stopped. Decides from `now` alone; the caller looks and tells.

Alerts go through the workers, so it takes another path to say that there are none: this one needs
no worker and, when the database is away, no database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SILENCE = timedelta(minutes=2)
AGAIN = timedelta(hours=1)  # how often an outage that lasts is told


@dataclass(frozen=True, slots=True)
class Sign:
    """What one look found: could the database be read, and when did a worker last say it works."""

    readable: bool
    heartbeat: datetime | None = None


class Lookout:
    """Says once that something stopped, again every hour, and once that it is well."""

    def __init__(self, now: datetime, *, silence: timedelta = SILENCE) -> None:
        self._silence = silence
        self._began = self._read_at = now  # a house that is just starting gets its patience
        self._told_at: datetime | None = None

    def look(self, now: datetime, sign: Sign) -> str:
        """Return the sentence to tell, or nothing."""
        if sign.readable:
            self._read_at = now
        if now - self._sound_until(sign) <= self._silence:
            return self._well() if sign.readable and sign.heartbeat else ""
        if self._told_lately(now):
            return ""
        self._told_at = now
        return _trouble(sign, since=self._read_at)

    def _sound_until(self, sign: Sign) -> datetime:
        """Return until when nothing was wrong, as far as this look can say."""
        if not sign.readable:
            return self._read_at
        return max(sign.heartbeat or self._began, self._began)

    def _well(self) -> str:
        was_told, self._told_at = self._told_at, None
        return "Plumbline works again. Nothing was lost; it catches up now." if was_told else ""

    def _told_lately(self, now: datetime) -> bool:
        return self._told_at is not None and now - self._told_at < AGAIN


def _trouble(sign: Sign, *, since: datetime) -> str:
    if not sign.readable:
        return (
            f"Plumbline cannot reach its database since {since:%H:%M} UTC. Pages and background "
            "work stand still. First check: is the database running, and is its disk full?"
        )
    last = f"since {sign.heartbeat:%H:%M} UTC" if sign.heartbeat else "and never has"
    return (
        f"Plumbline’s background work does not run {last}. Sales are safe at the tills; nothing "
        "is sent and no alert goes out. First check: is manage.py watchdog running?"
    )
