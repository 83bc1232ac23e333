"""What people do with a day: explain, prepare, sign, send back, reopen, decide. POST only."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, person
from monitoring.kit.permissions import Capability
from reconciliation import services
from reconciliation.models import LateItem, StoreDay
from reconciliation.pages.day import day, place, show_day
from reconciliation.pages.day_parts import reasons
from reconciliation.pages.forms import ExplainForm, NoteForm, ReasonForm
from reconciliation.pages.words import STATEMENTS
from reconciliation.services import ConflictError, DayError, RefusedError

FORBIDDEN, CONFLICT, UNCLEAR = 403, 409, 422


def act(
    request: HttpRequest, code: str, on: str, form: forms.Form, do: Callable[..., Any], done: str
) -> HttpResponse:
    """Do one thing to a day and go back to it; what is refused is said on the page itself."""
    store, wanted = place(code, on)
    found = get_object_or_404(StoreDay, store_code=code, business_date=wanted)
    if not form.is_valid():
        sent = form if isinstance(form, ExplainForm) else None
        problem = problem_of(form)
        return show_day(request, found, store, status=UNCLEAR, sent=sent, problem=problem)
    try:
        do(found, **form.cleaned_data, by=person(request), now=now_of(request))
    except DayError as error:
        found.refresh_from_db()
        status = FORBIDDEN if isinstance(error, RefusedError) else CONFLICT
        lines = error.lines if isinstance(error, ConflictError) else ()
        return show_day(request, found, store, status=status, problem=str(error), changed=lines)
    messages.success(request, done)
    return redirect("day", code=code, on=on)


def problem_of(form: forms.Form) -> str:
    """Return the first thing that is wrong with a form, as a sentence."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])


def explain(request: HttpRequest, code: str, on: str) -> HttpResponse:
    form = ExplainForm(request.POST, codes=reasons())

    def do(day: StoreDay, **given: Any) -> None:
        services.explain_variance(day.pk, **given)

    return act(request, code, on, form, do, "Explained. It is kept with your name.")


def prepare(request: HttpRequest, code: str, on: str) -> HttpResponse:
    """Prepare the figures that the person saw: `seen` is their hash."""

    def do(day: StoreDay, *, note: str, **who: Any) -> None:
        statement = said("prepared", note)
        services.prepare(day.pk, seen=request.POST.get("seen", ""), statement=statement, **who)

    done = "Prepared. Somebody else has to sign it now."
    return act(request, code, on, NoteForm(request.POST), do, done)


def sign(request: HttpRequest, code: str, on: str) -> HttpResponse:
    """Sign the figures that the person saw: `seen` is their hash."""

    def do(day: StoreDay, *, note: str, **who: Any) -> None:
        statement = said("signed", note)
        services.sign(day.pk, seen=request.POST.get("seen", ""), statement=statement, **who)

    return act(request, code, on, NoteForm(request.POST), do, "Signed. The evidence is kept.")


def said(step: str, note: str) -> str:
    """Return what a step declares, with the person's own words after it."""
    return f"{STATEMENTS[step]} {note}".strip()


def send_back(request: HttpRequest, code: str, on: str) -> HttpResponse:
    def do(day: StoreDay, **given: Any) -> None:
        services.send_back(day.pk, **given)

    return act(request, code, on, ReasonForm(request.POST), do, "Sent back, with your reason.")


def reopen(request: HttpRequest, code: str, on: str) -> HttpResponse:
    def do(day: StoreDay, **given: Any) -> None:
        services.reopen(day.pk, **given)

    done = "Reopened. What was signed stays in the evidence; the day is signed anew."
    return act(request, code, on, ReasonForm(request.POST), do, done)


def decide_late(request: HttpRequest, code: str, on: str) -> HttpResponse:
    """Take late receipts into the reopened day, or into an open one."""
    wanted = request.POST.get("decision", "")
    if wanted not in LateItem.Decision.values:
        wanted = ""

    def do(day: StoreDay, **given: Any) -> None:
        if not wanted:
            raise DayError("Choose whether to reopen the day or to post to an open one.")
        services.decide_late(day.pk, decision=LateItem.Decision(wanted), **given)

    return act(request, code, on, ReasonForm(request.POST), do, "Decided, with your reason.")


def _action(name: str, view: Callable[..., HttpResponse], capability: Capability) -> Action:
    return Action(f"days/<str:code>/<str:on>/{name}/", f"day-{name}", view, capability)


PAGE = Page(
    path="days/<str:code>/<str:on>/",
    name="day",
    title="Trading day",
    view=day,
    capability=Capability.VIEW_DAYS,
    section="Days",
    actions=(
        _action("explain", explain, Capability.PREPARE_DAY),
        _action("prepare", prepare, Capability.PREPARE_DAY),
        _action("sign", sign, Capability.SIGN_DAY),
        _action("send-back", send_back, Capability.SIGN_DAY),
        _action("reopen", reopen, Capability.SIGN_DAY),
        _action("late", decide_late, Capability.SIGN_DAY),
    ),
)
