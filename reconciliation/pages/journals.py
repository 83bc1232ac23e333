"""One store's trading day: tenders side by side, and the journal as it is or would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from integrations import public
from integrations.public import Document, DocumentTender, Link, Store, Transfer
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from reconciliation.day_view import day_state, summed, tender_matrix, till_tenders
from reconciliation.journals import Line, UnbalancedError, UnmappedAccountError
from reconciliation.models import DayJournal
from reconciliation.pages.days import GOING, HELD, day_facts
from reconciliation.services import cash_events, day_receipts, journal_lines, stored_lines

STATES = {
    Transfer.State.POSTED: ("In the ledger", "agrees"),
    Transfer.State.HELD: ("Needs a person", "soon"),
    Transfer.State.UNKNOWN: ("Checking what happened", "soon"),
}


@dataclass(frozen=True)
class Journal:
    """One journal as shown: built and sent, or what would be sent now."""

    title: str
    word: str
    tone: str
    lines: Sequence[Line]
    reference: str = ""
    external_ref: str = ""

    @property
    def debit(self) -> Decimal:
        return sum((line.debit for line in self.lines), Decimal(0))

    @property
    def credit(self) -> Decimal:
        return sum((line.credit for line in self.lines), Decimal(0))


def day(request: HttpRequest, code: str, on: str) -> HttpResponse:
    """One day. A fixed number of queries beside the receipts themselves."""
    store = get_object_or_404(public.stores(), code=code)
    try:
        wanted = date.fromisoformat(on)
    except ValueError:
        raise Http404 from None
    facts = day_facts(since=wanted, until=wanted, store=store)[store.pk, wanted]
    documents = public.documents().filter(store=store, business_date=wanted)
    journals = sent_journals(store, wanted)
    preview, problem = (None, "") if journals else preview_of(store, wanted)
    reports = list(documents.filter(kind=Document.Kind.Z_REPORT).order_by("register_id"))
    context = {
        "page": PAGE,
        "store": store,
        "on": wanted,
        "facts": facts,
        "state": day_state(facts),
        "currency": currency_of(documents),
        "matrix": matrix(documents, reports, journals or ([preview] if preview else [])),
        "has_journal": bool(journals),
        "journals": journals or ([preview] if preview else []),
        "problem": problem,
        "totals": totals(documents),
        "reports": reports,
        "waiting": documents.receipts()
        .filter(state__in=(*HELD, *GOING))
        .order_by("placed_at")[:20],
    }
    partial = "reconciliation/partials/_day.html"
    return render(request, "reconciliation/day.html", context, partial=partial)


def sent_journals(store: Store, on: date) -> list[Journal]:
    """Return the journals of the day as they were built, with where each is now."""
    rows = list(
        DayJournal.objects.filter(store_code=store.code, business_date=on).order_by("sequence")
    )
    ids = [row.transfer_id for row in rows if row.transfer_id]
    sent = {each.pk: each for each in public.transfers().filter(pk__in=ids)}
    return [_journal(row, sent.get(row.transfer_id or 0)) for row in rows]


def _journal(row: DayJournal, transfer: Transfer | None) -> Journal:
    state = Transfer.State(transfer.state) if transfer else Transfer.State.READY
    word, tone = STATES.get(state, ("On its way", "waiting"))
    title = "Journal of the day" if row.sequence == 1 else f"Addition {row.sequence - 1}"
    ref = transfer.external_ref if transfer else ""
    return Journal(title, word, tone, stored_lines(row), row.reference, ref)


def preview_of(store: Store, on: date) -> tuple[Journal | None, str]:
    """Return what would be posted now, or why nothing can be."""
    link = _link_of(store, on)
    if link is None:
        return None, ""
    receipts, cash = day_receipts(link, store, on), cash_events(link, store, on)
    mode = public.link_policy(link).accounting_mode.value
    try:
        lines = journal_lines(link, receipts, cash, on=on, mode=mode)
    except (UnmappedAccountError, UnbalancedError) as error:
        return None, str(error)
    return Journal("Preview: not posted yet", "Preview", "unknown", lines), ""


def _link_of(store: Store, on: date) -> Link | None:
    first = public.documents().filter(store=store, business_date=on).values("connection").first()
    return public.links().filter(channel=first["connection"]).first() if first else None


def currency_of(documents: Any) -> str:
    """Return the day's currency; a store trades in one."""
    return documents.values_list("currency", flat=True).first() or ""


def totals(documents: Any) -> dict[str, Any]:
    """Count and add up the day's sales and returns. One query."""
    kind = Document.Kind
    sale, back = Q(kind=kind.SALE), Q(kind=kind.RETURN)
    counted: dict[str, Any] = (
        documents.receipts()
        .exclude(state__in=(Document.State.SKIPPED, Document.State.DISMISSED))
        .aggregate(
            sales=Count("pk", filter=sale),
            sold=Sum("gross", filter=sale),
            returns=Count("pk", filter=back),
            returned=Sum("gross", filter=back),
        )
    )
    counted["net"] = (counted["sold"] or Decimal(0)) - (counted["returned"] or Decimal(0))
    return counted


def matrix(documents: Any, reports: Sequence[Document], journals: Sequence[Journal]) -> Any:
    """Lay tills, receipts and journals side by side by tender."""
    tenders = DocumentTender.objects.filter(document__in=documents.receipts()).exclude(
        document__state__in=(Document.State.SKIPPED, Document.State.DISMISSED)
    )
    rows = tenders.values_list("name", "document__kind").annotate(total=Sum("amount")).order_by()
    back = Document.Kind.RETURN
    rang = summed((name, -total if kind == back else total) for name, kind, total in rows)
    lines = [(line.memo, line.amount) for each in journals for line in each.lines]
    posted = summed((memo, amount) for memo, amount in lines if memo in rang)
    return tender_matrix(
        till=till_tenders([report.record for report in reports]),
        receipts=rang,
        journal=posted if posted else None,
    )


PAGE = Page(
    path="days/<str:code>/<str:on>/",
    name="day",
    title="Trading day",
    view=day,
    capability=Capability.VIEW_DAYS,
    section="Days",
)
