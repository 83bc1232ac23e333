"""Store sales and returns: where each stands, stuck ones first."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from integrations.public import Document, Store
from monitoring.kit.columns import MoneyColumn, TimeColumn, badge_tag
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, TitleColumn, show
from monitoring.pages.states import document_state
from monitoring.pages.tabs import Tab

STATE = Document.State
STAGES = (
    ("Needs a person", "soon", (STATE.HELD,)),
    ("On its way", "waiting", (STATE.POSTING, STATE.PARKED)),
    ("Open at the till", "unknown", (STATE.OPEN,)),
)


class OrderTable(Table):
    caption = "Store sales and returns"
    empty_title = "No receipts here"
    empty_text = "Every receipt of every till appears within seconds of the sale."
    keyset_field = "placed_at"

    number = TitleColumn(verbose_name="Receipt", empty_values=(), below="kind_words")
    store = tables.Column(verbose_name="Store", accessor="store__name")
    placed_at = TimeColumn(verbose_name="Sold", zone="store__timezone", orderable=True)
    gross = MoneyColumn(verbose_name="Total", orderable=True)
    state = tables.Column(verbose_name="Where it stands")
    reason = tables.Column(verbose_name="Why", accessor="why", default="")

    def render_number(self, record: Document) -> str:
        return str(record)

    def render_state(self, record: Document) -> SafeString:
        state = document_state(record)
        return badge_tag(state.word, state.tone)

    def row_url(self, record: Document) -> str:
        return reverse("trace", args=[record.pk])


class OrderFilter(FilterSet):
    number = filters.CharFilter(label="Receipt number")
    store = filters.ModelChoiceFilter(queryset=Store.objects.all(), label="Store")
    state = filters.ChoiceFilter(choices=STATE.choices, label="Where it stands")
    day = filters.DateFilter(field_name="business_date", label="Trading day")

    class Meta:
        model = Document
        fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One column of the board: what stands there, in money of one currency each."""

    label: str
    tone: str
    url: str
    found: int
    oldest: datetime | None
    money: list[tuple[Decimal, str]]


def orders(request: HttpRequest) -> HttpResponse:
    """The list, under a board of what is not finished."""
    kind = Document.Kind.RETURN if request.GET.get("kind") == "return" else Document.Kind.SALE
    rows = Document.objects.filter(kind=kind).select_related("store").order_by("-placed_at", "-id")
    chosen = OrderFilter(request.GET, rows)
    table = show(OrderTable, chosen.rows, request)
    explain(row.record for row in table.paginated_rows)
    context = {
        "page": PAGE,
        "filter": chosen,
        "table": table,
        "tabs": kind_tabs(kind),
        "stages": lambda: stages(kind),
        "kind": kind,
    }
    return render(request, "monitoring/orders.html", context, partial="components/list.html")


def explain(documents: Any) -> None:
    """Give each document its `kind_words` and `why`, with one query for all open holds."""
    found = {document.pk: document for document in documents}
    for document in found.values():
        document.kind_words = "Return" if document.kind == Document.Kind.RETURN else ""
        document.why = document.reason
    holds = (
        Document.objects.filter(pk__in=found, holds__closed_at__isnull=True)
        .values_list("pk", "holds__sentence")
        .order_by("holds__opened_at")
    )
    for pk, sentence in holds:
        found[pk].why = sentence


def stages(kind: str) -> list[Stage]:
    """Count what is not finished, one query for the whole board."""
    counted = (
        Document.objects.filter(kind=kind, state__in=[s for _, _, many in STAGES for s in many])
        .values("state", "currency")
        .annotate(found=Count("pk"), money=Sum("gross"), oldest=Min("placed_at"))
    )
    rows = list(counted)
    return [_stage(rows, kind, *stage) for stage in STAGES]


def _stage(rows: list[Any], kind: str, label: str, tone: str, states: tuple[str, ...]) -> Stage:
    mine = [row for row in rows if row["state"] in states]
    url = f"{reverse('orders')}?kind={kind}&state={states[0]}"
    oldest = min((row["oldest"] for row in mine), default=None)
    totals: dict[str, Decimal] = {}
    for row in mine:
        totals[row["currency"]] = totals.get(row["currency"], Decimal(0)) + row["money"]
    money = sorted(((total, code) for code, total in totals.items()), key=lambda pair: pair[1])
    return Stage(label, tone, url, sum(row["found"] for row in mine), oldest, money)


def kind_tabs(kind: str) -> list[Tab]:
    url = reverse("orders")
    return [
        Tab("Sales", f"{url}?kind=sale", kind == Document.Kind.SALE),
        Tab("Returns", f"{url}?kind=return", kind == Document.Kind.RETURN),
    ]


PAGE = Page(
    path="orders/",
    name="orders",
    title="Orders",
    view=orders,
    capability=Capability.VIEW_ORDERS,
    section="Orders",
    icon="receipt-text",
    menu=True,
)
