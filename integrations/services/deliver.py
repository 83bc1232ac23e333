"""Outbox → target: claim, send, record what each item's answer was."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from integrations.connectors.errors import (
    ConnectorError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.models import Connection, Transfer
from integrations.ports import Done, Failed, Outcome, Sink
from integrations.services import health, outcomes, refs
from integrations.services.calls import store_calls
from integrations.services.claim import claim_due, mark_sent
from integrations.services.runtime import Runtime

log = logging.getLogger(__name__)


def deliver(rt: Runtime, connection: Connection, *, limit: int = 0) -> tuple[int, datetime | None]:
    """Send the most urgent due transfers once.

    Returns how many were claimed, and until when the lane rests (None: go on). Safe to call
    twice and from two workers.
    """
    connector, buffer = rt.open(connection)
    operations = connector.operations()
    limit = limit or max(connector.batch_size(operation) for operation in operations)
    transfers = claim_due(rt, connection, limit=limit, operations=operations)
    if not transfers:
        return 0, None
    token = transfers[0].lease_token
    transfers, buffer.fence.until = mark_sent(rt, transfers, token)
    answers = _send(connector, transfers)
    now = rt.clock()
    calls = store_calls(connection, buffer.drain())
    settled = [
        outcomes.Settled(
            transfer=transfer,
            answer=answer if isinstance(answer, Done) else answer.error,
            action="send",
            call_id=calls.get(transfer.key),
        )
        for transfer, answer in zip(transfers, answers, strict=True)
    ]
    outcomes.record(settled, token=token, now=now, lag=connector.visibility_lag())
    return len(transfers), note_health(connection, answers, now=now)


def _send(sink: Sink, transfers: Sequence[Transfer]) -> list[Outcome]:
    """One answer each. Whatever a sink raises is about the connection and applies to all."""
    if not transfers:
        return []
    try:
        return list(sink.send(refs.intents(transfers)))
    except ConnectorError as error:
        return [Failed(error)] * len(transfers)


def note_health(
    connection: Connection, answers: Sequence[Outcome], *, now: datetime
) -> datetime | None:
    """Learn from the answers how the connection is; returns until when its lane rests."""
    if any(isinstance(answer, Done) for answer in answers):
        health.note_success(connection, now=now)
    errors = [answer.error for answer in answers if isinstance(answer, Failed)]
    for error in errors:
        if isinstance(error, UnauthorisedError):
            return health.note_trouble(connection, error, now=now)
    waits = [e.retry_after for e in errors if isinstance(e, ThrottledError)]
    if waits:
        return now + max(waits, default=timedelta())
    if (
        errors
        and all(isinstance(e, UnavailableError) for e in errors)
        and len(errors) == len(answers)
    ):
        return health.note_trouble(connection, errors[0], now=now)
    return None
