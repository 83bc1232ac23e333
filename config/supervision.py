"""Keeps the workers alive: the clock that wakes them, and the hand that restarts them.

A django-q2 cluster can hang without an error when an idle worker is killed, and its parent may
end with exit code 0 while its children go on. Both are only seen from outside, so this looks at
two things: is the process there, and is the newest heartbeat that a task wrote young enough.
"""

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

SILENCE = timedelta(seconds=90)  # heartbeats come every few seconds; this long means a hang

_log = logging.getLogger(__name__)


class Verdict(StrEnum):
    """What one look found, and therefore did."""

    WELL = "well"
    BLIND = "blind"  # our tables could not be read, so nothing can be said about the workers
    RESTARTED_DEAD = "restarted-dead"
    RESTARTED_SILENT = "restarted-silent"


class Cluster(Protocol):
    """The worker processes, as one thing."""

    def start(self) -> None:
        """Start them. Only called when `stop` or nothing came before."""

    def is_alive(self) -> bool:
        """Say whether the leading process runs. Orphans of a dead leader do not count."""

    def stop(self, *, patience: float) -> None:
        """Ask them to finish, wait `patience` seconds, then kill every process of the group.

        Returns with none of them left. Safe to repeat.
        """


class Schedule(Protocol):
    """Our own table of what is due."""

    def enqueue_due(self, now: datetime) -> None:
        """Wake workers for everything due. Safe to repeat; may raise when the database is away."""

    def newest_heartbeat(self) -> datetime | None:
        """Return when a worker last said that it works; None before the first time."""


class Watchdog:
    """Decides from `now` alone; the caller brings the clock and the waiting."""

    def __init__(
        self,
        cluster: Cluster,
        schedule: Schedule,
        *,
        finish: float,
        silence: timedelta = SILENCE,
    ) -> None:
        """`finish` is how many seconds running tasks get at a clean stop."""
        self._cluster = cluster
        self._schedule = schedule
        self._finish = finish
        self._silence = silence
        self._quiet_since: datetime | None = None

    def start(self, now: datetime) -> None:
        self._cluster.start()
        self._quiet_since = now

    def tick(self, now: datetime) -> Verdict:
        """Enqueue what is due, then restart the cluster if it is dead or silent."""
        heartbeat, readable = self._look(now)
        if not self._cluster.is_alive():
            return self._restart(now, Verdict.RESTARTED_DEAD)
        if not readable:
            self._quiet_since = now  # workers could not write either; let them begin anew
            return Verdict.BLIND
        if now - self._last_sign(now, heartbeat) > self._silence:
            return self._restart(now, Verdict.RESTARTED_SILENT)
        return Verdict.WELL

    def stop(self) -> None:
        """Let running tasks finish, then leave no process behind."""
        self._cluster.stop(patience=self._finish)

    def _look(self, now: datetime) -> tuple[datetime | None, bool]:
        """Return (newest heartbeat, could we read). The loop must outlive any failure here."""
        try:
            self._schedule.enqueue_due(now)
            return self._schedule.newest_heartbeat(), True
        except Exception:
            _log.exception("schedule not readable")
            return None, False

    def _last_sign(self, now: datetime, heartbeat: datetime | None) -> datetime:
        """The later of the heartbeat and the (re)start: a new cluster gets its full patience."""
        return max(sign for sign in (heartbeat, self._quiet_since or now) if sign is not None)

    def _restart(self, now: datetime, verdict: Verdict) -> Verdict:
        _log.error("cluster restart reason=%s", verdict.value)
        self._cluster.stop(patience=1)  # a hung cluster does not answer; a dead one has orphans
        self._cluster.start()
        self._quiet_since = now
        return verdict
