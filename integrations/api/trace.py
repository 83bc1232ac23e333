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
from integrations.public import CallLog, Document, Transfer

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
    sent = list(_transfers(filters.id))
    documents = list(_documents(filters.id, sent))
    stories = [document_story(document) for document in documents]
    loose = [transfer_story(row) for row in sent if row.document_id is None]
    transfers = [*loose, *(each for story in stories for each in story.transfers)]
    calls = _calls(transfers) if caller(request).may("view_messages") else None
    return Trace(documents=stories, transfers=loose, calls=calls)


def _transfers(text: str) -> list[Transfer]:
    """By key or by the target's id; two indexed look-ups."""
    rows = public.transfers().select_related("connection", "link").prefetch_related("history")
    by_key = list(rows.filter(key=text))
    return by_key or list(rows.filter(external_ref=text).order_by("pk")[:MOST])


def _documents(text: str, sent: list[Transfer]) -> list[Document]:
    """By number, own id, id at a target, or a transfer that carries the text."""
    rows = public.documents()
    found = {row.document_id for row in sent if row.document_id is not None}
    found.update(rows.filter(number=text).values_list("pk", flat=True)[:MOST])
    found.update(rows.filter(external_id=text).values_list("pk", flat=True)[:MOST])
    linked = public.document_links().filter(external_id=text)
    found.update(linked.values_list("document_id", flat=True)[:MOST])
    return list(told(rows.filter(pk__in=found)).order_by("-placed_at", "-pk")[:MOST])


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
