"""Many days at once: preparing what is clean by policy, and signing what was prepared."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability
from monitoring.words import counted, listed
from reconciliation import services
from reconciliation.models import StoreDay
from reconciliation.pages.days import by_currency
from reconciliation.pages.spans import Span, span_of
from reconciliation.pages.words import STATEMENTS
from reconciliation.services import DayError

SPOT_CHECKS = 2
MOST = 400  # days shown and signed at once
BY_POLICY = "Prepared by policy: complete, and tied in every figure. I opened"
POLICY = (
    "Every till has closed and no receipt number is missing.",
    "Every receipt is in the ERP, read back as it was meant.",
    "Tills, receipts, ERP and journal agree by tender and by VAT rate, to the penny.",
    "No drawer was counted over or short, nothing was explained by hand.",
    "No exception and no late receipt is in the way.",
)


def spot_checks(days: Sequence[StoreDay], username: str) -> list[StoreDay]:
    """Draw the days that a person must open: by their figures and the person, not by a choice.

    Loading the page again draws the same days; other figures draw others.
    """

    def lot(day: StoreDay) -> str:
        return hashlib.sha256(f"{username}:{day.pk}:{day.content_hash}".encode()).hexdigest()

    return sorted(days, key=lot)[:SPOT_CHECKS]


def clean(request: HttpRequest) -> HttpResponse:
    """What would be prepared without being looked at, the policy that allows it, two to open."""
    return _clean(request)


def _clean(request: HttpRequest, *, status: int = 200, problem: str = "") -> HttpResponse:
    span, days = _clean_days(request)
    context = {
        "span": span,
        "days": days,
        "money": by_currency(days),
        "checks": spot_checks(days, person(request).get_username()),
        "policy": POLICY,
        "statement": BY_POLICY,
        "problem": problem,
    }
    partial = "reconciliation/partials/_clean.html"
    return render(request, "reconciliation/clean.html", context, partial=partial, status=status)


def _clean_days(request: HttpRequest) -> tuple[Span, list[StoreDay]]:
    span = _span(request)
    rows = StoreDay.objects.between(span.first, span.last).clean()
    return span, list(rows.defer("content", "seal_lines")[:MOST])


def _span(request: HttpRequest) -> Span:
    newest = StoreDay.objects.order_by("-business_date").values_list("business_date", flat=True)
    return span_of(request, newest=newest.first() or now_of(request).date())


def prepare_clean(request: HttpRequest) -> HttpResponse:
    """Prepare every clean day of the span, once the drawn ones have been looked at."""
    span, days = _clean_days(request)
    drawn = spot_checks(days, person(request).get_username())
    looked = set(request.POST.getlist("looked"))
    if not days or {str(day.pk) for day in drawn} - looked:
        problem = "Open both spot checks, then say that you did. They change with the figures."
        return _clean(request, status=422, problem=problem if days else "")
    statement = f"{BY_POLICY} {listed([str(day) for day in drawn])}."

    def do(pk: int, seen: str) -> None:
        who: dict[str, Any] = {"by": person(request), "now": now_of(request)}
        services.prepare(pk, seen=seen, statement=statement, **who)

    done, problems = each_day(((day.pk, day.content_hash) for day in days), do)
    if done:
        messages.success(request, f"{counted(done, 'day')} prepared. Somebody else signs them.")
    for sentence in problems:
        messages.warning(request, sentence)
    return redirect(reverse("days") + span.query)


def prepared(request: HttpRequest) -> HttpResponse:
    """What waits for an approver: who prepared it, what was explained, and what it comes to."""
    span = _span(request)
    rows = StoreDay.objects.between(span.first, span.last).filter(state=StoreDay.State.PREPARED)
    days = list(rows.defer("content", "seal_lines").prefetch_related("steps", "notes__reason"))
    context = {
        "span": span,
        "days": [(day, _prepared_by(day), _explained(day)) for day in days[:MOST]],
        "money": by_currency(days),
        "statement": STATEMENTS["signed"],
    }
    partial = "reconciliation/partials/_prepared.html"
    return render(request, "reconciliation/prepared.html", context, partial=partial)


def _prepared_by(day: StoreDay) -> str:
    steps = [each for each in day.steps.all() if each.round == day.round]
    return next((each.by_name for each in reversed(steps) if each.step == "prepared"), "")


def _explained(day: StoreDay) -> list[Any]:
    return [note for note in day.notes.all() if note.round == day.round]


def sign_prepared(request: HttpRequest) -> HttpResponse:
    """Sign each ticked day on its own; say how many, and why not the others."""
    chosen = [text.partition(":") for text in request.POST.getlist("day")[:MOST]]
    ticked = [(int(pk), seen) for pk, _, seen in chosen if pk.isascii() and pk.isdigit()]

    def do(pk: int, seen: str) -> None:
        services.sign(
            pk, seen=seen, statement=STATEMENTS["signed"], by=person(request), now=now_of(request)
        )

    signed, problems = each_day(ticked, do)
    if signed:
        messages.success(request, f"{counted(signed, 'day')} signed. The evidence is kept.")
    for sentence in problems:
        messages.warning(request, sentence)
    if not ticked:
        messages.warning(request, "Nothing was ticked, so nothing was signed.")
    return redirect(reverse("days-prepared") + _span(request).query)


def each_day(
    days: Iterable[tuple[int, str]], do: Callable[[int, str], None]
) -> tuple[int, list[str]]:
    """Do it to every day on its own. Returns how many it was done to, and the refusals."""
    worked, problems = 0, dict[str, int]()
    for pk, seen in days:
        try:
            do(pk, seen)
            worked += 1
        except DayError as error:
            problems[str(error)] = problems.get(str(error), 0) + 1
    return worked, [
        f"{counted(n, 'day')} left as {'it was' if n == 1 else 'they were'}. {each}"
        for each, n in problems.items()
    ]


CLEAN = Page(
    path="days/clean/",
    name="days-clean",
    title="Clean days",
    view=clean,
    capability=Capability.VIEW_DAYS,
    section="Days",
    actions=(Action("days/clean/prepare/", "days-prepare", prepare_clean, Capability.PREPARE_DAY),),
)
WAITING = Page(
    path="days/prepared/",
    name="days-prepared",
    title="Prepared days",
    view=prepared,
    capability=Capability.VIEW_DAYS,
    section="Days",
    actions=(Action("days/prepared/sign/", "days-sign", sign_prepared, Capability.SIGN_DAY),),
)
