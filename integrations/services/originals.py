"""The sale behind a return: what it was, what was credited already, and who waits for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.flows.decisions import Obstacle
from integrations.flows.sales_credit_to_erp import Original
from integrations.models import Connection, Document, Hold, InboundEvent, Transfer
from integrations.services.documents import hold_of

# A document in one of these states has no effects yet and is planned afresh.
REPLANNABLE = (Document.State.HELD, Document.State.PARKED, Document.State.OPEN)
PLANNED = (Document.State.POSTING, Document.State.POSTED)


@dataclass(slots=True)
class OriginalSale:
    document: Document
    order_transfer: Transfer | None = None
    credits: dict[str, Decimal] = field(default_factory=dict)  # return's id → its gross
    obstacles: tuple[Obstacle, ...] = ()
    is_going: bool = False  # a rehearsal supposes that it has gone

    def facts(self, *, besides: str) -> Original:
        """What the flow may know; `besides` is the return being decided. Counts it from now on."""
        credited = sum((g for ref, g in self.credits.items() if ref != besides), Decimal(0))
        return Original(
            gross=self.document.gross,
            credited=credited,
            is_planned=self.is_going or self.document.state in PLANNED,
            obstacles=self.obstacles,
        )


def load(
    connection: Connection, receipts: Sequence[SalesOrder | SalesCredit]
) -> dict[str, OriginalSale]:
    """The stored sales that these returns name, by external id, in four queries at most."""
    credits = [r for r in receipts if isinstance(r, SalesCredit) and r.original_external_id]
    wanted = {credit.original_external_id for credit in credits}
    if not wanted:
        return {}
    sales = Document.objects.filter(
        connection=connection, kind=Document.Kind.SALE, external_id__in=wanted
    )
    found = {sale.external_id: OriginalSale(sale) for sale in sales}
    by_pk = {entry.document.pk: entry for entry in found.values()}
    for transfer in Transfer.objects.filter(document_id__in=by_pk, link_kind="order"):
        by_pk[transfer.document_id or 0].order_transfer = transfer
    for other in Document.objects.filter(original_id__in=by_pk, state__in=PLANNED):
        by_pk[other.original_id or 0].credits[other.external_id] = other.gross
    for hold in Hold.objects.open().filter(document_id__in=by_pk, transfer__isnull=True):
        entry = by_pk[hold.document_id or 0]
        entry.obstacles += (
            Obstacle(hold.kind, hold.subject, hold.sentence, hold.table, hold.field),
        )
    _count_batch(credits, found)
    return found


def _count_batch(credits: Sequence[SalesCredit], found: dict[str, OriginalSale]) -> None:
    """Returns of one batch see each other: the first ones in count against the later."""
    for credit in credits:
        sale = found.get(credit.original_external_id)
        left = Decimal(0)
        if sale is not None:
            left = sale.document.gross - sum(sale.credits.values(), Decimal(0))
        if sale is not None and credit.stated_gross <= left:
            sale.credits.setdefault(credit.external_id, credit.stated_gross)


def release_parked(connection: Connection, arrived: Sequence[str]) -> int:
    """Returns that waited for one of these sales are planned again; returns how many."""
    waiting = waiting_for(connection, arrived, states=(Document.State.PARKED, Document.State.HELD))
    return InboundEvent.objects.filter(
        pk__in=[document.event_id for document in waiting],
        state__in=(InboundEvent.State.PARKED, InboundEvent.State.HELD),
    ).update(state=InboundEvent.State.RECEIVED, attempts=0, reason="")


def waiting_for(
    connection: Connection, sales: Iterable[str], *, states: Sequence[Document.State]
) -> list[Document]:
    """Returns without effects that name one of these sales."""
    wanted = list(sales)
    if not wanted:
        return []
    returns = Document.objects.filter(
        connection=connection, kind=Document.Kind.RETURN, state__in=states
    )
    return list(returns.filter(record__original_external_id__in=wanted))


def hold_orphans(connection: Connection, absent: Iterable[str], *, now: datetime) -> None:
    """The source was asked for these sales and does not have them: a person must decide."""
    for document in waiting_for(connection, absent, states=(Document.State.PARKED,)):
        sale = document.record["original_external_id"]
        sentence = f"Return {document.number} names sale {sale}, which the tills do not have."
        Document.objects.filter(pk=document.pk).update(state=Document.State.HELD, reason=sentence)
        InboundEvent.objects.filter(
            pk=document.event_id or 0, state=InboundEvent.State.PARKED
        ).update(state=InboundEvent.State.HELD, reason=sentence)
        obstacle = Obstacle(
            "RETURN_NOT_CREDITED", document.number, sentence, field="original_external_id"
        )
        assert document.link is not None
        hold_of(obstacle, document=document, link=document.link, now=now).save()
