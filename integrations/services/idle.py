"""Run everything in this process until nothing is left to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from integrations.models import (
    ChannelLevel,
    Connection,
    InboundEvent,
    ReplayRun,
    StreamCursor,
    Sweep,
    Transfer,
)
from integrations.services import schedule
from integrations.services.poll import STREAMS
from integrations.services.runtime import Runtime

State = Transfer.State


@dataclass(frozen=True, slots=True)
class Pending:
    """What is not finished and needs no person. All zero means idle."""

    received: int
    ready: int
    sending: int
    unknown: int
    unverified: int
    dirty_levels: int
    unread_streams: int
    replays: int = 0  # runs that have records to start or to follow

    @property
    def total(self) -> int:
        return (
            self.received
            + self.ready
            + self.sending
            + self.unknown
            + self.unverified
            + self.dirty_levels
            + self.unread_streams
            + self.replays
        )


def pending(since: datetime | None = None) -> Pending:
    """Counts of unfinished work. With `since`, a stream not read to its end after it counts too."""
    transfers = Transfer.objects
    unknown = transfers.filter(state=State.UNKNOWN).exclude(
        holds__kind="OUTCOME_UNKNOWN", holds__closed_at__isnull=True
    )
    unverified = transfers.filter(
        state=State.POSTED, verified_at__isnull=True, verify_after__isnull=False
    ).exclude(holds__kind="READBACK_MISMATCH", holds__closed_at__isnull=True)
    return Pending(
        received=InboundEvent.objects.filter(state=InboundEvent.State.RECEIVED).count(),
        ready=transfers.filter(state=State.READY, waiting=False).count(),
        sending=transfers.filter(state=State.SENDING).count(),
        unknown=unknown.count(),
        unverified=unverified.count(),
        dirty_levels=ChannelLevel.objects.filter(dirty_at__isnull=False).count(),
        unread_streams=_unread(since) if since else 0,
        replays=ReplayRun.objects.moving().count(),
    )


def _unread(since: datetime) -> int:
    count = 0
    for connection in Connection.objects.filter(state=Connection.State.ACTIVE):
        streams = STREAMS.get(connection.role, ())
        read = StreamCursor.objects.filter(
            connection=connection, stream__in=streams, caught_up_at__gte=since
        ).count()
        count += len(streams) - read
    return count


def run_until_idle(
    rt: Runtime, *, names: list[str] | None = None, patience: timedelta = timedelta(minutes=30)
) -> Pending:
    """Run due sweeps in order of urgency until nothing is pending; waits through `rt.sleep`.

    Returns what was still pending when `patience` ran out (all zero when idle).
    """
    started = rt.clock()
    schedule.sync_sweeps(started)
    StreamCursor.objects.update(due_at=started)
    Sweep.objects.update(due_at=started)
    left = pending(started)
    while rt.clock() - started < patience:
        due = [n for n in schedule.due_names(rt.clock()) if names is None or n in names]
        ran = [name for name in due if schedule.run(rt, name)]
        left = pending(started)
        if not left.total:
            break
        if not ran or not _has_work_now(rt):
            rt.sleep(_until_next(rt))
    return left


def _has_work_now(rt: Runtime) -> bool:
    now = rt.clock()
    return InboundEvent.objects.waiting(now).exists() or Transfer.objects.due(now).exists()


def _until_next(rt: Runtime) -> float:
    """Seconds until something is due again, at least a moment, at most a few seconds."""
    now = rt.clock()
    next_at = Sweep.objects.aggregate(at=Min("due_at"))["at"] or now
    return min(max((next_at - now).total_seconds(), 0.05), 2.0)
