"""Keep what was said to a vendor and what it answered; learn how the connection is."""

from collections.abc import Iterable

from integrations.models import CallLog, Connection
from integrations.ports import Call


def store_calls(connection: Connection, calls: Iterable[Call]) -> dict[str, int]:
    """Store calls in bulk. Returns which CallLog row carried each idempotency key last."""
    calls = list(calls)
    rows = CallLog.objects.bulk_create(
        CallLog(
            connection=connection,
            method=call.method,
            endpoint=call.endpoint[:120],
            path=call.path[:1000],
            status=call.status,
            started_at=call.started_at,
            milliseconds=call.milliseconds,
            request=call.request,
            response=call.response,
            error=call.error,
            messages=call.messages,
        )
        for call in calls
    )
    return {key: row.pk for call, row in zip(calls, rows, strict=True) for key in call.keys}
