"""Rows of a receipt: document, lines, tenders, transfers. Builds them; the planner stores them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.flows.decisions import Obstacle, Planned, Post
from integrations.models import (
    Document,
    DocumentLine,
    DocumentTender,
    Hold,
    InboundEvent,
    Link,
    Store,
    Transfer,
)

Receipt = SalesOrder | SalesCredit


def kind_of(receipt: Receipt) -> Document.Kind:
    return Document.Kind.RETURN if isinstance(receipt, SalesCredit) else Document.Kind.SALE


def describe(
    document: Document,
    receipt: Receipt,
    *,
    event: InboundEvent,
    link: Link,
    store: Store | None,
    on: date | None,
) -> Document:
    """Fill a document from its receipt; not saved."""
    document.connection = event.connection
    document.link = link
    document.event = event
    document.kind = kind_of(receipt)
    document.external_id = receipt.external_id
    document.number = receipt.number
    document.store = store
    document.store_code = receipt.store_code
    document.location_code = receipt.location_code
    document.register_id = receipt.register_id
    document.placed_at = receipt.placed_at
    document.business_date = on
    document.currency = receipt.currency
    document.net = receipt.stated_net
    document.tax = receipt.stated_tax
    document.gross = receipt.stated_gross
    document.rounding = receipt.rounding
    document.units = sum((line.quantity for line in receipt.lines), Decimal(0))
    document.record = receipt.model_dump(mode="json")
    document.received_at = document.received_at or event.received_at
    return document


def lines_of(document: Document, receipt: Receipt, post: Post | None) -> Iterable[DocumentLine]:
    """One row a line. While held, a sale counts as in flight and a return does not."""
    for line in receipt.lines:
        product_id, stocked, disposition = ("", True, "")
        if post is not None:
            product_id, stocked, disposition = post.products[line.line_id]
        yield DocumentLine(
            document=document,
            line_id=line.line_id,
            sku=line.sku,
            name=line.name[:200],
            location_code=receipt.location_code,
            quantity=line.quantity,
            signed_quantity=_signed(document, line.quantity, disposition),
            net=line.net,
            tax=line.tax,
            tax_rate=line.tax_rate,
            discount_net=line.discount_net,
            condition_code=line.condition_code,
            disposition=disposition,
            product_id=product_id,
            is_stocked=stocked,
        )


def _signed(document: Document, quantity: Decimal, disposition: str) -> Decimal:
    """+ sold, − returned to sellable stock; quarantined goods are nobody's to sell."""
    if document.kind == Document.Kind.SALE:
        return max(quantity, Decimal(0))
    return -quantity if disposition == "restock" else Decimal(0)


def tenders_of(document: Document, receipt: Receipt, post: Post | None) -> Iterable[DocumentTender]:
    for tender in receipt.tenders:
        method, nominal = post.methods.get(tender.index, ("", "")) if post else ("", "")
        yield DocumentTender(
            document=document,
            index=tender.index,
            name=tender.name,
            code=tender.code,
            amount=tender.amount,
            reference=tender.reference[:120],
            method_code=method,
            nominal_code=nominal,
        )


def transfer_of(
    planned: Planned,
    *,
    flow: str,
    link: Link,
    target_id: int,
    document: Document | None,
    waits_for: Transfer | None,
    now: datetime,
) -> Transfer:
    """One intended write; it waits while earlier steps, or `waits_for`, are not posted."""
    blocked = waits_for is not None and waits_for.state != Transfer.State.POSTED
    effect = planned.effect
    return Transfer(
        link=link,
        flow=flow,
        operation=effect.operation,
        document=document,
        connection_id=target_id,
        key=planned.key,
        link_kind=planned.link_kind,
        payload=effect.model_dump(mode="json"),
        lane=planned.lane,
        due_order=now + timedelta(seconds=planned.lane),
        step=planned.step,
        waits_for=waits_for if planned.step == 1 else None,
        waiting=planned.step > 1 or blocked,
        not_before=now,
        location_code=getattr(effect, "location_code", ""),
        sku=getattr(effect, "sku", ""),
        value=planned.value,
        currency=document.currency if document else "",
        created_at=now,
    )


def hold_of(obstacle: Obstacle, *, document: Document, link: Link, now: datetime) -> Hold:
    return Hold(
        kind=obstacle.kind,
        subject=obstacle.subject[:120],
        table=obstacle.table,
        field=obstacle.field,
        sentence=obstacle.sentence[:400],
        link=link,
        connection=document.connection,
        document=document,
        store_code=document.store_code,
        value=document.gross,
        currency=document.currency,
        opened_at=now,
    )
