"""Is anything left to do, and when can the next thing happen? Plain SQL over the tables.

Asked after every round of a simulation, so it is two statements and no more.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection as database
from django.utils.dateparse import parse_datetime

from integrations.models import StreamCursor, Sweep
from integrations.services import schedule
from integrations.services.poll import STREAMS

READ_BACK_DELAY = timedelta(seconds=10)

_OPEN_HOLD = """EXISTS (SELECT 1 FROM integrations_hold h
    WHERE h.transfer_id = t.id AND h.closed_at IS NULL AND h.kind = '{kind}')"""
_PENDING = f"""
SELECT (SELECT COUNT(*) FROM integrations_inboundevent WHERE state = 'received')
 + (SELECT COUNT(*) FROM integrations_transfer t
    WHERE (state = 'ready' AND NOT waiting) OR state = 'sending'
    OR (state = 'unknown' AND NOT {_OPEN_HOLD.format(kind="OUTCOME_UNKNOWN")})
    OR (state = 'posted' AND verified_at IS NULL AND verify_after IS NOT NULL
        AND NOT {_OPEN_HOLD.format(kind="READBACK_MISMATCH")}))
 + (SELECT COUNT(*) FROM integrations_channellevel WHERE dirty_at IS NOT NULL)
 + (SELECT COUNT(*) FROM integrations_replayrun WHERE state IN ('canary', 'rest'))
 + (SELECT COUNT(*) FROM integrations_documentline
    WHERE absorbed_at IS NULL AND moved_at IS NOT NULL AND is_stocked)
"""
_TIMES = (
    ("integrations_transfer", "not_before", "state IN ('ready', 'unknown') AND NOT waiting"),
    ("integrations_transfer", "leased_until", "state = 'sending'"),
    ("integrations_transfer", "verify_after", "state = 'posted' AND verified_at IS NULL"),
    ("integrations_inboundevent", "not_before", "state = 'received'"),
    ("integrations_connection", "circuit_open_until", "1 = 1"),
    ("integrations_sweep", "leased_until", "1 = 1"),
    ("integrations_channellevel", "dirty_at", "1 = 1"),
)
_NEXT = " UNION ALL ".join(
    f"SELECT MIN({column}) FROM {table} WHERE {column} > %s AND {where}"
    for table, column, where in _TIMES
)
_SWEEP = """SELECT MIN(due_at) FROM integrations_sweep WHERE due_at > %s
    AND (leased_until IS NULL OR leased_until < due_at)
    AND (name LIKE 'intake%%' OR name LIKE 'deliver%%' OR name LIKE 'settle%%'
    OR name LIKE 'stock%%' OR name LIKE 'housekeep%%' OR name LIKE 'journals%%'
    OR name LIKE 'replays%%')"""


def begin(now: datetime, *, polls: bool) -> None:
    """As after a quiet night: every sweep is due, and every stream too if `polls`."""
    schedule.sync_sweeps(now)
    if polls:
        StreamCursor.objects.update(due_at=now)
    Sweep.objects.update(due_at=now)


def is_idle(since: datetime | None) -> bool:
    """Nothing pending, and no confirmed movement that the owner's reading misses.

    With `since`, every stream must have been read to its end after it.
    """
    with database.cursor() as cursor:
        cursor.execute(_PENDING)
        if cursor.fetchone()[0]:
            return False
    if since is None:
        return True
    wanted = [stream for streams in STREAMS.values() for stream in streams]
    read = StreamCursor.objects.filter(caught_up_at__gte=since, stream__in=wanted)
    return read.count() >= len(wanted)


def next_moment(now: datetime) -> datetime | None:
    """The first future time that a row waits for, else the next sweep."""
    at = database.ops.adapt_datetimefield_value(now)
    return _earliest(_NEXT, [at] * len(_TIMES)) or _earliest(_SWEEP, [at])


def _earliest(sql: str, values: list[Any]) -> datetime | None:
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        return min((_aware(row[0]) for row in cursor.fetchall() if row[0]), default=None)


def _aware(value: str | datetime) -> datetime:
    """SQLite keeps times as text in UTC."""
    if isinstance(value, str):
        parsed = parse_datetime(value)
        assert parsed is not None
        return parsed.replace(tzinfo=UTC)
    return value
