"""What became of a claimed transfer: every change of state, set-based and fenced by the token."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    ConnectorError,
    SchemaChangedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.models import (
    Document,
    DocumentLine,
    DocumentLink,
    Hold,
    Transfer,
    TransferAttempt,
)
from integrations.ports import Done, Found
from integrations.services import levels
from integrations.services.bulk import update_many, upsert_many
from integrations.services.refs import proves_movement

State = Transfer.State

# How long to wait after a failure that cannot have been applied; then a person is asked.
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300, 900, 3600))
JITTER = 20  # percent

HELD_KIND = {
    "set-level": "STOCK_PUSH_FAILED",
    "put-product": "STOCK_PUSH_FAILED",
    "post-journal": "JOURNAL_FAILED",
    "create-credit": "RETURN_NOT_CREDITED",
    "receive-goods-in": "RETURN_NOT_CREDITED",
    "refund-payment": "RETURN_NOT_CREDITED",
    "close-credit": "RETURN_NOT_CREDITED",
}

# Effects whose content is read back and compared; the others are proved by what follows them.
READ_BACK = frozenset(
    {"create-order", "create-credit", "take-payment", "refund-payment", "post-journal"}
    | {"issue-goods-out", "receive-goods-in", "close-order", "close-credit"}
)


@dataclass(frozen=True, slots=True)
class Settled:
    """One transfer with its answer."""

    transfer: Transfer
    answer: Done | Found | ConnectorError
    action: str  # send, look-up
    call_id: int | None = None


def record(settled: Sequence[Settled], *, token: str, now: datetime, lag: timedelta) -> None:
    """Store the answers of one batch in one transaction; a lost lease makes an answer harmless.

    `lag` is how long the target's look-ups may not see what it accepted.
    """
    with transaction.atomic():
        mine = _still_mine(settled, token)
        good = [s for s in mine if isinstance(s.answer, Done | Found)]
        _post(good, now)
        for entry in mine:
            if isinstance(entry.answer, ConnectorError):
                _fail(entry.transfer, entry.answer, now=now, lag=lag)
        TransferAttempt.objects.bulk_create(_attempt(entry, now) for entry in mine)
        release_waiting([s.transfer for s in good])
        refresh_documents({s.transfer.document_id for s in mine}, now=now)


def _still_mine(settled: Sequence[Settled], token: str) -> list[Settled]:
    ids = [s.transfer.pk for s in settled]
    kept = set(
        Transfer.objects.select_for_update()
        .filter(pk__in=ids, lease_token=token)
        .values_list("pk", flat=True)
    )
    return [s for s in settled if s.transfer.pk in kept]


def _post(settled: Sequence[Settled], now: datetime) -> None:
    """All of them are at their target: five statements, however many there are."""
    refs = [(entry.transfer, _accepted(entry.answer)) for entry in settled]
    transfers = [transfer for transfer, _ in refs]
    update_many(
        Transfer,
        ((answer.external_ref, _verify_after(t, now), t.pk) for t, answer in refs),
        fields=("external_ref", "verify_after"),
    )
    Transfer.objects.filter(pk__in=[t.pk for t in transfers]).update(
        state=State.POSTED,
        posted_at=now,
        lease_token="",
        leased_until=None,
        error_kind="",
        error_sentence="",
        error_detail="",
    )
    upsert_many(
        DocumentLink,
        (
            (t.document_id, t.connection_id, t.link_kind, answer.external_ref, answer.detail, now)
            for t, answer in refs
            if t.document_id and t.link_kind
        ),
        fields=("document", "connection", "kind", "external_id", "detail", "linked_at"),
        unique=("document", "connection", "kind"),
        update=("external_id", "detail", "linked_at"),
    )
    _close_holds(transfers, now)
    levels.mark_told([t for t in transfers if t.operation == "set-level"], now=now)
    moved = [t.document_id for t in transfers if t.document_id and proves_movement(t)]
    DocumentLine.objects.filter(document_id__in=moved, moved_at__isnull=True).update(moved_at=now)


def _accepted(answer: Done | Found | ConnectorError) -> Done | Found:
    assert isinstance(answer, Done | Found)
    return answer


def _verify_after(transfer: Transfer, now: datetime) -> datetime | None:
    return now if transfer.operation in READ_BACK else None


def _close_holds(transfers: Sequence[Transfer], now: datetime) -> None:
    Hold.objects.open().filter(transfer__in=transfers).update(
        closed_at=now, closed_reason="It reached its target."
    )


def close_mismatches(transfers: Sequence[Transfer], *, now: datetime) -> None:
    """They read back equal now."""
    Hold.objects.open().filter(transfer__in=transfers, kind="READBACK_MISMATCH").update(
        closed_at=now, closed_reason="It reads back as it was meant."
    )


def _fail(transfer: Transfer, error: ConnectorError, *, now: datetime, lag: timedelta) -> None:
    transfer.error_kind = type(error).__name__
    transfer.error_sentence = error.sentence[:400]
    transfer.error_detail = error.detail[:4000]
    transfer.lease_token, transfer.leased_until = "", None
    if isinstance(error, ThrottledError | UnauthorisedError):
        # The connection's trouble, not the record's: no attempt is used up.
        transfer.state, transfer.attempts = State.READY, max(0, transfer.attempts - 1)
        transfer.not_before = now
    elif isinstance(error, AmbiguousError | ConflictError):
        transfer.state, transfer.not_before = State.UNKNOWN, now + lag
    elif isinstance(error, UnavailableError) and transfer.attempts <= len(BACKOFF):
        transfer.state = State.READY
        transfer.not_before = now + _spread(BACKOFF[transfer.attempts - 1], transfer.key)
    else:
        transfer.state = State.HELD
        hold(transfer, _held_kind(transfer, error), error.sentence, now=now, field=_field(error))
    transfer.save(
        update_fields=(
            "state",
            "attempts",
            "not_before",
            "lease_token",
            "leased_until",
            "error_kind",
            "error_sentence",
            "error_detail",
        )
    )


def _spread(delay: timedelta, key: str) -> timedelta:
    """Lengthen `delay` by a share that the key decides, so that one outage's rows part ways."""
    return delay * (100 + zlib.crc32(key.encode()) % (JITTER + 1)) / 100


def _held_kind(transfer: Transfer, error: ConnectorError) -> str:
    return HELD_KIND.get(transfer.operation, "SALE_NOT_POSTED")


def _field(error: ConnectorError) -> str:
    return error.field if isinstance(error, SchemaChangedError) else error.code


def hold(transfer: Transfer, kind: str, sentence: str, *, now: datetime, field: str = "") -> None:
    """Open the reason why this transfer waits for a person; once per kind."""
    document = transfer.document
    if Hold.objects.open().filter(transfer=transfer, kind=kind).exists():
        return
    subject = str(document) if document else transfer.sku or transfer.key
    Hold.objects.create(
        kind=kind,
        subject=subject[:120],
        sentence=sentence[:400],
        field=field[:120],
        link_id=transfer.link_id,
        connection_id=transfer.connection_id,
        document=document,
        transfer=transfer,
        store_code=document.store_code if document else "",
        value=document.gross if document else transfer.value,
        currency=document.currency if document else transfer.currency,
        opened_at=now,
    )


def _attempt(entry: Settled, now: datetime) -> TransferAttempt:
    answer = entry.answer
    return TransferAttempt(
        transfer=entry.transfer,
        at=now,
        action=entry.action,
        outcome=type(answer).__name__,
        sentence=answer.sentence[:400] if isinstance(answer, ConnectorError) else "",
        call_id=entry.call_id,
    )


def release_waiting(posted: Sequence[Transfer]) -> None:
    """Let go what waited only for these: the next steps of their documents, and their returns.

    A goods note needs the row ids of its order, so its step waits until the order was read back.
    """
    documents = {t.document_id for t in posted if t.document_id}
    pending = Transfer.objects.filter(document=OuterRef("document"), step__lt=OuterRef("step"))
    pending = pending.filter(
        ~Q(state=State.POSTED) | Q(operation__in=NEEDS_ROWS, verified_at__isnull=True)
    )
    Transfer.objects.filter(document_id__in=documents, waiting=True, step__gt=1).exclude(
        Exists(pending)
    ).update(waiting=False)
    Transfer.objects.filter(waits_for__in=[t.pk for t in posted], waiting=True, step=1).update(
        waiting=False
    )


NEEDS_ROWS = frozenset({"create-order", "create-credit"})


def refresh_documents(ids: set[int | None], *, now: datetime) -> None:
    """A document is posted when every effect of it is at its target."""
    open_effects = Transfer.objects.filter(document=OuterRef("pk")).exclude(
        state__in=(State.POSTED, State.SUPERSEDED, State.DISMISSED)
    )
    Document.objects.filter(pk__in=[pk for pk in ids if pk], state=Document.State.POSTING).exclude(
        Exists(open_effects)
    ).update(state=Document.State.POSTED, posted_at=now)
