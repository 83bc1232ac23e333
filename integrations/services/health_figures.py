"""Health of the hub in a handful of counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.models import Hold, InboundEvent, Sweep, Transfer
from integrations.services.runtime import system_now


@dataclass(frozen=True, slots=True)
class HealthFigures:
    """What /readyz and /metrics say of the hub."""

    waiting_events: int
    oldest_event_at: datetime | None
    transfers_by_state: dict[str, int]
    oldest_due_at: datetime | None
    open_holds: int
    last_heartbeat_at: datetime | None
    sweeps_overdue: int


def health_figures(now: datetime | None = None) -> HealthFigures:
    """A handful of indexed counts; safe to ask every few seconds."""
    now = now or system_now()
    waiting = InboundEvent.objects.filter(state=InboundEvent.State.RECEIVED)
    due = Transfer.objects.due(now)
    unfinished = Transfer.objects.unfinished().values_list("state", flat=True)
    by_state: dict[str, int] = {}
    for state in unfinished[:100_000]:
        by_state[state] = by_state.get(state, 0) + 1
    heartbeat = Sweep.objects.filter(name="heartbeat").first()
    return HealthFigures(
        waiting_events=waiting.count(),
        oldest_event_at=waiting.order_by("id").values_list("received_at", flat=True).first(),
        transfers_by_state=by_state,
        oldest_due_at=due.order_by("created_at").values_list("created_at", flat=True).first(),
        open_holds=Hold.objects.open().count(),
        last_heartbeat_at=heartbeat.finished_at if heartbeat else None,
        sweeps_overdue=Sweep.objects.filter(due_at__lt=now - timedelta(minutes=2)).count(),
    )
