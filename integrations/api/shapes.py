"""Documents and transfers as the API shows them: no payloads, no shopper's data."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel

from integrations.api.kit import Money, choice, money, quantity
from integrations.public import (
    Document,
    DocumentLine,
    DocumentLink,
    DocumentTender,
    Hold,
    Transfer,
    TransferAttempt,
)

DocumentKind = Annotated[Document.Kind, choice(Document.Kind)]
DocumentState = Annotated[Document.State, choice(Document.State)]
TransferState = Annotated[Transfer.State, choice(Transfer.State)]


class DocumentRow(BaseModel):
    id: int
    kind: DocumentKind
    state: DocumentState
    reason: str
    number: str
    external_id: str
    connection: str
    link: str | None
    store: str
    location: str
    register_id: str
    placed_at: datetime
    business_date: date | None
    received_at: datetime
    planned_at: datetime | None
    posted_at: datetime | None
    net: Money
    tax: Money
    gross: Money
    rounding: Money
    units: str | None
    original: int | None


class Line(BaseModel):
    line_id: str
    sku: str
    name: str
    location: str
    quantity: str | None
    net: Money
    tax: Money
    tax_rate: str | None
    condition: str
    disposition: str


class Tender(BaseModel):
    name: str
    amount: Money
    reference: str
    method_code: str
    nominal_code: str


class Counterpart(BaseModel):
    """This document there is that record here."""

    connection: str
    kind: str
    external_id: str
    linked_at: datetime


class HoldShape(BaseModel):
    """Why it waits for a person."""

    id: int
    kind: str
    subject: str
    sentence: str
    table: str
    opened_at: datetime


class Attempt(BaseModel):
    """One try. `call` is the id of the request behind it, among the `calls` of a trace."""

    at: datetime
    action: str
    outcome: str
    sentence: str
    call: int | None


class TransferRow(BaseModel):
    """One effect wanted at one target. `waits_for` is the transfer that must come first."""

    id: int
    key: str
    link: str
    flow: str
    operation: str
    connection: str
    document: int | None
    step: int
    state: TransferState
    waiting: bool
    waits_for: int | None
    attempts: int
    not_before: datetime
    created_at: datetime
    first_sent_at: datetime | None
    posted_at: datetime | None
    verified_at: datetime | None
    external_ref: str
    error_kind: str
    error_sentence: str
    closed_reason: str
    location: str
    sku: str
    value: Money | None


class TransferStory(TransferRow):
    """A transfer with everything that was tried, oldest first."""

    history: list[Attempt]


class DocumentStory(DocumentRow):
    """A document with all that hangs on it. `holds` are the open ones."""

    lines: list[Line]
    tenders: list[Tender]
    links: list[Counterpart]
    holds: list[HoldShape]
    returns: list[int]
    transfers: list[TransferStory]


def document_row(row: Document) -> DocumentRow:
    """Needs `connection` and `link`."""
    return DocumentRow(**_document(row))


def _document(row: Document) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "reason": row.reason,
        "number": row.number,
        "external_id": row.external_id,
        "connection": row.connection.slug,
        "link": row.link.slug if row.link else None,
        "store": row.store_code,
        "location": row.location_code,
        "register_id": row.register_id,
        "placed_at": row.placed_at,
        "business_date": row.business_date,
        "received_at": row.received_at,
        "planned_at": row.planned_at,
        "posted_at": row.posted_at,
        "net": money(row.net, row.currency),
        "tax": money(row.tax, row.currency),
        "gross": money(row.gross, row.currency),
        "rounding": money(row.rounding, row.currency),
        "units": quantity(row.units),
        "original": row.original_id,
    }


def document_story(row: Document) -> DocumentStory:
    """Needs all that `documents.told()` fetches; asks nothing itself."""
    return DocumentStory(
        **_document(row),
        lines=[_line(line, row.currency) for line in row.lines.all()],
        tenders=[_tender(tender, row.currency) for tender in row.tenders.all()],
        links=[_counterpart(link) for link in row.links.all()],
        holds=[hold_shape(hold) for hold in row.holds.all()],
        returns=[returned.pk for returned in row.returns.all()],
        transfers=[transfer_story(transfer) for transfer in row.transfers.all()],
    )


def _line(row: DocumentLine, currency: str) -> Line:
    return Line(
        line_id=row.line_id,
        sku=row.sku,
        name=row.name,
        location=row.location_code,
        quantity=quantity(row.quantity),
        net=money(row.net, currency),
        tax=money(row.tax, currency),
        tax_rate=quantity(row.tax_rate),
        condition=row.condition_code,
        disposition=row.disposition,
    )


def _tender(row: DocumentTender, currency: str) -> Tender:
    return Tender(
        name=row.name,
        amount=money(row.amount, currency),
        reference=row.reference,
        method_code=row.method_code,
        nominal_code=row.nominal_code,
    )


def _counterpart(row: DocumentLink) -> Counterpart:
    return Counterpart(
        connection=row.connection.slug,
        kind=row.kind,
        external_id=row.external_id,
        linked_at=row.linked_at,
    )


def hold_shape(row: Hold) -> HoldShape:
    return HoldShape(
        id=row.pk,
        kind=row.kind,
        subject=row.subject,
        sentence=row.sentence,
        table=row.table,
        opened_at=row.opened_at,
    )


def transfer_row(row: Transfer) -> TransferRow:
    """Needs `connection` and `link`."""
    return TransferRow(**_transfer(row))


def transfer_story(row: Transfer) -> TransferStory:
    """Needs `connection`, `link` and `history`."""
    return TransferStory(**_transfer(row), history=[_attempt(each) for each in row.history.all()])


def _transfer(row: Transfer) -> dict[str, Any]:
    same = ("key", "flow", "operation", "step", "state", "waiting", "attempts", "not_before")
    times = ("created_at", "first_sent_at", "posted_at", "verified_at")
    words = ("external_ref", "error_kind", "error_sentence", "closed_reason", "sku")
    return {
        "id": row.pk,
        "link": row.link.slug,
        "connection": row.connection.slug,
        "document": row.document_id,
        "waits_for": row.waits_for_id,
        "location": row.location_code,
        "value": money(row.value, row.currency) if row.currency else None,
        **{name: getattr(row, name) for name in (*same, *times, *words)},
    }


def _attempt(row: TransferAttempt) -> Attempt:
    return Attempt(
        at=row.at,
        action=row.action,
        outcome=row.outcome,
        sentence=row.sentence,
        call=row.call_id,
    )
