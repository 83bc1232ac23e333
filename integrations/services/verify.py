"""Posted is not correct: read back in bulk what was written and compare it with what was meant."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from integrations.connectors.errors import ConnectorError, ThrottledError
from integrations.models import Connection, DocumentLink, Transfer, TransferAttempt
from integrations.ports import Posted, ReadBack
from integrations.services import health, outcomes, refs
from integrations.services.calls import store_calls
from integrations.services.runtime import Runtime

BATCH = 100
RETRY = timedelta(seconds=20)
# Order read-backs carry the row ids that goods notes need, so they go first.
FIRST = ("create-order", "create-credit")
# While there is more to send they wait for a full request, but no longer than this.
GATHER = timedelta(seconds=3)
# Read back later and together: one window of payments, one set of notes.
LATER = timedelta(seconds=10)
MISSING = "missing"  # in place of a field: the target does not have the record at all


def verify(rt: Runtime, connection: Connection, *, limit: int = BATCH, busy: bool = False) -> int:
    """Read back what was posted. Returns how many were read; safe to repeat.

    `busy`: there is more to send, so read only what fills a request or has waited long enough.
    """
    now = rt.clock()
    due = _due(connection, now, limit)
    if busy and not _is_worth_it(due, now, limit):
        return 0
    if not due:
        return 0
    connector, buffer = rt.open(connection)
    posted = [
        Posted(intent, transfer.external_ref)
        for intent, transfer in zip(refs.intents(due), due, strict=True)
    ]
    try:
        answers = list(connector.read_back(posted))
    except ConnectorError as error:
        wait = error.retry_after if isinstance(error, ThrottledError) else RETRY
        health.note_trouble(connection, error, now=now)
        _postpone(due, now + wait)
        store_calls(connection, buffer.drain())
        return 0
    store_calls(connection, buffer.drain())
    _record(due, answers, now=rt.clock())
    return len(due)


def _is_worth_it(due: Sequence[Transfer], now: datetime, limit: int) -> bool:
    since = [t.posted_at for t in due if t.operation in FIRST and t.posted_at]
    return len(since) == limit or bool(since) and min(since) <= now - GATHER


def _due(connection: Connection, now: datetime, limit: int) -> list[Transfer]:
    unverified = Transfer.objects.filter(
        connection=connection,
        state=Transfer.State.POSTED,
        verified_at__isnull=True,
        verify_after__lte=now,
    ).select_related("document", "connection")
    first = list(unverified.filter(operation__in=FIRST).order_by("verify_after", "id")[:limit])
    if first:
        return first
    settled = unverified.filter(posted_at__lte=now - LATER)
    return list(settled.order_by("operation", "verify_after", "id")[:limit])


def _record(
    transfers: Sequence[Transfer], answers: Sequence[ReadBack | None], *, now: datetime
) -> None:
    with transaction.atomic():
        equal = []
        for transfer, answer in zip(transfers, answers, strict=True):
            if answer is None:
                _postpone([transfer], now + RETRY)
            elif answer.is_equal:
                equal.append((transfer, answer))
            else:
                _mismatch(transfer, answer, now=now)
        _verified(equal, now)
        outcomes.release_waiting([transfer for transfer, _ in equal])


def _postpone(transfers: Sequence[Transfer], until: datetime) -> None:
    Transfer.objects.filter(pk__in=[t.pk for t in transfers]).update(verify_after=until)


def _verified(equal: Sequence[tuple[Transfer, ReadBack]], now: datetime) -> None:
    Transfer.objects.filter(pk__in=[t.pk for t, _ in equal]).update(
        verified_at=now, verify_after=None
    )
    _keep_details(equal)
    outcomes.close_mismatches([t for t, _ in equal], now=now)


def _keep_details(read: Sequence[tuple[Transfer, ReadBack]]) -> None:
    """Row ids and the like, which later effects of the same document build upon."""
    details = {(t.document_id, t.link_kind): answer.detail for t, answer in read if answer.detail}
    links = DocumentLink.objects.filter(document_id__in={key[0] for key in details})
    changed = []
    for link in links:
        detail = details.get((link.document_id, link.kind))
        if detail:
            link.detail = {**link.detail, **detail}
            changed.append(link)
    DocumentLink.objects.bulk_update(changed, ("detail",), batch_size=100)


def _mismatch(transfer: Transfer, answer: ReadBack, *, now: datetime) -> None:
    """What stands there is not what was sent: a person looks, and nothing is built upon it."""
    if answer.missing:
        sentence = f"{transfer.key} was accepted as {transfer.external_ref} and is not there."
        field = MISSING
    else:
        first = answer.differences[0]
        field = first.field
        sentence = f"{first.field} was sent as {first.meant} and reads back as {first.found}."
    _keep_details([(transfer, answer)])  # for the case that a person accepts the difference
    outcomes.hold(transfer, "READBACK_MISMATCH", sentence, now=now, field=field)
    Transfer.objects.filter(pk=transfer.pk).update(verify_after=now + timedelta(minutes=5))
    TransferAttempt.objects.create(
        transfer=transfer, at=now, action="read-back", outcome="Different", sentence=sentence[:400]
    )
