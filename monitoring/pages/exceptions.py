"""The list of exceptions: one line per cause, most money per hour first."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations import public as hub
from monitoring import public
from monitoring.kit import formats
from monitoring.kit.clock import now_of
from monitoring.kit.columns import MoneyColumn, QuantityColumn, TimeColumn
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Page, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.kit.tables import Table, TitleColumn, show
from monitoring.kit.tabs import Tab
from monitoring.pages.case_words import SEVERITIES, clock_tag
from monitoring.pages.choices import store_choices, type_choices
from monitoring.pages.triage import ACTIONS, people, snoozes
from monitoring.public import ExceptionCase

AGES = (("1", "Older than an hour"), ("24", "Older than a day"), ("168", "Older than a week"))
TABS = (
    ("mine", "Mine"),
    ("team", "My team"),
    ("all", "All"),
    ("snoozed", "Snoozed"),
    ("closed", "Closed"),
)


class CaseTable(Table):
    caption = "Exceptions"
    empty_title = "Nothing needs anybody here"
    empty_text = "What goes wrong appears here within a minute, with its money and its owner."
    selectable = True

    value_at_risk = MoneyColumn(verbose_name="At risk", orderable=True)
    title = TitleColumn(verbose_name="Exception", below="summary")
    occurrences = QuantityColumn(verbose_name="Held", orderable=True)
    opened_at = TimeColumn(verbose_name="Since", orderable=True)
    clock = tables.Column(verbose_name="Time left", accessor="pk")
    team = tables.Column(verbose_name="Owner", accessor="team__name")
    link = tables.Column(verbose_name="Link", accessor="where", default="–")

    def row_url(self, record: ExceptionCase) -> str:
        return record.get_absolute_url()

    def row_tone(self, record: ExceptionCase) -> str:
        tone = SEVERITIES[record.severity].tone
        return tone if tone in ("wrong", "soon") and record.is_open else ""

    def render_clock(self, record: ExceptionCase) -> SafeString:
        return clock_tag(record, now=self.now)

    def render_team(self, value: str, record: ExceptionCase) -> SafeString:
        person = record.assignee
        name = (person.get_full_name() or person.get_username()) if person else "Nobody yet"
        return format_html("{}<small>{}</small>", value, name)


class CaseFilter(FilterSet):
    type_key = filters.ChoiceFilter(label="Type", choices=type_choices)
    team = filters.ModelChoiceFilter(queryset=public.teams(), label="Team")
    severity = filters.ChoiceFilter(choices=ExceptionCase.Severity.choices, label="Severity")
    link = filters.ModelChoiceFilter(queryset=hub.links(), label="Link")
    store_code = filters.ChoiceFilter(label="Store", choices=store_choices)
    age = filters.ChoiceFilter(choices=AGES, method="older", label="Age")

    def older(self, rows: QuerySet[ExceptionCase], name: str, value: str) -> Any:
        before = now_of(self.request) - timedelta(hours=int(value))
        return rows.filter(opened_at__lt=before)


def exceptions(request: HttpRequest) -> HttpResponse:
    """One tab of the list. Without a tab: my team's, or all for who is in no team."""
    codes = public.team_codes(request.user)
    tab = request.GET.get("tab") or ("team" if codes else "all")
    tab = tab if tab in public.TABS else "all"
    rows = public.cases_in_tab(tab, request.user)
    chosen = CaseFilter(request.GET, rows, request=request)
    table = show(CaseTable, chosen.rows, request)
    for row in table.paginated_rows:
        row.record.where = _where(row.record)
    triage = can(request.user, Capability.TRIAGE)
    table.selectable = triage and tab != "closed"
    context = {
        "page": PAGE,
        "filter": chosen,
        "table": table,
        "tab": tab,
        "tabs": lambda: tabs(request, tab, codes),
        "people": people,
        "snoozes": snoozes(),
        "may_triage": table.selectable,
        "undo": public.last_batch(person(request), now=now_of(request)) if triage else None,
    }
    partial = "monitoring/partials/_cases.html"
    return render(request, "monitoring/exceptions.html", context, partial=partial)


def _where(case: ExceptionCase) -> str:
    if case.link:
        return case.link.template.replace("-", " → ").title()
    return case.connection.label if case.connection else ""


def tabs(request: HttpRequest, current: str, codes: list[str]) -> list[Tab]:
    """Return the tabs with their counts."""
    counted = public.open_counts(request.user, codes)
    url = reverse("exceptions")
    return [
        Tab(
            label,
            f"{url}?tab={key}",
            key == current,
            formats.quantity(Decimal(counted[key])) if key in counted else None,
        )
        for key, label in TABS
    ]


PAGE = Page(
    path="exceptions/",
    name="exceptions",
    title="Exceptions",
    view=exceptions,
    capability=Capability.VIEW_EXCEPTIONS,
    section="Exceptions",
    icon="circle-alert",
    menu=True,
    actions=ACTIONS,
)
