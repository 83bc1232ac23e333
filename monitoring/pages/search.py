"""One box for any id of any system."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from integrations import public as hub
from integrations.public import LOOKED_IN, Found
from monitoring.kit.page import Page, is_partial, render
from monitoring.kit.permissions import Capability
from monitoring.pages.orders import explain
from monitoring.pages.states import document_state, operation_words, transfer_state

LONGEST = 160  # characters: our own references are the longest ids that there are


def search(request: HttpRequest) -> HttpResponse:
    """Answer a single hit with its page, several with a list, none with where we looked."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    found = hub.find(text)
    if not is_partial(request) and (url := _only(found)):
        return redirect(url)
    explain(found.documents, request)
    context = {
        "page": PAGE,
        "search_text": text,
        "found": len(found),
        "documents": [(row, document_state(row)) for row in found.documents],
        "products": found.products,
        "transfers": [_told(row) for row in found.transfers],
        "events": found.events,
        "looked_in": LOOKED_IN,
    }
    partial = "monitoring/partials/_found.html"
    return render(request, "monitoring/search.html", context, partial=partial)


def _only(found: Found) -> str:
    """Return the page of the one thing found, if there is just one and it has a page."""
    if len(found) != 1:
        return ""
    if found.documents:
        return reverse("trace", args=[found.documents[0].pk])
    return reverse("sku", args=[found.products[0].sku]) if found.products else ""


def _told(transfer: Any) -> dict[str, Any]:
    return {
        "row": transfer,
        "words": operation_words(transfer.operation),
        "state": transfer_state(transfer),
    }


PAGE = Page(
    path="search/",
    name="search",
    title="Search",
    view=search,
    capability=Capability.VIEW_ORDERS,
    section="Orders",
)
