"""One box for any id of any system."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from integrations.public import CatalogueItem, Document, DocumentLink, Transfer
from monitoring.kit.page import Page, is_partial, render
from monitoring.kit.permissions import Capability
from monitoring.pages.orders import explain
from monitoring.pages.states import document_state

MOST = 20
LOOKED_IN = (
    "receipt and order numbers",
    "the tills’ own ids",
    "ids in every connected system",
    "payment references",
    "SKUs and barcodes",
)


def search(request: HttpRequest) -> HttpResponse:
    """Answer a single hit with its page, several with a list, none with where we looked."""
    text = request.GET.get("q", "").strip()[:120]
    documents = find_documents(text) if text else []
    products = find_products(text) if text else []
    if len(documents) == 1 and not products and not is_partial(request):
        return redirect(reverse("trace", args=[documents[0].pk]))
    explain(documents, request)
    context = {
        "page": PAGE,
        "search_text": text,
        "documents": [(row, document_state(row)) for row in documents],
        "products": products,
        "looked_in": LOOKED_IN,
    }
    return render(
        request, "monitoring/search.html", context, partial="monitoring/partials/_found.html"
    )


def find_documents(text: str) -> list[Document]:
    """Return the documents that carry exactly this id anywhere, newest first; indexed look-ups."""
    found: set[int] = set()
    rows: Any = Document.objects
    found.update(rows.filter(number=text).values_list("pk", flat=True)[:MOST])
    found.update(rows.filter(external_id=text).values_list("pk", flat=True)[:MOST])
    linked = DocumentLink.objects.filter(external_id=text)
    found.update(linked.values_list("document", flat=True)[:MOST])
    sent = Transfer.objects.filter(external_ref=text, document__isnull=False)
    found.update(sent.values_list("document", flat=True)[:MOST])
    return list(
        Document.objects.filter(pk__in=found).select_related("store").order_by("-placed_at")[:MOST]
    )


def find_products(text: str) -> list[CatalogueItem]:
    """Return the products whose SKU or barcode this is."""
    rows = CatalogueItem.objects.select_related("connection")
    by_sku = list(rows.filter(sku=text)[:MOST])
    return by_sku or list(rows.filter(barcode=text)[:MOST])


PAGE = Page(
    path="search/",
    name="search",
    title="Search",
    view=search,
    capability=Capability.VIEW_ORDERS,
    section="Orders",
)
