"""What a call taught us about a connection: its circuit, its troubles, its last success."""

from datetime import datetime, timedelta

from django.db.models import F

from integrations.connectors.errors import (
    ConnectorError,
    ThrottledError,
    UnauthorisedError,
)
from integrations.models import Connection

FAILURES_TO_OPEN = 4
PROBE_AFTER = (timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1))


def note_success(connection: Connection, *, now: datetime) -> None:
    """It answers: close the circuit and forget the trouble."""
    Connection.objects.filter(pk=connection.pk).update(
        last_success_at=now,
        failures_in_a_row=0,
        circuit_open_until=None,
        trouble="",
        trouble_sentence="",
        trouble_since=None,
    )


def note_trouble(connection: Connection, error: ConnectorError, *, now: datetime) -> datetime:
    """Pause the lane of a connection that is down, throttled or refuses us; returns until when.

    Nobody's attempts are used up: the caller puts its work back as it was.
    """
    kind, until = _verdict(connection, error, now)
    row = Connection.objects.filter(pk=connection.pk)
    row.update(trouble=kind, trouble_sentence=error.sentence[:300])
    if not isinstance(error, ThrottledError):  # the budget makes everybody wait as it is
        row.update(circuit_open_until=until, failures_in_a_row=F("failures_in_a_row") + 1)
    row.filter(trouble_since__isnull=True).update(trouble_since=now)
    return until


def _verdict(connection: Connection, error: ConnectorError, now: datetime) -> tuple[str, datetime]:
    if isinstance(error, ThrottledError):
        return "throttled", now + error.retry_after
    if isinstance(error, UnauthorisedError):
        return "unauthorised", now + PROBE_AFTER[-1]
    step = min(connection.failures_in_a_row // FAILURES_TO_OPEN, len(PROBE_AFTER) - 1)
    return "unavailable", now + PROBE_AFTER[step]
