"""One receipt and everything that became of it, across all systems."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from integrations.public import Document
from monitoring import orders as desk
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability, can
from monitoring.pages.order_reasons import reasons
from monitoring.pages.states import PROVING, document_state, operation_words, transfer_state
from monitoring.pages.trace_sides import sides
from monitoring.pages.trace_story import drawn, story

KINDS = {"sale": "Sale", "return": "Return", "journal": "Journal", "z-report": "Till close"}


def trace(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole story of one receipt: a fixed number of queries, however long it is."""
    documents = Document.objects.select_related("store", "connection", "event", "original")
    document = get_object_or_404(documents, pk=pk)
    transfers = list(
        document.transfers.select_related("connection", "waits_for__document").order_by("step")
    )
    for transfer in transfers:
        transfer.shown = transfer_state(transfer)  # type: ignore[attr-defined]
        transfer.words = operation_words(transfer.operation)  # type: ignore[attr-defined]
    holds = list(document.holds.order_by("opened_at"))
    limits = desk.limits(public.figures_in_force())
    reason = reasons([document], limits, now=now_of(request)).get(pk)
    steps = story(document, transfers, holds)
    context = {
        "page": PAGE,
        "document": document,
        "kind": KINDS.get(document.kind, "Record"),
        "state": PROVING if reason and document.state == "posted" else document_state(document),
        "reason": reason,
        "zone": document.store.timezone if document.store else "UTC",
        "holds": [hold for hold in holds if hold.closed_at is None],
        "steps": steps,
        "drawing": drawn(steps, is_waiting=reason is not None, now=now_of(request)),
        "transfers": transfers,
        **_receipt(document, transfers),
        "shows_messages": can(request.user, Capability.VIEW_MESSAGES),
        "shows_days": can(request.user, Capability.VIEW_DAYS),
    }
    partial = "monitoring/partials/_trace.html"
    return render(request, "monitoring/trace.html", context, partial=partial)


def _receipt(document: Document, transfers: Any) -> dict[str, Any]:
    """The receipt beside its order, and the records that belong to it."""
    tenders = list(document.tenders.order_by("index"))
    return {
        "sides": sides(
            document,
            lines=document.lines.order_by("pk"),
            tenders=tenders,
            transfers=transfers,
            links=document.links.all(),
        ),
        "returns": document.returns.order_by("placed_at"),
    }


PAGE = Page(
    path="orders/<int:pk>/",
    name="trace",
    title="Receipt",
    view=trace,
    capability=Capability.VIEW_ORDERS,
    section="Orders",
)
