"""Today: what needs this person, worst first, and whether everything else is well."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from integrations import public as hub
from integrations.public import Document
from monitoring import public
from monitoring.kit import charts
from monitoring.kit.clock import now_of
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability, can
from monitoring.pages.audit import in_words
from monitoring.pages.case_words import SEVERITIES, clock_tag
from monitoring.pages.flows import drawn, flow_rows
from monitoring.pages.mapping_reads import summaries
from monitoring.public import ExceptionCase

CARDS = 6
CHANGES = 5
DAY, WEEK = timedelta(days=1), timedelta(days=7)
SAMPLE = 500  # latest sales by which speed is judged
VERBS = {
    "PAYMENT_UNMAPPED": "Map this payment type",
    "SKU_UNMAPPED": "Map or create this SKU",
    "MAP_OPS_MISSING": "Add the missing row",
    "MAP_TAX_MISSING": "Map this VAT rate",
    "OUTCOME_UNKNOWN": "Say whether it arrived",
    "STOCK_WRITE_HELD": "Look at the change",
    "SYSTEM_SILENT": "See the connection",
}


def today(request: HttpRequest) -> HttpResponse:
    """The first page of the day. A fixed number of queries, whatever there is to show."""
    now = now_of(request)
    codes = public.team_codes(request.user)
    mine = list(public.cases_in_tab("team", request.user)[:CARDS]) if codes else []
    shown = mine or public.cases_in_tab("all", request.user)[:CARDS]
    moved = _moved(now)
    queue = queue_figures(now=now)
    context = {
        "page": PAGE,
        "has_team": bool(codes),
        "team_is_clear": bool(codes) and not mine,
        "moved": moved,
        "risk": [(row["value"], row["currency"]) for row in queue],
        "causes": sum(row["causes"] for row in queue),
        "urgent": sum(row["urgent"] for row in queue),
        "cards": [card(case, now=now) for case in shown],
        "sales": sales_figure(),
        "speed": speed(),
        "map": _map(request, now),
        "unmapped": _unmapped(request),
        "changes": _changes(request),
    }
    partial = "monitoring/partials/_today.html"
    return render(request, "monitoring/today.html", context, partial=partial)


def queue_figures(*, now: datetime) -> list[dict[str, Any]]:
    """Return what is open per currency, the largest value first; currencies are never mixed.

    One query. A case is urgent when the clock that runs ends within the hour.
    """
    soon = now + timedelta(hours=1)
    first = Q(acknowledged_at__isnull=True, first_action_due__lt=soon)
    second = Q(acknowledged_at__isnull=False, resolve_due__lt=soon)
    rows: Any = ExceptionCase.objects.queue().order_by().values("currency")
    figures = rows.annotate(
        value=Sum("value_at_risk"), causes=Count("pk"), urgent=Count("pk", filter=first | second)
    )
    return sorted(figures, key=lambda row: (row["value"], row["currency"]), reverse=True)


def _moved(now: datetime) -> dict[str, Any]:
    """Count the receipts of the last day by how they fared. One query."""
    state = Document.State
    going = (state.POSTING, state.PARKED)
    return (
        hub.documents()
        .receipts()
        .filter(received_at__gte=now - DAY)
        .aggregate(
            all=Count("pk"),
            done=Count("pk", filter=Q(state__in=(state.POSTED, state.SKIPPED))),
            held=Count("pk", filter=Q(state=state.HELD)),
            going=Count("pk", filter=Q(state__in=going)),
            oldest=Min("placed_at", filter=Q(state__in=going)),
        )
    )


def card(case: ExceptionCase, *, now: datetime) -> dict[str, Any]:
    return {
        "case": case,
        "severity": SEVERITIES[case.severity],
        "clock": clock_tag(case, now=now),
        "verb": VERBS.get(case.type_key, "Look into it"),
    }


def sales_figure() -> dict[str, Any]:
    """Return the sales of the latest trading day beside the same weekday before, day by day."""
    sales = hub.documents().filter(kind=Document.Kind.SALE)
    latest = sales.filter(business_date__isnull=False).order_by("-placed_at", "-id")
    newest = latest.values_list("business_date", flat=True).first()
    if newest is None:
        return {"day": None}
    stores = list(hub.stores().values_list("pk", flat=True))  # then days are counted in the index
    counted = dict(
        sales.filter(business_date__gt=newest - WEEK - DAY, store__in=stores)
        .values_list("business_date")
        .annotate(Count("pk"))
        .order_by()
    )
    values = [counted.get(newest - DAY * back) for back in reversed(range(8))]
    line = charts.sparkline(values, title="Sales of the last eight trading days")
    return {"day": newest, "now": values[-1], "before": values[0], "line": line}


def speed() -> timedelta | None:
    """Return within what time 95 of 100 of the latest sales went on to the ERP after arriving."""
    rows = (
        hub.documents()
        .filter(kind=Document.Kind.SALE, posted_at__isnull=False)
        .order_by("-placed_at", "-id")
        .values_list("received_at", "posted_at")[:SAMPLE]
    )
    took = sorted(posted - received for received, posted in rows if posted is not None)
    return took[len(took) * 95 // 100] if took else None


def _map(request: HttpRequest, now: datetime) -> SafeString | None:
    if not can(request.user, Capability.VIEW_FLOWS):
        return None
    connections = {row.pk: row for row in hub.connections()}
    return drawn(connections, flow_rows(connections, now=now), now=now)


def _unmapped(request: HttpRequest) -> Any:
    if not can(request.user, Capability.VIEW_MAPPINGS):
        return None
    return [each for each in summaries() if each.waiting]


def _changes(request: HttpRequest) -> Any:
    if not can(request.user, Capability.VIEW_SETTINGS):
        return None
    entries = list(hub.audit_entries()[:CHANGES])
    return [(entry, in_words(entry.action).lower()) for entry in entries]


PAGE = Page(
    path="",
    name="today",
    title="Today",
    view=today,
    capability=Capability.VIEW_TODAY,
    section="Today",
    icon="sun",
    menu=True,
)
