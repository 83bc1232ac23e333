"""One store's trading day, top down: what came in, what differs, who may sign it, and what then."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from integrations import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import person, render
from reconciliation.models import StoreDay
from reconciliation.pages.checks import apart, checks
from reconciliation.pages.day_parts import (
    differences,
    history,
    late_choice,
    notes_of,
    open_cases,
    standing,
    steps_of,
)
from reconciliation.pages.forms import ExplainForm
from reconciliation.pages.journals import journals_of
from reconciliation.pages.matrix import note_of, tender_matrix, vat_matrix
from reconciliation.pages.words import FILES, NO_TRADE, STATEMENTS, day_word, is_broken
from reconciliation.services import look, why_not_prepare, why_not_sign

TEMPLATE = "reconciliation/day.html"
PARTIAL = "reconciliation/partials/_day.html"


def day(request: HttpRequest, code: str, on: str) -> HttpResponse:
    """One day. A fixed number of queries, whatever the trade."""
    store, wanted = place(code, on)
    found = StoreDay.objects.filter(store_code=code, business_date=wanted).first()
    if found is None:
        context = {"store": store, "on": wanted, "state": NO_TRADE, "day": None}
        return render(request, TEMPLATE, context | around(code, wanted), partial=PARTIAL)
    return show_day(request, found, store)


def show_day(
    request: HttpRequest,
    day: StoreDay,
    store: public.Store,
    *,
    status: int = 200,
    sent: ExplainForm | None = None,
    **more: Any,
) -> HttpResponse:
    """Answer the page of a day; `sent` and `more` carry what was not accepted, and why."""
    user, now, view = person(request), now_of(request), look(day)
    content, notes, steps = view.content, notes_of(day), steps_of(day)
    figures = content.figures
    late, late_problem = late_choice(day, now=now)
    context = {
        "day": day,
        "store": store,
        "on": day.business_date,
        "state": day_word(day, today=now.date()),
        "broken": is_broken(day),
        "content": content,
        "seen": view.seen,
        "apart": apart(content.variances),
        "figures": figures,
        "checks": checks(content),
        "tenders": tender_matrix(figures) if figures else None,
        "tender_note": note_of(figures) if figures else "",
        "vat": vat_matrix(figures) if figures else None,
        "differences": differences(day, content, notes, user=user, sent=sent),
        "journals": journals_of(day, content),
        "cases": open_cases(day),
        "late": late,
        "late_problem": late_problem,
        "history": history(day, steps, notes),
        "steps": standing(day, steps),
        "statements": STATEMENTS,
        "evidence_files": FILES,
        "currency": day.currency,
        "packs": list(day.packs.defer("content").order_by("part", "-sequence")),
        "why_not_prepare": why_not_prepare(day, user),
        "why_not_sign": why_not_sign(day, user),
        **around(day.store_code, day.business_date),
        **more,
    }
    return render(request, TEMPLATE, context, partial=PARTIAL, status=status)


def place(code: str, on: str) -> tuple[public.Store, date]:
    """Return the store and the date of an address. Raises Http404 for what cannot be."""
    store = public.stores().filter(code=code).first()
    if store is None:
        raise Http404
    try:
        return store, date.fromisoformat(on)
    except ValueError:
        raise Http404 from None


def around(code: str, on: date) -> dict[str, str]:
    """Return the addresses of the store's days before and after this one."""

    def address(days: int) -> str:
        return reverse("day", args=[code, (on + timedelta(days=days)).isoformat()])

    return {"before": address(-1), "after": address(1)}
