"""Let another application ask for an effect: journals today."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from integrations.canonical.effects import JournalLine, PostJournal
from integrations.flows import lanes
from integrations.flows.decisions import Obstacle, Planned
from integrations.models import Document, Hold, Link, Store, Transfer
from integrations.services.documents import hold_of, transfer_of
from integrations.services.outcomes import refresh_documents
from integrations.services.schedule import kick

FLOW = "day-journal-to-erp"


def journal_document(
    link: Link,
    *,
    store: Store,
    on: date,
    reference: str,
    total: Decimal,
    currency: str,
    now: datetime,
) -> Document:
    """The business record of a day's journal; the same reference is the same record."""
    document, _ = Document.objects.get_or_create(
        connection=link.channel,
        kind=Document.Kind.JOURNAL,
        external_id=reference,
        defaults={
            "link": link,
            "number": reference,
            "store": store,
            "store_code": store.code,
            "placed_at": now,
            "business_date": on,
            "currency": currency,
            "net": total,
            "tax": Decimal(0),
            "gross": total,
            "state": Document.State.POSTING,
            "received_at": now,
            "planned_at": now,
        },
    )
    return document


@transaction.atomic
def submit_journal(
    link: Link,
    *,
    store: Store,
    on: date,
    reference: str,
    description: str,
    currency: str,
    lines: list[JournalLine],
    now: datetime,
) -> Transfer:
    """Queue a balanced journal for the link's owner. Asking twice changes nothing."""
    debit = sum((line.debit for line in lines), Decimal(0))
    if debit != sum((line.credit for line in lines), Decimal(0)):
        raise ValueError(f"Journal {reference} does not balance.")
    key = f"{FLOW}:{reference}"
    known = Transfer.objects.filter(key=key).first()
    if known is not None:
        return known
    document = journal_document(
        link, store=store, on=on, reference=reference, total=debit, currency=currency, now=now
    )
    Document.objects.filter(pk=document.pk).update(
        state=Document.State.POSTING, gross=debit, net=debit, reason=""
    )
    Hold.objects.open().filter(document=document, transfer__isnull=True).update(
        closed_at=now, closed_reason="Its cause went away."
    )
    effect = PostJournal(
        reference=reference,
        journal_date=on,
        description=description,
        currency=currency,
        lines=tuple(lines),
    )
    planned = Planned(key, effect, lanes.STATUSES, link_kind="journal", value=debit)
    transfer = transfer_of(
        planned,
        flow=FLOW,
        link=link,
        target_id=link.owner_id,
        document=document,
        waits_for=None,
        now=now,
    )
    transfer.save()
    refresh_documents({document.pk}, now=now)
    kick(f"deliver:{link.owner.slug}", now=now)
    return transfer


@transaction.atomic
def hold_journal(
    link: Link,
    *,
    store: Store,
    on: date,
    reference: str,
    currency: str,
    subject: str,
    sentence: str,
    table: str,
    total: Decimal,
    now: datetime,
) -> None:
    """The day's journal cannot be built: say why, once."""
    document = journal_document(
        link, store=store, on=on, reference=reference, total=total, currency=currency, now=now
    )
    Document.objects.filter(pk=document.pk).update(state=Document.State.HELD, reason=sentence[:300])
    obstacle = Obstacle("JOURNAL_FAILED", subject, sentence, table=table)
    if not Hold.objects.open().filter(document=document, subject=subject).exists():
        hold_of(obstacle, document=document, link=link, now=now).save()
