"""Any id of any system → what carries it. Every question is answered out of an index."""

from dataclasses import dataclass

from django.db.models import QuerySet

from integrations.models import (
    CatalogueItem,
    Connection,
    Document,
    DocumentLine,
    DocumentLink,
    DocumentTender,
    InboundEvent,
    Transfer,
)

MOST = 50  # records that may carry one id and are still named

# In the order in which people read them; each is looked in for every search.
LOOKED_IN = (
    "receipt, order and journal numbers",
    "the source’s own ids",
    "numbers in every connected system: orders, notes, payments, tracking",
    "our references and transfer keys",
    "payment references",
    "SKUs and barcodes",
    "news that could not be read yet",
)


@dataclass(frozen=True, slots=True)
class Found:
    """What carries an id: documents newest first, products, transfers that belong to no document
    (stock levels, products), and news that waits unread."""

    documents: list[Document]
    products: list[CatalogueItem]
    transfers: list[Transfer]
    events: list[InboundEvent]

    def __len__(self) -> int:
        parts = (self.documents, self.products, self.transfers, self.events)
        return sum(len(part) for part in parts)


def find(text: str) -> Found:
    """Look for a complete id, as it is written or in capitals. A constant number of queries."""
    forms = _forms(text)
    if not forms:
        return Found([], [], [], [])
    products = find_products(forms)
    ids = document_ids(forms)
    if not ids and not products:
        ids = _sold(forms)
    rows = Document.objects.filter(pk__in=ids).select_related("store", "connection", "link")
    documents = list(rows.order_by("-placed_at", "-pk")[:MOST])
    return Found(documents, products, _loose(forms), [] if documents else _unread(forms))


def document_ids(forms: list[str]) -> set[int]:
    """Documents by number, own id, id elsewhere, reference of ours or of a payment."""
    own = [*forms, *_own_ids(forms)]
    rows = (
        Document.objects.filter(number__in=forms).values_list("pk", flat=True),
        Document.objects.filter(external_id__in=own).values_list("pk", flat=True),
        DocumentLink.objects.filter(external_id__in=forms).values_list("document", flat=True),
        DocumentTender.objects.filter(reference__in=forms).values_list("document", flat=True),
        _of_documents(Transfer.objects.filter(external_ref__in=forms)),
        _of_documents(Transfer.objects.filter(key__in=forms)),
    )
    return {pk for each in rows for pk in each[:MOST] if pk is not None}


def find_products(forms: list[str]) -> list[CatalogueItem]:
    """Products by SKU, else by barcode."""
    items = CatalogueItem.objects.select_related("connection").order_by("pk")
    by_sku = list(items.filter(sku__in=forms)[:MOST])
    return by_sku or list(items.filter(barcode__in=forms)[:MOST])


def _of_documents(transfers: QuerySet[Transfer]) -> QuerySet[Transfer, int | None]:
    return transfers.filter(document__isnull=False).values_list("document_id", flat=True)


def _loose(forms: list[str]) -> list[Transfer]:
    rows = Transfer.objects.filter(document__isnull=True).select_related("connection")
    by_key = list(rows.filter(key__in=forms))
    return by_key or list(rows.filter(external_ref__in=forms).order_by("pk")[:MOST])


def _forms(text: str) -> list[str]:
    clean = text.replace("\x00", "").strip()[:160]
    return list(dict.fromkeys(filter(None, (clean, clean.upper()))))


def _own_ids(forms: list[str]) -> list[str]:
    """The source's id inside a reference of ours: `sitoo:1001:P0` → 1001."""
    found = []
    for form in forms:
        parts = form.split(":")
        slugs = _slugs() if len(parts) > 1 else set()
        found += [
            after for part, after in zip(parts, parts[1:], strict=False) if part in slugs and after
        ]
    return found


def _slugs() -> set[str]:
    return set(Connection.objects.values_list("slug", flat=True))


def _sold(forms: list[str]) -> set[int]:
    """Receipts that name a SKU which no catalogue has."""
    lines = DocumentLine.objects.filter(sku__in=forms).values_list("document_id", flat=True)
    return set(lines[:MOST])


def _unread(forms: list[str]) -> list[InboundEvent]:
    """News under this id that became no document: held, or not looked at yet."""
    rows = InboundEvent.objects.facts().unread().filter(external_id__in=forms)
    return list(rows.select_related("connection").order_by("-pk")[:MOST])
