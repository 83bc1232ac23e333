"""The record of every change a person made: who, when, what, before and after, why."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from integrations import public
from integrations.public import AuditEntry
from monitoring.kit.columns import TimeColumn
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, show
from monitoring.pages.tabs import settings_tabs


class AuditTable(Table):
    caption = "Changes"
    empty_title = "No changes yet"
    empty_text = "Whatever somebody changes is kept here with name, time, before and after."
    keyset_field = "at"

    at = TimeColumn(verbose_name="When", attrs={"td": {"class": "lead"}})
    actor_name = tables.Column(verbose_name="Who")
    action = tables.Column(verbose_name="What")
    subject = tables.Column(verbose_name="About")
    change = tables.Column(verbose_name="Before → after", accessor="pk")
    reason = tables.Column(verbose_name="Why", default="")

    def render_action(self, value: str) -> str:
        return in_words(value)

    def render_change(self, record: AuditEntry) -> SafeString:
        return difference(record.before, record.after)


def in_words(action: str) -> str:
    return action.replace(".", " ").replace("-", " ").capitalize()


def difference(before: Any, after: Any) -> SafeString:
    """Show what differs between two states, field by field; nothing that stayed the same."""
    old = before if isinstance(before, dict) else {}
    new = after if isinstance(after, dict) else {}
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    rows = ((name, _shown(old.get(name)), _shown(new.get(name))) for name in names[:8])
    lines = format_html_join("", "<small>{}: {} → {}</small>", rows)
    return lines or format_html('<span class="faint">{}</span>', "–")


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value[:10])
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:120]


class AuditFilter(FilterSet):
    actor_name = filters.CharFilter(label="Who")
    action = filters.CharFilter(lookup_expr="startswith", label="What begins with")
    day = filters.DateFilter(field_name="at", lookup_expr="date", label="Day")


def audit(request: HttpRequest) -> HttpResponse:
    """The log, newest first."""
    chosen = AuditFilter(request.GET, public.audit_entries())
    context = {
        "page": PAGE,
        "tabs": settings_tabs("audit"),
        "filter": chosen,
        "table": show(AuditTable, chosen.rows, request),
    }
    return render(request, "monitoring/audit.html", context, partial="components/list.html")


PAGE = Page(
    path="settings/changes/",
    name="audit",
    title="Changes",
    view=audit,
    capability=Capability.VIEW_SETTINGS,
    section="Settings",
)
