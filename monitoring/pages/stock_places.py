"""Every SKU in every place, tills and warehouses side by side, with totals; and as a file."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations import public as hub
from integrations.public import CatalogueItem, Link
from monitoring.kit import formats
from monitoring.kit.columns import NUMBER
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, TitleColumn, show
from monitoring.pages.tabs import stock_tabs
from monitoring.services.all_places import Cell, Column, columns, lines, stocked


class PlaceColumn(tables.Column):
    """What the owner can sell in one place, over what is shown there if that is another figure."""

    def __init__(self, index: int, **options: Any) -> None:
        super().__init__(accessor="pk", attrs=NUMBER, **options)
        self.index = index

    def render(self, record: Any) -> SafeString:
        return cell_tag(record.line.cells[self.index])


def cell_tag(cell: Cell) -> SafeString:
    shown = cell.shown
    if shown is None or shown == cell.sellable:
        return format_html("{}", formats.quantity(cell.sellable))
    return format_html(
        "{}<small>shows {}</small>", formats.quantity(cell.sellable), formats.quantity(shown)
    )


class PlacesTable(Table):
    caption = "What can be sold of each SKU in each place"
    empty_title = "No stocked products here"
    empty_text = "Products come from the system that owns them; their levels are read every day."

    sku = TitleColumn(verbose_name="SKU", below="name")
    total = tables.Column(verbose_name="Can sell", accessor="pk", attrs=NUMBER)
    on_hand = tables.Column(verbose_name="On hand", accessor="pk", attrs=NUMBER)

    def row_url(self, record: Any) -> str:
        return reverse("sku", args=[record.sku])

    def render_total(self, record: Any) -> str:
        return formats.quantity(record.line.sellable)

    def render_on_hand(self, record: Any) -> str:
        return formats.quantity(record.line.on_hand)


class PlacesFilter(FilterSet):
    sku = filters.CharFilter(lookup_expr="istartswith", label="SKU begins with")


def all_places(request: HttpRequest) -> HttpResponse:
    """One link's owner: a line for each SKU, a column for each place."""
    link = _link(request)
    places = columns(link) if link else []
    rows = stocked(link) if link else CatalogueItem.objects.none()
    chosen = PlacesFilter(request.GET, rows)
    extra = [(f"at_{at}", PlaceColumn(at, verbose_name=each.name)) for at, each in _at(places)]
    table = show(PlacesTable, chosen.rows, request, extra_columns=extra)
    shown = [row.record for row in table.paginated_rows]
    if link:
        found = {line.sku: line for line in lines(link, places, [row.sku for row in shown])}
        for row in shown:
            row.line = found[row.sku]
    context = {
        "page": PAGE,
        "tabs": stock_tabs("stock-places"),
        "filter": chosen,
        "table": table,
        "link": link,
    }
    return render(request, "monitoring/stock_places.html", context, partial="components/list.html")


def _at(places: list[Column]) -> Iterator[tuple[int, Column]]:
    return iter(enumerate(places))


def _link(request: HttpRequest) -> Link | None:
    links = hub.links().filter(enabled=True).order_by("slug")
    slug = request.GET.get("link", "")
    return (links.filter(slug=slug) if slug else links).first()


def export(request: HttpRequest) -> Any:
    """The whole table as a file, one line for each SKU and place, as the systems have it."""
    link = _link(request)
    if link is None:
        return HttpResponse(status=404)
    headers = {"Content-Disposition": f'attachment; filename="stock-{link.slug}.csv"'}
    content = "text/csv; charset=utf-8"
    return StreamingHttpResponse(_file(link), content_type=content, headers=headers)


class _Echo:
    def write(self, text: str) -> str:
        return text


HEAD = ("sku", "place", "place_code", "on_hand", "sellable", "shown", "shown_at_code")


def _file(link: Link) -> Iterator[str]:
    """An unknown figure is left empty: it is not nought."""
    out = csv.writer(_Echo())
    places = columns(link)
    yield out.writerow(HEAD)
    skus = stocked(link).values_list("sku", flat=True).distinct()
    for line in lines(link, places, skus):
        for place, cell in zip(places, line.cells, strict=True):
            figures = (cell.on_hand, cell.sellable, cell.shown)
            texts = ("" if each is None else _plain(each) for each in figures)
            yield out.writerow(
                (_safe(line.sku), _safe(place.name), place.code, *texts, place.channel_place)
            )


def _plain(units: Decimal) -> str:
    return f"{units.normalize():f}"


def _safe(text: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


PAGE = Page(
    path="stock-places/",
    name="stock-places",
    title="Stock in all places",
    view=all_places,
    capability=Capability.VIEW_STOCK,
    section="Stock",
)
FILE = Page(
    path="stock-places.csv",
    name="stock-places-file",
    title="Stock in all places, as a file",
    view=export,
    capability=Capability.VIEW_STOCK,
    section="Stock",
)
