"""The days: stores by trading days, and how far each has come."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from integrations import public
from integrations.public import Document, Store, Transfer
from monitoring.kit.clock import now_of
from monitoring.kit.figures import Figure, lines
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from reconciliation.day_view import DayFacts, DayState, day_state
from reconciliation.models import DayJournal

SHOWN = 14  # days
STATE = Document.State
HELD = (STATE.HELD, STATE.PARKED)
GOING = (STATE.POSTING, STATE.OPEN)


@dataclass(frozen=True)
class Cell:
    """One store's one day in the grid."""

    on: date
    state: DayState
    facts: DayFacts
    url: str


def days(request: HttpRequest) -> HttpResponse:
    """The grid of the last fourteen trading days that saw trade. A fixed number of queries."""
    last = public.documents().receipts().order_by("-business_date")
    newest = last.values_list("business_date", flat=True).exclude(business_date=None).first()
    until = newest or now_of(request).date()
    dates = [until - timedelta(days=back) for back in reversed(range(SHOWN))]
    facts = day_facts(since=dates[0], until=until)
    rows = [
        (store, [_cell(store, on, facts[store.pk, on]) for on in dates])
        for store in public.stores()
    ]
    counted: dict[DayState, int] = defaultdict(int)
    for _, cells in rows:
        for cell in cells:
            counted[cell.state] += 1
    counted.pop(day_state(DayFacts()), None)
    context = {
        "page": PAGE,
        "dates": dates,
        "rows": rows,
        "counted": sorted_counts(counted),
        "figure": takings(dates),
    }
    partial = "reconciliation/partials/_days.html"
    return render(request, "reconciliation/days.html", context, partial=partial)


def sorted_counts(counted: dict[DayState, int]) -> list[tuple[DayState, int]]:
    return sorted(counted.items(), key=lambda pair: -pair[1])


def _cell(store: Store, on: date, facts: DayFacts) -> Cell:
    return Cell(on, day_state(facts), facts, reverse("day", args=[store.code, f"{on:%Y-%m-%d}"]))


def day_facts(*, since: date, until: date, store: Store | None = None) -> Any:
    """Return the facts of each (store id, date): four queries, whatever the trade."""
    stores = {row.code: row.pk for row in ([store] if store else public.stores())}
    found: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
    documents = public.documents().filter(
        store__in=stores.values(), business_date__gte=since, business_date__lte=until
    )
    for row in _receipts(documents):
        key = (row.pop("store"), row.pop("business_date"))
        found[key].update(row)
    for row in _closes(documents):
        found[row["store"], row["business_date"]]["closes"] = row["closes"]
    for journal, state in _journals(stores, since, until):
        facts = found[stores[journal.store_code], journal.business_date]
        facts["journals"] = facts.get("journals", 0) + 1
        sent = state == Transfer.State.POSTED
        facts["journals_sent"] = facts.get("journals_sent", 0) + sent
        held = state == Transfer.State.HELD
        facts["journals_held"] = facts.get("journals_held", 0) + held
    return defaultdict(DayFacts, {key: DayFacts(**each) for key, each in found.items()})


def takings(dates: list[date]) -> Figure:
    """Draw each store's sales less returns by day, in its own currency. One query."""
    kind = Document.Kind
    rows = (
        public.documents()
        .receipts()
        .filter(business_date__gte=dates[0], business_date__lte=dates[-1], store__isnull=False)
        .exclude(state__in=(STATE.SKIPPED, STATE.DISMISSED))
        .values_list("store__name", "currency", "business_date", "kind")
        .annotate(total=Sum("gross"))
        .order_by("store__name")
    )
    sums: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for name, currency, on, what, total in rows:
        day = sums[f"{name}, {currency}"]
        day[on] = day.get(on, Decimal(0)) + (total if what == kind.SALE else -total)
    series = {name: [day.get(on) for on in dates] for name, day in sums.items()}
    labels = [f"{on.day} {on:%b}" for on in dates]
    return lines("takings", labels, series, title="Takings by store and day, with VAT")


def _receipts(documents: Any) -> Any:
    settled = documents.exclude(state__in=(STATE.SKIPPED, STATE.DISMISSED)).receipts()
    return (
        settled.values("store", "business_date")
        .annotate(
            receipts=Count("pk"),
            held=Count("pk", filter=Q(state__in=HELD)),
            going=Count("pk", filter=Q(state__in=GOING)),
            tills=Count("register_id", distinct=True),
        )
        .order_by()
    )


def _closes(documents: Any) -> Any:
    reports = documents.filter(kind=Document.Kind.Z_REPORT)
    return (
        reports.values("store", "business_date")
        .annotate(closes=Count("register_id", distinct=True))
        .order_by()
    )


def _journals(stores: dict[str, int], since: date, until: date) -> Any:
    rows = list(
        DayJournal.objects.filter(
            store_code__in=stores, business_date__gte=since, business_date__lte=until
        )
    )
    ids = [row.transfer_id for row in rows if row.transfer_id]
    states = dict(public.transfers().filter(pk__in=ids).values_list("pk", "state"))
    return [(row, states.get(row.transfer_id or 0)) for row in rows]


PAGE = Page(
    path="days/",
    name="days",
    title="Days",
    view=days,
    capability=Capability.VIEW_DAYS,
    section="Days",
    icon="calendar-check",
    menu=True,
)
