"""Unknown outcomes: ask the target by our key, then adopt, send again, or ask a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from integrations.connectors.errors import ConflictError, ConnectorError
from integrations.models import Connection, Transfer, TransferAttempt
from integrations.ports import Absent, Found, LookUp, Unclear
from integrations.services import health, outcomes, refs
from integrations.services.calls import store_calls
from integrations.services.claim import LEASE
from integrations.services.runtime import Runtime

BATCH = 50
# Absent must be answered this often, a visibility lag apart, before anything is sent again.
PROOFS_OF_ABSENCE = 2
AGAIN = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
State = Transfer.State

# What changes a record that others may change too: a conflict may be their doing, so it may be
# sent again this often. Elsewhere a conflict says that our own record exists.
CONFLICTS_PASS = frozenset({"ship-goods-out"})
TRIES_AFTER_CONFLICT = 3
CONFLICT = (
    "The target says that it exists already, and searching there by our key does not find it."
)


def settle(rt: Runtime, connection: Connection, *, limit: int = BATCH) -> int:
    """Look up the outcomes nobody knows. Returns how many were looked at; safe to repeat."""
    now = rt.clock()
    connector, buffer = rt.open(connection)
    unknown = _claim(rt, connection, now=now, limit=limit)
    if not unknown:
        return 0
    token = unknown[0].lease_token
    try:
        answers = list(connector.look_up(refs.intents(unknown)))
    except ConnectorError as error:
        until = health.note_trouble(connection, error, now=now)
        _put_back(unknown, token, until, error)
        store_calls(connection, buffer.drain())
        return 0
    calls = store_calls(connection, buffer.drain())
    health.note_success(connection, now=now)
    _adopt(unknown, answers, token=token, calls=calls, now=rt.clock())
    for transfer, answer in zip(unknown, answers, strict=True):
        if not isinstance(answer, Found):
            _decide(transfer, answer, token=token, now=now, lag=connector.visibility_lag())
    return len(unknown)


def _claim(rt: Runtime, connection: Connection, *, now: datetime, limit: int) -> list[Transfer]:
    """Fence the look-up: only one worker decides about an unknown outcome."""
    token = rt.token()
    due = Transfer.objects.filter(connection=connection, state=State.UNKNOWN, not_before__lte=now)
    with transaction.atomic():
        ids = list(
            due.select_for_update()
            .order_by("not_before", "id")
            .values_list("pk", flat=True)[:limit]
        )
        Transfer.objects.filter(pk__in=ids, state=State.UNKNOWN).update(
            lease_token=token, not_before=now + LEASE
        )
    return list(
        Transfer.objects.filter(pk__in=ids, lease_token=token)
        .select_related("document", "connection")
        .order_by("id")
    )


def _put_back(
    transfers: Sequence[Transfer], token: str, until: datetime, error: ConnectorError
) -> None:
    Transfer.objects.filter(pk__in=[t.pk for t in transfers], lease_token=token).update(
        not_before=until, lease_token="", error_sentence=error.sentence[:400]
    )


def _adopt(
    transfers: Sequence[Transfer],
    answers: Sequence[LookUp],
    *,
    token: str,
    calls: dict[str, int],
    now: datetime,
) -> None:
    found = [
        outcomes.Settled(transfer, answer, "look-up", calls.get(transfer.key))
        for transfer, answer in zip(transfers, answers, strict=True)
        if isinstance(answer, Found)
    ]
    outcomes.record(found, token=token, now=now, lag=timedelta())


def _decide(
    transfer: Transfer, answer: Absent | Unclear, *, token: str, now: datetime, lag: timedelta
) -> None:
    """Not found: prove it twice, then it is due again. Cannot tell: stay unknown, ask a person."""
    look_ups = transfer.look_ups + 1
    fields: dict[str, object] = {"look_ups": look_ups, "lease_token": ""}
    if isinstance(answer, Absent) and look_ups >= PROOFS_OF_ABSENCE and _contradicts(transfer):
        answer = Unclear(CONFLICT)
    if isinstance(answer, Unclear):
        pause = AGAIN[min(look_ups - 1, len(AGAIN) - 1)]
        fields |= {"not_before": now + pause, "error_sentence": answer.reason[:400]}
    elif look_ups < PROOFS_OF_ABSENCE:
        fields |= {"not_before": now + lag}
    else:
        fields |= {"state": State.READY, "not_before": now, "look_ups": 0, "error_kind": ""}
    with transaction.atomic():
        if not Transfer.objects.filter(pk=transfer.pk, lease_token=token).update(**fields):
            return
        TransferAttempt.objects.create(
            transfer=transfer,
            at=now,
            action="look-up",
            outcome=type(answer).__name__,
            sentence=answer.reason[:400] if isinstance(answer, Unclear) else "",
        )
        if isinstance(answer, Unclear):
            outcomes.hold(transfer, "OUTCOME_UNKNOWN", answer.reason, now=now)


def _contradicts(transfer: Transfer) -> bool:
    """The target refused it as existing and does not show it: sending again would go in circles."""
    if transfer.error_kind != ConflictError.__name__:
        return False
    return transfer.operation not in CONFLICTS_PASS or transfer.attempts >= TRIES_AFTER_CONFLICT
