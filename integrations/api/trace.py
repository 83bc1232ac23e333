"""Any id of any system → the whole journey, with the requests behind it."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from integrations import public
from integrations.api.documents import told
from integrations.api.kit import Name, Operation, Scope, caller
from integrations.api.shapes import (
    DocumentStory,
    TransferStory,
    document_story,
    transfer_story,
)
from integrations.public import CallLog

MOST = 20  # documents that may carry one id


class TraceQuestion(BaseModel):
    """A receipt number, a till's own id, an id at any connected system, or a transfer's key."""

    id: Name


class CallShape(BaseModel):
    """A request to a vendor and its answer; secrets and shoppers' data were removed first."""

    id: int
    connection: str
    method: str
    path: str
    status: int | None
    started_at: datetime
    milliseconds: int
    request: str
    response: str
    error: str
    messages: int


class Trace(BaseModel):
    """`transfers` are those that belong to no document, such as stock levels.

    `calls` is null for a role that may not read messages.
    """

    documents: list[DocumentStory]
    transfers: list[TransferStory]
    calls: list[CallShape] | None


def trace(request: HttpRequest, filters: Query[TraceQuestion]) -> Trace:
    """Everything known under one id, newest document first; nothing found is an empty answer."""
    found = public.find(filters.id)
    ids = [document.pk for document in found.documents[:MOST]]
    documents = told(public.documents().filter(pk__in=ids)).order_by("-placed_at", "-pk")
    stories = [document_story(document) for document in documents]
    rows = public.transfers().filter(pk__in=[transfer.pk for transfer in found.transfers[:MOST]])
    rows = rows.select_related("connection", "link").prefetch_related("history")
    loose = [transfer_story(row) for row in rows.order_by("pk")]
    transfers = [*loose, *(each for story in stories for each in story.transfers)]
    calls = _calls(transfers) if caller(request).may("view_messages") else None
    return Trace(documents=stories, transfers=loose, calls=calls)


def _calls(transfers: list[TransferStory]) -> list[CallShape]:
    ids = {attempt.call for transfer in transfers for attempt in transfer.history if attempt.call}
    rows = public.calls().filter(pk__in=ids).select_related("connection").order_by("pk")
    return [_call(row) for row in rows]


def _call(row: CallLog) -> CallShape:
    same = ("method", "path", "status", "started_at", "milliseconds", "request", "response")
    return CallShape(
        id=row.pk,
        connection=row.connection.slug,
        error=row.error,
        messages=row.messages,
        **{name: getattr(row, name) for name in same},
    )


OPERATIONS = (Operation("GET", "/trace", trace, Trace, "view_orders", Scope.READ),)
