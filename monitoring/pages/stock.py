"""Stock: where the systems disagree, why, what it is worth, and how that went day by day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString

from integrations import public as hub
from integrations.public import CommandError
from monitoring.drift import WORDS, Cause
from monitoring.kit import formats
from monitoring.kit.clock import now_of
from monitoring.kit.columns import MoneyColumn, QuantityColumn
from monitoring.kit.figures import Figure, lines
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, TitleColumn, show
from monitoring.models import DriftCensus, DriftSample, DriftTotal
from monitoring.pages.drift_words import bar, cause_choices, parts_of
from monitoring.pages.places import place_choices, place_names
from monitoring.pages.tabs import stock_tabs

DAYS = 14  # of the trend
MASKED = timedelta(days=30)
SPOKEN_FOR = frozenset(Cause) - {Cause.UNEXPLAINED}
ALL = "All products"


class DriftTable(Table):
    caption = "SKUs and places that differ, the riskiest first"
    empty_title = "Nothing differs here"
    empty_text = "Every level that was compared agrees, or differs only by its safety stock."
    longest = Decimal(0)

    sku = TitleColumn(verbose_name="SKU", below="name", orderable=True)
    place = tables.Column(verbose_name="Place", accessor="place", empty_values=())
    owner = QuantityColumn(verbose_name="Owner has")
    channel = QuantityColumn(verbose_name="Shows")
    units = QuantityColumn(verbose_name="Differs by", orderable=True, order_by="size")
    why = tables.Column(verbose_name="Why", accessor="parts")
    value = MoneyColumn(verbose_name="At retail", currency="census__currency", orderable=True)
    cover_hours = QuantityColumn(verbose_name="Cover, h", orderable=True)
    risk = MoneyColumn(verbose_name="Risk an hour", currency="census__currency", orderable=True)

    def row_url(self, record: DriftSample) -> str:
        return reverse("sku", args=[record.sku])

    def render_why(self, value: Any) -> SafeString:
        return bar(parts_of(value), longest=self.longest)

    def render_cover_hours(self, value: Decimal) -> str:
        return f"{value:,.1f}"


class DriftFilter(FilterSet):
    sku = filters.CharFilter(lookup_expr="istartswith", label="SKU begins with")
    location_code = filters.ChoiceFilter(choices=place_choices, label="Place")
    cause = filters.ChoiceFilter(choices=cause_choices, label="Cause")


@dataclass(frozen=True)
class Summary:
    """One census in four figures. Units are without sign; values at retail."""

    census: DriftCensus
    explained: Decimal
    explained_value: Decimal
    unexplained: Decimal
    unexplained_value: Decimal
    masked: int


def stock(request: HttpRequest) -> HttpResponse:
    """The latest census of a link: its sums, its map, its rows and the days before."""
    now = now_of(request)
    census = _census(request)
    rows = DriftSample.objects.filter(census=census).select_related("census")
    chosen = DriftFilter(request.GET, rows.order_by("-risk", "-pk"))
    table = show(DriftTable, chosen.rows, request)
    names = place_names()
    shown = [row.record for row in table.paginated_rows]
    for row in shown:
        row.place = names.get(row.location_code, row.location_code)
    table.longest = max(
        (sum(abs(part.units) for part in parts_of(row.parts)) for row in shown), default=Decimal(0)
    )
    context = {"page": PAGE, "tabs": stock_tabs("stock"), "filter": chosen, "table": table}
    if not request.headers.get("HX-Request"):
        context |= _around(census, names, now=now)
    return render(request, "monitoring/stock.html", context, partial="components/list.html")


def _census(request: HttpRequest) -> DriftCensus | None:
    rows = DriftCensus.objects.select_related("link__owner", "link__channel")
    link = request.GET.get("link", "")
    return (rows.filter(link__slug=link) if link else rows).first()


def _around(census: DriftCensus | None, names: Mapping[str, str], *, now: Any) -> dict[str, Any]:
    links = list(hub.links().filter(enabled=True))
    running = [link for link in links if hub.is_under_way(link)]
    context: dict[str, Any] = {"links": links, "running": running, "census": census}
    if census is None:
        return context
    totals = list(census.totals.all())
    return context | {
        "summary": _summary(census, totals, now=now),
        "causes": _by_cause(totals),
        "map": heat_map(totals, names),
        "figure": _trend(census),
    }


def _summary(census: DriftCensus, totals: Sequence[DriftTotal], *, now: Any) -> Summary:
    known = [each for each in totals if each.cause in SPOKEN_FOR]
    lost = [each for each in totals if each.cause == Cause.UNEXPLAINED]
    masked = hub.audit_entries().filter(action="stock.hold-back", at__gte=now - MASKED)
    return Summary(
        census=census,
        explained=_sum(each.units for each in known),
        explained_value=_sum(each.value for each in known),
        unexplained=_sum(each.units for each in lost),
        unexplained_value=_sum(each.value for each in lost),
        masked=masked.count(),
    )


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _by_cause(totals: Sequence[DriftTotal]) -> list[dict[str, Any]]:
    found = []
    for cause in Cause:
        mine = [each for each in totals if each.cause == cause]
        if mine:
            found.append(
                {
                    "cause": cause,
                    "words": WORDS[cause].capitalize(),
                    "rows": sum(each.rows for each in mine),
                    "units": _sum(each.units for each in mine),
                    "value": _sum(each.value for each in mine),
                }
            )
    return found


@dataclass(frozen=True)
class Heat:
    """One store and category of the map. Policy is left out: it is meant."""

    code: str
    units: Decimal
    unexplained: Decimal

    @property
    def tone(self) -> str:
        if self.unexplained:
            return "wrong"
        return "soon" if self.units else "agrees"

    @property
    def words(self) -> str:
        if self.unexplained:
            return f"{self.unexplained:f} of {self.units:f} units unexplained"
        return f"{self.units:f} units explained" if self.units else "agrees"


def heat_map(totals: Sequence[DriftTotal], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the units that differ by store and category, policy left out."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for each in totals:
        if each.cause != Cause.POLICY:
            cell = sums[each.location_code, each.category or ALL]
            cell[0] += each.units
            cell[1] += each.units if each.cause == Cause.UNEXPLAINED else Decimal(0)
    categories = sorted({category for _, category in sums}) or [ALL]
    return {
        "categories": categories,
        "rows": [
            (name, [Heat(code, *sums.get((code, each), (Decimal(0),) * 2)) for each in categories])
            for code, name in names.items()
        ],
    }


def _trend(census: DriftCensus) -> Figure:
    """Units that differ, by cause, in the last census of each day. Two queries."""
    since = census.began_at - timedelta(days=DAYS)
    taken = DriftCensus.objects.filter(link=census.link_id, began_at__gte=since)
    last = {row.began_at.date(): row.pk for row in taken.order_by("began_at")}
    totals = DriftTotal.objects.filter(census__in=last.values()).exclude(cause=Cause.POLICY)
    rows = totals.values_list("census", "cause").annotate(Sum("units")).order_by()
    sums = {(pk, cause): units for pk, cause, units in rows}
    causes = [cause for cause in Cause if any((pk, cause) in sums for pk in last.values())]
    series = {
        WORDS[cause].capitalize(): [sums.get((pk, cause), Decimal(0)) for pk in last.values()]
        for cause in causes
    }
    labels = [f"{on.day} {on:%b}" for on in last]
    title = "Units that differ by cause, day by day"
    return lines("drift", labels, series, title=title, write=formats.quantity)


def compare(request: HttpRequest) -> HttpResponse:
    """Begin a census now; it goes on in the background."""
    slug = request.POST.get("link", "")
    try:
        begun = hub.start_census(link_slug=slug, by=person(request), now=now_of(request))
    except CommandError as error:
        messages.error(request, str(error))
    else:
        words = "Comparing every level now. The result is here in a few minutes."
        messages.success(request, words if begun else "A comparison is under way already.")
    return redirect("stock")


PAGE = Page(
    path="stock/",
    name="stock",
    title="Stock",
    view=stock,
    capability=Capability.VIEW_STOCK,
    section="Stock",
    icon="boxes",
    menu=True,
    actions=(Action("stock-compare/", "stock-compare", compare, Capability.RUN_FLOW),),
)
