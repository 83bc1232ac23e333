"""Decide and store sales and returns: documents, lines, tenders, transfers and holds, in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.flows.decisions import Blocked, Decision, Obstacle, Park, Post, Skip
from integrations.flows.receipts import ReceiptPolicy, needs
from integrations.mapping.lookups import Lookups
from integrations.models import (
    Connection,
    Document,
    DocumentLine,
    DocumentTender,
    Hold,
    InboundEvent,
    Link,
    Store,
    Transfer,
)
from integrations.services import documents
from integrations.services import originals as sales
from integrations.services.deciding import decide
from integrations.services.lookups import load_lookups
from integrations.services.policy import receipt_policy
from integrations.services.reading import Reading
from integrations.services.trading_day import trading_day

Receipt = SalesOrder | SalesCredit
State = InboundEvent.State

# An event of several records ends in the state of the one that needs most attention.
SEVERITY = (State.HELD, State.PARKED, State.PLANNED, State.SUPERSEDED, State.SKIPPED)


@dataclass(slots=True)
class Draft:
    """One receipt with everything that will be stored for it."""

    event: InboundEvent
    receipt: Receipt
    document: Document
    decision: Decision
    store: Store | None
    on: date | None
    state: InboundEvent.State = State.PLANNED
    reason: str = ""


@dataclass(slots=True)
class Batch:
    """What a batch of receipts needs to know, read with a constant number of queries."""

    link: Link
    lookups: Lookups
    policy: ReceiptPolicy
    stores: dict[str, Store]
    known: dict[tuple[str, str], Document]
    originals: dict[str, sales.OriginalSale] = field(default_factory=dict)


def store(
    readings: Sequence[Reading], *, connection: Connection, link: Link, now: datetime
) -> list[Receipt]:
    """Plan these receipts and return those that move stock. Runs in the planner's transaction."""
    if not readings:
        return []
    receipts = [
        (r.event, record)
        for r in readings
        for record in r.records
        if isinstance(record, SalesOrder | SalesCredit)
    ]
    batch = _batch(receipts, connection=connection, link=link)
    drafts = [_draft(event, receipt, batch, now) for event, receipt in receipts]
    active = _store_drafts(drafts, batch, now)
    _close_events(readings, drafts)
    sales.release_parked(connection, [d.receipt.external_id for d in drafts])
    return [draft.receipt for draft in active]


def _batch(
    receipts: Sequence[tuple[InboundEvent, Receipt]], *, connection: Connection, link: Link
) -> Batch:
    skus = {line.sku for _, receipt in receipts for line in receipt.lines}
    ids = [receipt.external_id for _, receipt in receipts]
    known = Document.objects.receipts().filter(connection=connection, external_id__in=ids)
    return Batch(
        link=link,
        lookups=load_lookups(link, skus=skus),
        policy=receipt_policy(link),
        stores={store.code: store for store in Store.objects.all()},
        known={(doc.kind, doc.external_id): doc for doc in known},
        originals=sales.load(connection, [receipt for _, receipt in receipts]),
    )


def _draft(event: InboundEvent, receipt: Receipt, batch: Batch, now: datetime) -> Draft:
    kind = documents.kind_of(receipt)
    document = batch.known.get((kind, receipt.external_id)) or Document()
    shop = batch.stores.get(receipt.store_code)
    on = None
    if shop is not None:
        on = trading_day(receipt.placed_at, timezone=shop.timezone, cut_off=shop.cut_off)
    draft = Draft(event, receipt, document, Skip(""), shop, on)
    if document.pk and document.state not in sales.REPLANNABLE:
        _compare(draft)
    elif on is None:
        draft.decision = Blocked((_unknown_store(receipt),))
    else:
        draft.decision = decide(
            receipt, batch.lookups, on=on, policy=batch.policy, originals=batch.originals
        )
    batch.known[(kind, receipt.external_id)] = document
    return draft


def _unknown_store(receipt: Receipt) -> Obstacle:
    code = receipt.store_code or "(none)"
    sentence = f"Store “{code}” is not set up, so its trading day is not known."
    return Obstacle("MAP_OPS_MISSING", f"store {code}", sentence, field="store_code")


def _compare(draft: Draft) -> None:
    """A later version of a receipt that was planned already: an echo, or a change to look at."""
    document, receipt = draft.document, draft.receipt
    if document.state in (Document.State.SKIPPED, Document.State.DISMISSED):
        draft.state, draft.reason = State.SKIPPED, f"The receipt was {document.state} before."
    elif _is_same(document, receipt):
        draft.state, draft.reason = State.SUPERSEDED, "Nothing that matters changed."
    else:
        sentence = f"Receipt {receipt.number} changed at the till after it was transferred."
        obstacle = Obstacle("VALIDATION_FAILED", receipt.number, sentence, field="record")
        draft.state, draft.reason = State.HELD, sentence
        draft.decision = Blocked((obstacle,))


def _is_same(document: Document, receipt: Receipt) -> bool:
    """Whether it says what was stored; a field newer than the stored record is no change."""
    return type(receipt).model_validate(document.record) == receipt


def _store_drafts(drafts: Sequence[Draft], batch: Batch, now: datetime) -> list[Draft]:
    changed = [d for d in drafts if d.reason and d.state is State.HELD]
    active = [d for d in drafts if not d.reason]
    for draft in active:
        _settle_state(draft, batch, now)
    _store_skipped([d for d in active if d.state is State.SKIPPED], now)
    active = _store_documents([d for d in active if d.state is not State.SKIPPED])
    _replace_rows(active)
    _store_transfers(active, batch, now)
    _store_holds([*active, *changed], batch, now)
    return active


def _settle_state(draft: Draft, batch: Batch, now: datetime) -> None:
    """What the decision means for the document and its event."""
    document = documents.describe(
        draft.document,
        draft.receipt,
        event=draft.event,
        link=batch.link,
        store=draft.store,
        on=draft.on,
    )
    match draft.decision:
        case Skip(reason):
            draft.state, draft.reason = State.SKIPPED, reason
        case Park(reason):
            document.state, document.reason = Document.State.PARKED, reason
            draft.state = State.PARKED
        case Blocked(obstacles):
            document.state = Document.State.HELD
            document.reason = obstacles[0].sentence[:300]
            draft.state = State.HELD
        case Post():
            document.state, document.reason = Document.State.POSTING, ""
            document.planned_at = now
            document.mapping_version = _stamp(draft, batch)


def _stamp(draft: Draft, batch: Batch) -> str:
    """Which mapping rows its effects were made from."""
    assert draft.on is not None
    kind = "return" if isinstance(draft.receipt, SalesCredit) else "sale"
    return batch.lookups.stamp(needs(draft.receipt, order_kind=kind), on=draft.on)


def _store_skipped(drafts: Sequence[Draft], now: datetime) -> None:
    """A receipt that was held and needs nothing any more (cancelled since): it waits no longer."""
    ids = [d.document.pk for d in drafts if d.document.pk]
    Document.objects.filter(pk__in=ids).update(state=Document.State.SKIPPED)
    Hold.objects.open().filter(document_id__in=ids).update(
        closed_at=now, closed_reason="Nothing needs to be transferred any more."
    )


def _store_documents(drafts: list[Draft]) -> list[Draft]:
    new = [d.document for d in drafts if d.document.pk is None]
    old = [d.document for d in drafts if d.document.pk is not None]
    Document.objects.bulk_create(new, batch_size=500)
    for document in old:
        document.save()
    return drafts


def _replace_rows(drafts: Sequence[Draft]) -> None:
    ids = [d.document.pk for d in drafts]
    DocumentLine.objects.filter(document_id__in=ids).delete()
    DocumentTender.objects.filter(document_id__in=ids).delete()
    rows = [(d, d.decision if isinstance(d.decision, Post) else None) for d in drafts]
    DocumentLine.objects.bulk_create(
        (line for d, post in rows for line in documents.lines_of(d.document, d.receipt, post)),
        batch_size=500,
    )
    DocumentTender.objects.bulk_create(
        (t for d, post in rows for t in documents.tenders_of(d.document, d.receipt, post)),
        batch_size=500,
    )


def _store_transfers(drafts: Sequence[Draft], batch: Batch, now: datetime) -> None:
    transfers = []
    for draft in drafts:
        if not isinstance(draft.decision, Post):
            continue
        sale = batch.originals.get(getattr(draft.receipt, "original_external_id", ""))
        if sale is not None:
            draft.document.original_id = sale.document.pk
            Document.objects.filter(pk=draft.document.pk).update(original=sale.document)
        transfers += [
            documents.transfer_of(
                planned,
                flow=draft.decision.flow,
                link=batch.link,
                target_id=batch.link.owner_id,
                document=draft.document,
                waits_for=sale.order_transfer if sale else None,
                now=now,
            )
            for planned in draft.decision.steps
        ]
    Transfer.objects.bulk_create(transfers, batch_size=500)


def _store_holds(drafts: Sequence[Draft], batch: Batch, now: datetime) -> None:
    """Open what holds each record now, and close what no longer does."""
    ids = [d.document.pk for d in drafts]
    still_open = {
        (hold.document_id, hold.kind, hold.subject): hold
        for hold in Hold.objects.open().filter(document_id__in=ids, transfer__isnull=True)
    }
    new = []
    for draft in drafts:
        obstacles = draft.decision.obstacles if isinstance(draft.decision, Blocked) else ()
        for obstacle in {(o.kind, o.subject[:120]): o for o in obstacles}.values():
            key = (draft.document.pk, obstacle.kind, obstacle.subject[:120])
            if still_open.pop(key, None) is None:
                hold = documents.hold_of(
                    obstacle, document=draft.document, link=batch.link, now=now
                )
                hold.event = draft.event if draft.reason else None  # the change, not the receipt
                new.append(hold)
    Hold.objects.bulk_create(new, batch_size=500)
    Hold.objects.filter(pk__in=[hold.pk for hold in still_open.values()]).update(
        closed_at=now, closed_reason="Its cause went away."
    )


def _close_events(readings: Sequence[Reading], drafts: Sequence[Draft]) -> None:
    by_event: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_event.setdefault(draft.event.pk, []).append(draft)
    events = []
    for reading in readings:
        worst = min(by_event[reading.event.pk], key=lambda d: SEVERITY.index(d.state))
        reading.event.state = worst.state
        reading.event.reason = (worst.reason or worst.document.reason)[:300]
        events.append(reading.event)
    InboundEvent.objects.bulk_update(events, ("state", "reason"), batch_size=200)
