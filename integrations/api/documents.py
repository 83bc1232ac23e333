"""Receipts, returns, till closes and journals: a list, one with its story, and replay."""

from datetime import date

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from integrations import public
from integrations.api.kit import (
    ApiError,
    Given,
    Id,
    Listing,
    Name,
    Operation,
    Paging,
    Scope,
    Text,
    caller,
    dropped,
    listing,
    named,
    one,
)
from integrations.api.shapes import (
    DocumentKind,
    DocumentRow,
    DocumentState,
    DocumentStory,
    document_row,
    document_story,
)
from integrations.public import Document


class DocumentFilters(Paging):
    kind: DocumentKind | None = None
    state: DocumentState | None = None
    connection: Name | None = None
    store: Name | None = None
    day: date | None = None
    number: Name | None = None


class ReplayRequest(Given):
    reason: Text = ""


class Replayed(BaseModel):
    """How many records were asked for again; those that had gone through by now are `settled`."""

    replayed: int
    settled: int


def list_documents(request: HttpRequest, filters: Query[DocumentFilters]) -> Listing[DocumentRow]:
    """Documents in the order of their ids. `day` is the trading day at the store."""
    wanted: dict[str, object] = {
        "kind": filters.kind,
        "state": filters.state,
        "number": filters.number,
        "business_date": filters.day,
    }
    if filters.connection:
        wanted["connection"] = named(
            public.connections(), filters.connection, by="slug", field="connection"
        )
    if filters.store:
        wanted["store"] = named(public.stores(), filters.store, by="code", field="store")
    rows = public.documents().filter(**dropped(wanted)).select_related("connection", "link")
    return listing(Listing[DocumentRow], rows, filters, document_row)


def read_document(request: HttpRequest, document_id: Id) -> DocumentStory:
    """One document with its lines, tenders, links, open holds, transfers and attempts."""
    return document_story(one(told(public.documents()), document_id, "document"))


def replay_document(request: HttpRequest, document_id: Id, given: ReplayRequest) -> Replayed:
    """Send what is held again: its source is read first, and what changed there is planned anew.

    Safe to repeat: nothing arrives twice, and what went through meanwhile stays as it is.
    """
    document = one(public.documents(), document_id, "document")
    if not document.holds.exists():
        raise ApiError(
            409, "Nothing of this document was ever held, so there is nothing to replay."
        )
    result = public.replay_document(
        document_id=document.pk, by=caller(request).user, reason=given.reason
    )
    return Replayed(replayed=result.replayed, settled=result.already_settled)


def told(rows: QuerySet[Document]) -> QuerySet[Document]:
    """Fetch all that a story tells, with a fixed number of queries."""
    links = public.document_links().select_related("connection").order_by("kind", "pk")
    transfers = public.transfers().select_related("connection", "link").order_by("step", "pk")
    holds = public.holds().open().order_by("opened_at", "pk")
    return rows.select_related("connection", "link").prefetch_related(
        Prefetch("lines", public.document_lines().order_by("line_id", "pk")),
        Prefetch("tenders", public.document_tenders().order_by("index")),
        Prefetch("links", links),
        Prefetch("holds", holds),
        Prefetch("returns", public.documents().only("pk", "original_id").order_by("pk")),
        Prefetch("transfers", transfers),
        "transfers__history",
    )


OPERATIONS = (
    Operation("GET", "/documents", list_documents, Listing[DocumentRow], "view_orders", Scope.READ),
    Operation(
        "GET", "/documents/{document_id}", read_document, DocumentStory, "view_orders", Scope.READ
    ),
    Operation(
        "POST",
        "/documents/{document_id}/replay",
        replay_document,
        Replayed,
        "replay",
        Scope.REPLAY,
    ),
)
