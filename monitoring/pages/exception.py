"""One exception: what is wrong, what it holds up, and the fix in place."""

from typing import Any

import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.public import Document
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.columns import MoneyColumn, TimeColumn, badge_tag
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability, can
from monitoring.kit.tables import Table, show
from monitoring.pages.case_words import SEVERITIES, case_state, clock_tag
from monitoring.pages.fixes import ACTIONS, fix_of
from monitoring.pages.states import State, document_state, operation_words, transfer_state
from monitoring.pages.triage import people, snoozes
from monitoring.public import CaseOccurrence, ExceptionCase

SIMILAR = 5
LINES = 60
TONES = {
    "opened": "soon",
    "reopened": "wrong",
    "cleared": "agrees",
    "verified": "agrees",
    "resolved": "agrees",
    "dismissed": "unknown",
}


class HeldTable(Table):
    caption = "What it holds up"
    empty_title = "It holds up no records"
    empty_text = "Either everything went through, or this is about a system and not about records."

    record = tables.Column(verbose_name="Record", accessor="pk")
    state = tables.Column(verbose_name="Where it stands", accessor="pk")
    why = tables.Column(verbose_name="What was answered", accessor="hold__sentence", default="")
    value = MoneyColumn(verbose_name="Value")
    opened_at = TimeColumn(verbose_name="Held")

    def render_record(self, record: CaseOccurrence) -> SafeString:
        if record.document is not None:
            kind = "Return" if record.document.kind == Document.Kind.RETURN else ""
            url = reverse("trace", args=[record.document_id])
            link = format_html('<a class="title" href="{}" data-open>{}</a>', url, record.document)
            return format_html("{}<small>{}</small>", link, kind) if kind else link
        if record.transfer is not None:
            words = operation_words(record.transfer.operation)
            about = record.transfer.sku or record.transfer.external_ref
            return format_html('<span class="title">{}</span><small>{}</small>', words, about)
        return format_html('<span class="title">{}</span>', record.ref)

    def render_state(self, record: CaseOccurrence) -> SafeString:
        state = _where(record)
        return badge_tag(state.word, state.tone)


def _where(record: CaseOccurrence) -> State:
    if record.cleared_at:
        return State("Went through", "agrees")
    if record.transfer is not None:
        return transfer_state(record.transfer)
    return document_state(record.document) if record.document else State("Kept", "waiting")


def exception(request: HttpRequest, pk: int) -> HttpResponse:
    """One exception. A fixed number of queries, however much it holds up."""
    case = get_object_or_404(public.cases(), pk=pk)
    return show_case(request, case)


def held_by(case: ExceptionCase) -> Any:
    """Return what a case holds up now; of a closed one, what it held up."""
    if case.is_open:
        return public.occurrences(case.pk)
    rows = CaseOccurrence.objects.filter(case=case).order_by("opened_at", "pk")
    return rows.select_related("document", "transfer", "hold", "event")


def show_case(
    request: HttpRequest, case: ExceptionCase, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Answer the page of a case; `more` carries a form that was sent and not accepted."""
    kind = public.TYPES.get(case.type_key)
    events = list(public.timeline(case.pk).order_by("-at", "-pk")[:LINES])
    context = {
        "page": PAGE,
        "case": case,
        "kind": kind,
        "state": case_state(case),
        "severity": SEVERITIES[case.severity],
        "clock": clock_tag(case, now=now_of(request)),
        "fix": fix_of(request, case),
        "table": show(HeldTable, held_by(case), request),
        "story": [(event, TONES.get(event.kind, "waiting")) for event in events],
        "runbook": public.runbook(kind.slug) if kind else None,
        "similar": [(each, case_state(each)) for each in public.similar_cases(case)[:SIMILAR]],
        "may_triage": can(request.user, Capability.TRIAGE),
        "people": people,
        "snoozes": snoozes(),
        "teams": public.teams(),
        "here": reverse("exception", args=[case.pk]),
        **more,
    }
    partial = "monitoring/partials/_case.html"
    return render(request, "monitoring/exception.html", context, partial=partial, status=status)


PAGE = Page(
    path="exceptions/<int:pk>/",
    name="exception",
    title="Exception",
    view=exception,
    capability=Capability.VIEW_EXCEPTIONS,
    section="Exceptions",
    actions=ACTIONS,
)
