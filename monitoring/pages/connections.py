"""The connections: how each is, what it allows, what went wrong, and pausing it."""

from datetime import datetime, timedelta
from typing import Any

import django_tables2 as tables
from django.db.models import Count
from django.db.models.functions import TruncMinute
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString

from integrations.public import Connection, RateBudget, Transfer
from monitoring.kit import charts
from monitoring.kit.clock import now_of
from monitoring.kit.columns import NUMBER, TimeColumn, badge_tag
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, TitleColumn, show
from monitoring.pages.connection_actions import ACTIONS
from monitoring.pages.states import connection_state
from monitoring.pages.tabs import flow_tabs

HOUR = timedelta(hours=1)
ERRORS = {
    "throttled": "At its limit",
    "unavailable": "No answer",
    "unauthorised": "Refused our sign-in",
    "ambiguous": "Answer lost on the way",
    "rejected": "Refused a record",
    "not-found": "Record not there",
    "conflict": "Already there or changed",
    "schema-changed": "Answer in a new shape",
}


class ConnectionTable(Table):
    caption = "Connections"
    empty_title = "No systems are connected yet"
    empty_text = "Describe them in one file and load it: manage.py operating_model apply."

    label = TitleColumn(verbose_name="Connection", below="role_words")
    state = tables.Column(verbose_name="State", accessor="state", empty_values=())
    last_success_at = TimeColumn(verbose_name="Last answer")
    last_webhook_at = TimeColumn(verbose_name="Last message from it")

    def row_url(self, record: Any) -> str:
        return reverse("connection", args=[record.pk])

    def render_state(self, record: Connection) -> SafeString:
        state = connection_state(record, now=self.now)
        return badge_tag(state.word.capitalize(), state.tone)


def connections(request: HttpRequest) -> HttpResponse:
    rows = list(Connection.objects.all())
    for row in rows:
        row.role_words = row.get_role_display()  # type: ignore[attr-defined]
    context = {"page": PAGE, "table": show(ConnectionTable, rows, request), "tabs": flow_tabs(1)}
    return render(request, "monitoring/connections.html", context, partial="components/list.html")


class CallTable(Table):
    caption = "Latest requests"
    empty_title = "No requests yet"
    empty_text = "Every question that we put to this system is listed here."

    started_at = TimeColumn(verbose_name="When", attrs={})
    endpoint = tables.Column(verbose_name="Asked for")
    status = tables.Column(verbose_name="Answer", attrs=NUMBER)
    milliseconds = tables.Column(verbose_name="Took, ms", attrs=NUMBER)
    error = tables.Column(verbose_name="Trouble")

    def render_error(self, value: str) -> str:
        return ERRORS.get(value, value)


def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection. A fixed number of queries, and none over more than an hour of requests."""
    row = get_object_or_404(Connection, pk=pk)
    now = now_of(request)
    recent = row.calls.filter(started_at__gte=now - HOUR)
    context = {
        "page": CONNECTION,
        "connection": row,
        "state": connection_state(row, now=now),
        "budget": budget_of(row, now=now),
        "minutes": minutes(recent, now=now),
        "errors": errors(recent),
        "speeds": speeds(recent),
        "waiting": waiting_for(row),
        "streams": row.cursors.order_by("stream"),
        "table": show(CallTable, list(row.calls.order_by("-started_at")[:15]), request),
    }
    partial = "monitoring/partials/_connection.html"
    return render(request, "monitoring/connection.html", context, partial=partial)


def waiting_for(connection: Connection) -> int:
    """Count what is meant for it and not there yet; grouped, so that the index of states serves."""
    unfinished = Transfer.objects.unfinished().values_list("connection")
    return dict(unfinished.annotate(Count("pk")).order_by()).get(connection.pk, 0)


def budget_of(connection: Connection, *, now: datetime) -> dict[str, Any] | None:
    """Return what is used of the vendor's limit in its current window; None without a limit."""
    budget = RateBudget.objects.filter(connection=connection).first()
    if budget is None or not budget.limit:
        return None
    since = int((now - timedelta(seconds=budget.window_seconds)).timestamp() * 1000)
    used = sum(grant >= since for grant in budget.grants)
    others = max(budget.limit - (budget.remaining or 0) - used, 0) if budget.remaining else None
    share = used * 100 // budget.limit
    tone = "wrong" if share >= 98 else "soon" if share >= 85 else ""
    return {"row": budget, "used": used, "others": others, "tone": tone}


def minutes(recent: Any, *, now: datetime) -> SafeString:
    """Draw the requests of each minute of the last hour."""
    counted = dict(
        recent.annotate(minute=TruncMinute("started_at"))
        .values_list("minute")
        .annotate(Count("pk"))
        .order_by()
    )
    first = (now - HOUR).replace(second=0, microsecond=0)
    steps = [first + timedelta(minutes=step) for step in range(61)]
    values = [(f"{step:%H:%M} UTC", counted.get(step, 0)) for step in steps]
    return charts.bars(values, title="Requests per minute, last hour")


def errors(recent: Any) -> list[tuple[str, int]]:
    """Count what went wrong in the last hour, most often first."""
    counted = recent.exclude(error="").values_list("error").annotate(found=Count("pk"))
    return [(ERRORS.get(error, error), found) for error, found in counted.order_by("-found")]


def speeds(recent: Any) -> dict[str, int] | None:
    """Return the middle and the slowest twentieth of the latest answers, in milliseconds."""
    took = sorted(recent.order_by("-started_at").values_list("milliseconds", flat=True)[:500])
    if not took:
        return None
    return {"p50": took[len(took) // 2], "p95": took[len(took) * 95 // 100], "of": len(took)}


PAGE = Page(
    path="connections/",
    name="connections",
    title="Connections",
    view=connections,
    capability=Capability.VIEW_CONNECTIONS,
    section="Flows",
)
CONNECTION = Page(
    path="connections/<int:pk>/",
    name="connection",
    title="Connection",
    view=connection,
    capability=Capability.VIEW_CONNECTIONS,
    section="Flows",
    actions=ACTIONS,
)
