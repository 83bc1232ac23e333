"""How the hub and its connections are."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from pydantic import BaseModel

from integrations import public
from integrations.api.kit import Operation, Scope, choice
from integrations.public import Connection


class ConnectionHealth(BaseModel):
    slug: str
    label: str
    system: str
    role: Annotated[Connection.Role, choice(Connection.Role)]
    state: Annotated[Connection.State, choice(Connection.State)]
    state_reason: str
    trouble: str
    trouble_sentence: str
    trouble_since: datetime | None
    circuit_open_until: datetime | None
    last_success_at: datetime | None
    last_webhook_at: datetime | None


class Health(BaseModel):
    """`oldest_…` say since when the first in the queue waits; null: nothing waits."""

    at: datetime
    waiting_events: int
    oldest_event_at: datetime | None
    transfers_by_state: dict[str, int]
    oldest_due_at: datetime | None
    open_holds: int
    last_heartbeat_at: datetime | None
    sweeps_overdue: int
    connections: list[ConnectionHealth]


def health(request: HttpRequest) -> Health:
    """Queues, the age of what waits, the clock's heartbeat, and every connection."""
    now = public.system_now()
    connections = [_connection(row) for row in public.connections()]
    return Health(at=now, connections=connections, **asdict(public.health_figures(now)))


def _connection(row: Connection) -> ConnectionHealth:
    return ConnectionHealth(**{name: getattr(row, name) for name in ConnectionHealth.model_fields})


OPERATIONS = (Operation("GET", "/health", health, Health, "view_connections", Scope.READ),)
