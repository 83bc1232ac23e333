"""Send held or stored work again, on purpose, after asking the source how things are now."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from integrations.models import (
    ChannelLevel,
    Connection,
    Document,
    DocumentLine,
    Hold,
    InboundEvent,
    Transfer,
    TransferAttempt,
)
from integrations.ports import Fact
from integrations.services import outcomes, verify
from integrations.services.levels import mark_dirty
from integrations.services.runtime import system_now
from integrations.services.schedule import kick

REPLAY = "replay"
LOST = "The source does not know this record any more; it was not sent."
State = InboundEvent.State


def release_skus(owner_id: int, skus: Iterable[str], *, now: datetime) -> int:
    """The owner has these products now: what waited for them is replayed."""
    holds = Hold.objects.open().filter(
        link__owner_id=owner_id, kind="SKU_UNMAPPED", subject__in=list(skus)
    )
    return replay_holds(holds, now=now)


def replay_holds(holds: QuerySet[Hold], *, now: datetime, by: str = "") -> int:
    """Replay the records behind these holds. Twice changes nothing. Returns how many records.

    `by` is who asked, for the story of each record; empty when nobody did.
    """
    found = list(holds.select_related("document", "transfer", "event", "connection"))
    with transaction.atomic():
        direct = [h.transfer for h in found if h.transfer and not _has_source(h)]
        _send_again([t for t in direct if t], now)
        asked = _ask_source([h for h in found if _has_source(h)], now, by)
    for slug in {c.slug for c in asked}:
        kick(f"intake:{slug}", now=now)
    return len({(h.document_id, h.event_id, h.transfer_id) for h in found})


def _has_source(hold: Hold) -> bool:
    """Receipts and unreadable events come from somewhere that can be asked again."""
    document = hold.document
    if document is not None:
        return document.kind in (Document.Kind.SALE, Document.Kind.RETURN)
    return hold.event is not None


def _ask_source(holds: Sequence[Hold], now: datetime, by: str) -> set[Connection]:
    """One hint per record: it is fetched, and only then planned or sent again."""
    hints, connections = [], set()
    for hold in holds:
        document = hold.document
        event = hold.event or (document.event if document else None)
        if event is None:
            continue
        connection = document.connection if document else event.connection
        connections.add(connection)
        hints.append(
            InboundEvent(
                connection=connection,
                kind=InboundEvent.Kind.HINT,
                topic=event.topic,
                external_id=event.external_id,
                version=f"{REPLAY}-{now.timestamp():.0f}-{hold.pk}",
                source=InboundEvent.Source.REPLAY,
                received_at=now,
                not_before=now,
                payload={REPLAY: {"event": event.pk, "transfer": hold.transfer_id, "by": by}},
            )
        )
    InboundEvent.objects.bulk_create(hints, ignore_conflicts=True, batch_size=500)
    return connections


def ask_about(documents: Iterable[Document], *, version: str, now: datetime) -> int:
    """Ask the source how these records are now; nothing is sent because of it. Returns how many."""
    hints = [
        InboundEvent(
            connection=document.event.connection,
            kind=InboundEvent.Kind.HINT,
            topic=document.event.topic,
            external_id=document.event.external_id,
            version=version,
            source=InboundEvent.Source.POLL,
            received_at=now,
            not_before=now,
            payload={},
        )
        for document in documents
        if document.event is not None
    ]
    InboundEvent.objects.bulk_create(hints, ignore_conflicts=True, batch_size=500)
    return len(hints)


def confirm(hints: Sequence[InboundEvent], facts: Sequence[Fact], *, now: datetime) -> None:
    """The source was re-read: unchanged records go on, changed ones are planned as they are now.

    Runs in the transaction that stored `facts`.
    """
    versions = {(fact.topic, fact.external_id): fact.version for fact in facts}
    for hint in hints:
        if REPLAY not in hint.payload:
            continue
        asked = hint.payload[REPLAY]
        event = InboundEvent.objects.get(pk=asked["event"])
        version = versions.get((event.topic, event.external_id))
        if version is None:
            _note_gone(event)
        elif version != event.version:
            _superseded(event)
        elif asked["transfer"]:
            _send_again(list(Transfer.objects.filter(pk=asked["transfer"])), now)
        else:
            InboundEvent.objects.filter(pk=event.pk, state__in=(State.HELD, State.PARKED)).update(
                state=State.RECEIVED, attempts=0, not_before=now, reason=""
            )


def _note_gone(event: InboundEvent) -> None:
    """Still held: the source does not know it any more, and nobody guesses."""
    InboundEvent.objects.filter(pk=event.pk).update(reason=LOST)


def _superseded(event: InboundEvent) -> None:
    InboundEvent.objects.filter(pk=event.pk, state__in=(State.HELD, State.PARKED)).update(
        state=State.SUPERSEDED, reason="The source changed it; its newer version was planned."
    )
    Hold.objects.open().filter(event=event, document__isnull=True).update(
        closed_at=system_now(), closed_reason="A newer version replaced it."
    )


def _send_again(transfers: Sequence[Transfer], now: datetime) -> None:
    """Held work is due again; an unknown outcome is looked up now; a difference is re-read."""
    for transfer in transfers:
        if transfer.state == Transfer.State.HELD:
            changed = Transfer.objects.filter(pk=transfer.pk, state=Transfer.State.HELD).update(
                state=Transfer.State.READY, attempts=0, not_before=now
            )
        elif transfer.state == Transfer.State.UNKNOWN:
            changed = Transfer.objects.filter(pk=transfer.pk).update(not_before=now)
        else:
            changed = Transfer.objects.filter(pk=transfer.pk, verified_at__isnull=True).update(
                verify_after=now
            )
        if changed:
            TransferAttempt.objects.create(
                transfer=transfer, at=now, action="replay", outcome="asked"
            )
    held = [t.pk for t in transfers if t.state == Transfer.State.HELD]
    Hold.objects.open().filter(transfer_id__in=held).update(
        closed_at=now, closed_reason="Sent again."
    )
    for slug in {t.connection.slug for t in transfers}:
        kick(f"deliver:{slug}", now=now)


def dismiss(hold: Hold, *, reason: str, now: datetime) -> None:
    """A person decides that it stays as it is. Terminal, with the reason.

    A record that stands at its target and differs is accepted, and what waited for it goes on; a
    later change of a transferred record is ignored; any other record is not transferred any more.
    """
    if hold.transfer and hold.kind == "READBACK_MISMATCH" and hold.field != verify.MISSING:
        _accept_difference(hold, hold.transfer, reason=reason, now=now)
    elif hold.document and hold.event_id and hold.event_id != hold.document.event_id:
        _ignore_change(hold, reason=reason, now=now)
    else:
        _give_up(hold, reason=reason, now=now)


def _accept_difference(hold: Hold, transfer: Transfer, *, reason: str, now: datetime) -> None:
    with transaction.atomic():
        Transfer.objects.filter(pk=transfer.pk, state=Transfer.State.POSTED).update(
            verified_at=now, verify_after=None, closed_reason=reason[:300]
        )
        TransferAttempt.objects.create(
            transfer=transfer, at=now, action="accept", outcome="accepted", sentence=reason[:400]
        )
        Hold.objects.open().filter(pk=hold.pk).update(
            closed_at=now, closed_reason=f"Accepted: {reason}"[:200]
        )
        outcomes.release_waiting([transfer])
    kick(f"deliver:{transfer.connection.slug}", now=now)


def _ignore_change(hold: Hold, *, reason: str, now: datetime) -> None:
    with transaction.atomic():
        InboundEvent.objects.filter(pk=hold.event_id or 0, state=State.HELD).update(
            state=State.DISMISSED, reason=reason[:300]
        )
        Hold.objects.open().filter(pk=hold.pk).update(
            closed_at=now, closed_reason=f"Dismissed: {reason}"[:200]
        )


def _give_up(hold: Hold, *, reason: str, now: datetime) -> None:
    with transaction.atomic():
        transfers = Transfer.objects.filter(pk=hold.transfer_id or 0)
        document = hold.document
        if document is not None:
            transfers = Transfer.objects.filter(document=document)
            Document.objects.filter(pk=document.pk).exclude(state=Document.State.POSTED).update(
                state=Document.State.DISMISSED, reason=reason[:300]
            )
            _work_out_levels(document, now)  # its goods are not on their way any more
        transfers.filter(state=Transfer.State.POSTED).update(verify_after=None)
        transfers = transfers.filter(
            state__in=(Transfer.State.HELD, Transfer.State.READY, Transfer.State.UNKNOWN)
        )
        levels = list(transfers.filter(operation="set-level"))
        transfers.update(state=Transfer.State.DISMISSED, closed_reason=reason[:300])
        for level in levels:  # the next change of stock works it out afresh
            ChannelLevel.objects.filter(
                connection=level.connection, location_code=level.location_code, sku=level.sku
            ).update(desired=None)
        event_id = hold.event_id or (hold.document.event_id if hold.document else None) or 0
        InboundEvent.objects.filter(pk=event_id, state__in=(State.HELD, State.PARKED)).update(
            state=State.DISMISSED, reason=reason[:300]
        )
        same = Hold.objects.open().filter(pk=hold.pk)
        if hold.document_id:
            same = Hold.objects.open().filter(document_id=hold.document_id)
        same.update(closed_at=now, closed_reason=f"Dismissed: {reason}"[:200])


def _work_out_levels(document: Document, now: datetime) -> None:
    lines = DocumentLine.objects.filter(document=document).values_list("location_code", "sku")
    mark_dirty(document.connection_id, lines, now=now)
