"""Levels now: what the owner has, what each channel shows, and why they differ."""

from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from integrations.public import ChannelLevel
from monitoring.drift import Drift
from monitoring.kit.columns import QuantityColumn, TimeColumn
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, TitleColumn, show
from monitoring.pages.drift_words import why
from monitoring.pages.places import place_choices, prepare
from monitoring.pages.tabs import stock_tabs

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
    channel = QuantityColumn(verbose_name="Shows", accessor="channel", empty_values=())
    why = tables.Column(verbose_name="Why they differ", accessor="drift", empty_values=())
    told_at = TimeColumn(verbose_name="Told", orderable=True)

    def row_url(self, record: Any) -> str:
        return reverse("sku", args=[record.sku])

    def render_why(self, value: Drift) -> SafeString:
        return why(value, longest=self.longest)


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


def levels(request: HttpRequest) -> HttpResponse:
    """The levels of every place, sorted and filtered; causes are worked out for one page only."""
    rows = ChannelLevel.objects.select_related("connection").order_by("sku", "location_code")
    chosen = LevelFilter(request.GET, rows)
    table = show(LevelTable, chosen.rows, request)
    shown = [row.record for row in table.paginated_rows]
    prepare(shown, now=table.now)
    table.longest = max((row.drift.length for row in shown), default=Decimal(0))
    context = {"page": PAGE, "tabs": stock_tabs("levels"), "filter": chosen, "table": table}
    return render(request, "monitoring/levels.html", context, partial="components/list.html")


PAGE = Page(
    path="levels/",
    name="levels",
    title="Levels now",
    view=levels,
    capability=Capability.VIEW_STOCK,
    section="Stock",
)
