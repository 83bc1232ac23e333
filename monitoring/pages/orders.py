"""Store sales and returns: the board of what is open, and the list behind it."""

from datetime import timedelta
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations import public as hub
from integrations.public import Document, Store
from monitoring import orders as desk
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.columns import MoneyColumn, TimeColumn, badge_tag, time_tag
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability, can
from monitoring.kit.tables import Table, TitleColumn, show
from monitoring.kit.tabs import Tab
from monitoring.orders import Limits
from monitoring.pages.order_board import boards
from monitoring.pages.order_reasons import Reason, reasons
from monitoring.pages.states import PROVING, document_state
from monitoring.pipeline import KEYS, RETURN, SALE, TEMPLATES

AGES = (("1", "Older than an hour"), ("24", "Older than a day"), ("168", "Older than a week"))
STUCK = "stuck"
KINDS = {SALE: (SALE,), RETURN: (RETURN,), STUCK: (SALE, RETURN)}


class OrderTable(Table):
    caption = "Store sales and returns"
    empty_title = "No receipts here"
    empty_text = "Every receipt of every till appears within seconds of the sale."
    keyset_field = "placed_at"

    number = TitleColumn(verbose_name="Receipt", empty_values=(), below="kind_words")
    store = tables.Column(verbose_name="Store", accessor="store__name")
    placed_at = TimeColumn(verbose_name="Sold", zone="store__timezone", orderable=True)
    gross = MoneyColumn(verbose_name="Total", orderable=True)
    state = tables.Column(verbose_name="Where it stands", empty_values=())
    why = tables.Column(verbose_name="Why", empty_values=())
    owner = tables.Column(verbose_name="Who has it", accessor="reason_", default="")

    def render_number(self, record: Document) -> str:
        return str(record)

    def render_state(self, record: Any) -> SafeString:
        state, reason = document_state(record), record.reason_
        if reason is not None and record.state == Document.State.POSTED:
            state = PROVING
        badge = badge_tag(state.word, state.tone)
        if reason is None:
            return badge
        since = time_tag(reason.since, now=self.now, zone=_zone(record))
        stuck = format_html("<b>{}</b> · ", "Stuck") if reason.is_stuck else ""
        shape = '<div class="said">{}<small>{}{}, {}</small></div>'
        return format_html(shape, badge, stuck, reason.stage.label, since)

    def render_why(self, record: Any) -> SafeString:
        reason: Reason | None = record.reason_
        if reason is None:
            return format_html("{}", record.reason)
        url = reason.case.get_absolute_url() if reason.case else ""
        step: str = format_html('<a href="{}">{}</a>', url, reason.next) if url else reason.next
        return format_html('<div class="said">{}<small>{}</small></div>', reason.why, step)

    def render_owner(self, value: Reason) -> str:
        return value.owner

    def row_url(self, record: Document) -> str:
        return reverse("trace", args=[record.pk])

    def row_tone(self, record: Any) -> str:
        return "soon" if record.reason_ is not None and record.reason_.is_stuck else ""


class StuckTable(OrderTable):
    caption = "Orders that have stopped"
    empty_title = "Nothing is stuck"
    empty_text = "An order that stands still longer than its stage allows is listed here."
    keyset_field = ""


def _zone(record: Document) -> str:
    return record.store.timezone if record.store else "UTC"


def stage_choices() -> list[tuple[str, str]]:
    """Return every stage under all the names that it has."""
    labels: dict[str, dict[str, None]] = {key: {} for key in KEYS}
    for stage in (stage for stages in TEMPLATES.values() for stage in stages):
        labels[stage.key].setdefault(stage.label)
    return [(key, " / ".join(names)) for key, names in labels.items() if names]


class OrderFilter(FilterSet):
    number = filters.CharFilter(label="Receipt number", max_length=64)
    store = filters.ModelChoiceFilter(queryset=Store.objects.all(), label="Store")
    link = filters.ModelChoiceFilter(queryset=hub.links(), label="Link")
    stage = filters.ChoiceFilter(choices=stage_choices, method="in_stage", label="Stage")
    state = filters.ChoiceFilter(choices=Document.State.choices, label="Where it stands")
    age = filters.ChoiceFilter(choices=AGES, method="older", label="Age")
    least = filters.NumberFilter(
        field_name="gross", lookup_expr="gte", label="Total from", min_value=0, max_digits=12
    )
    day = filters.DateFilter(field_name="business_date", label="Trading day")

    class Meta:
        model = Document
        fields: tuple[str, ...] = ()

    def in_stage(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(place=KEYS.index(value))

    def older(self, rows: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        return rows.filter(placed_at__lt=now_of(self.request) - timedelta(hours=int(value)))


def orders(request: HttpRequest) -> HttpResponse:
    """One tab of the list, under the board of its kind. A fixed number of queries."""
    now, tab = now_of(request), tab_of(request)
    limits = desk.limits(public.figures_in_force())
    chosen = OrderFilter(request.GET, rows_of(request, tab, limits), request=request)
    table = show(StuckTable if tab == STUCK else OrderTable, chosen.rows, request)
    explain((row.record for row in table.paginated_rows), request, limits)
    table.selectable = can(request.user, Capability.REPLAY)
    counts = desk.counted(limits, now=now)
    context = {
        "page": PAGE,
        "filter": chosen,
        "table": table,
        "tab": tab,
        "tabs": tabs(tab, sum(each.stuck for each in counts.values())),
        "boards": boards(hub.links(), counts, limits, kind=RETURN if tab == RETURN else SALE),
        "may_replay": table.selectable,
    }
    partial = "monitoring/partials/_orders.html"
    return render(request, "monitoring/orders.html", context, partial=partial)


def tab_of(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in KINDS else SALE


def rows_of(request: HttpRequest, tab: str, limits: Limits) -> QuerySet[Document]:
    """Return the rows of a tab: newest first, or those that stand longest where that is asked."""
    rows: Any
    if tab == STUCK:
        late = desk.past_patience(limits, now=now_of(request))
        rows = desk.open_orders(*KINDS[tab]).filter(late)
    elif request.GET.get("stage"):
        rows = desk.open_orders(tab)
    else:
        rows = Document.objects.filter(kind=tab).order_by("-placed_at", "-id")
        return rows.select_related("store")
    return rows.order_by("since", "pk").select_related("store")


def explain(documents: Any, request: HttpRequest, limits: Limits | None = None) -> None:
    """Give each document its `kind_words`, and its `reason_` unless it is finished."""
    rows = list(documents)
    limits = desk.limits(public.figures_in_force()) if limits is None else limits
    found = reasons(rows, limits, now=now_of(request))
    for row in rows:
        row.kind_words = "Return" if row.kind == RETURN else ""
        row.reason_ = found.get(row.pk)


def tabs(current: str, stuck: int) -> list[Tab]:
    url = reverse("orders")
    return [
        Tab("Sales", f"{url}?kind={SALE}", current == SALE),
        Tab("Returns", f"{url}?kind={RETURN}", current == RETURN),
        Tab("Stuck", f"{url}?kind={STUCK}", current == STUCK, f"{stuck:,}"),
        Tab("Patience", reverse("patience"), current == "patience"),
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
