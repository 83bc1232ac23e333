"""Stock: what the owner has, what each channel was told, and why they differ."""

from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.public import CatalogueItem, ChannelLevel, Document, DocumentLine
from monitoring.drift import Drift, Level, explain
from monitoring.kit import charts, formats
from monitoring.kit.columns import QuantityColumn, TimeColumn
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, TitleColumn, show
from monitoring.pages.places import place_choices, prepare

DIFFERENT = Q(told__isnull=True) | ~Q(told=F("desired"))


class LevelTable(Table):
    caption = "Stock levels by place"
    empty_title = "No stock levels here"
    longest = Decimal(0)
    empty_text = "Levels appear once the owner of the stock has been read for the first time."

    sku = TitleColumn(verbose_name="SKU", below="product", orderable=True)
    place = tables.Column(verbose_name="Place", accessor="place")
    owner = QuantityColumn(verbose_name="Owner has", accessor="owner", empty_values=())
    safety = QuantityColumn(verbose_name="Safety")
    in_flight = QuantityColumn(verbose_name="Just sold", orderable=True)
    desired = QuantityColumn(verbose_name="Should show", orderable=True)
    told = QuantityColumn(verbose_name="Shows", orderable=True)
    why = tables.Column(verbose_name="Why they differ", accessor="drift", empty_values=())
    told_at = TimeColumn(verbose_name="Told", orderable=True)

    def row_url(self, record: Any) -> str:
        return reverse("sku", args=[record.sku])

    def render_why(self, value: Drift) -> SafeString:
        return why(value, longest=self.longest)


def why(drift: Drift, *, longest: Decimal) -> SafeString:
    """Show a drift as a bar with its causes in words; all bars of a page are to one scale."""
    if drift.units is None:
        return format_html('<span class="faint">{}</span>', drift.reason)
    if not drift.parts:
        return format_html('<span class="faint">{}</span>', "Agree")
    words = ", ".join(f"{formats.quantity(part.units)} {part.label}" for part in drift.parts)
    causes = [charts.Cause(part.label, part.units, part.kind) for part in drift.parts]
    return format_html(
        "{}<small>{}</small>", charts.drift_bar(causes, title=words, longest=longest), words
    )


class LevelFilter(FilterSet):
    sku = filters.CharFilter(lookup_expr="istartswith", label="SKU begins with")
    location_code = filters.ChoiceFilter(choices=place_choices, label="Place")
    show = filters.ChoiceFilter(
        choices=[("different", "Not yet told"), ("sold", "Just sold"), ("none", "Sold out")],
        method="narrow",
        label="Only",
    )

    def narrow(self, rows: QuerySet[ChannelLevel], name: str, value: str) -> Any:
        wanted = {"different": DIFFERENT, "sold": ~Q(in_flight=0), "none": Q(desired__lte=0)}
        return rows.filter(wanted[value])


def stock(request: HttpRequest) -> HttpResponse:
    """The levels of every place, sorted and filtered; causes are worked out for one page only."""
    rows = ChannelLevel.objects.select_related("connection").order_by("sku", "location_code")
    chosen = LevelFilter(request.GET, rows)
    table = show(LevelTable, chosen.rows, request)
    shown = [row.record for row in table.paginated_rows]
    prepare(shown, explain_level)
    table.longest = max((row.drift.length for row in shown), default=Decimal(0))
    context = {"page": PAGE, "filter": chosen, "table": table}
    return render(request, "monitoring/stock.html", context, partial="components/list.html")


def explain_level(row: Any) -> Drift:
    if not row.is_stocked:
        return Drift(None, reason="Not kept in stock")
    return explain(Level(row.owner, row.safety, row.in_flight, row.desired, row.told))


def sku(request: HttpRequest, sku: str) -> HttpResponse:
    """One SKU: the arithmetic of its level in every place, and what moved it lately."""
    items = list(CatalogueItem.objects.filter(sku=sku).select_related("connection"))
    rows = list(ChannelLevel.objects.filter(sku=sku).select_related("connection")[:200])
    lines = DocumentLine.objects.filter(sku=sku).select_related("document", "document__store")
    moves = list(lines.order_by("-document__placed_at")[:15])
    if not (items or rows or moves):
        raise Http404
    prepare(rows, explain_level)
    for move in moves:
        move.is_return = move.document.kind == Document.Kind.RETURN  # type: ignore[attr-defined]
    rows.sort(key=lambda row: row.place)  # type: ignore[attr-defined]
    context = {"page": SKU, "sku": sku, "items": items, "rows": rows, "moves": moves}
    partial = "monitoring/partials/_sku.html"
    longest = max((row.drift.length for row in rows), default=Decimal(0))  # type: ignore[attr-defined]
    for row in rows:
        row.why = why(row.drift, longest=longest)  # type: ignore[attr-defined]
    return render(request, "monitoring/sku.html", context, partial=partial)


PAGE = Page(
    path="stock/",
    name="stock",
    title="Stock",
    view=stock,
    capability=Capability.VIEW_STOCK,
    section="Stock",
    icon="boxes",
    menu=True,
)
SKU = Page(
    path="stock/<path:sku>/",
    name="sku",
    title="SKU",
    view=sku,
    capability=Capability.VIEW_STOCK,
    section="Stock",
)
