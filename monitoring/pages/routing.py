"""The routing rules: who owns which exception, tried before it is saved, in effect at once."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from integrations import public as hub
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.pages.choices import (
    link_choices,
    optional,
    store_choices,
    team_choices,
    type_choices,
)
from monitoring.pages.tabs import settings_tabs
from monitoring.public import Routable, RoutingRule, RuleLine
from monitoring.words import counted

CHANGES = 8
Lines = list[RuleLine]


class CaseForm(forms.Form):
    """What a rule looks at. An empty field stands for anything."""

    type_key = forms.ChoiceField(label="Type", required=False, choices=optional(type_choices))
    link = forms.ChoiceField(label="Link", required=False, choices=optional(link_choices))
    store_code = forms.ChoiceField(label="Store", required=False, choices=optional(store_choices))
    value = forms.DecimalField(
        label="Value from", required=False, min_value=Decimal(0), max_digits=18, decimal_places=4
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label="Currency", required=False, max_length=3, strip=True
    )


class RuleForm(CaseForm):
    """A new rule: these go to that team."""

    team = forms.ChoiceField(label="Goes to", choices=team_choices)
    note = forms.CharField(label="Why", required=False, max_length=200)

    def line(self) -> RuleLine:
        """Return the rule. Only after `is_valid()`."""
        given = self.cleaned_data
        currency = given["currency"]
        if given["value"] is not None and not currency:
            currency = public.figures_in_force().currency
        return RuleLine(
            team=given["team"],
            type_key=given["type_key"],
            link=given["link"],
            store_code=given["store_code"],
            least_value=given["value"],
            currency=currency,
            note=given["note"],
        )


def routing(request: HttpRequest) -> HttpResponse:
    """The table, the tester, and what was changed. A fixed number of queries."""
    return _page(request, RuleForm(prefix="new"))


def _page(request: HttpRequest, form: RuleForm, *, status: int = 200) -> HttpResponse:
    lines = public.rules_in_force()
    counts = public.cases_matching(lines)
    teams = dict(team_choices())
    changes = hub.audit_entries().filter(action="routing.change")
    context = {
        "page": PAGE,
        "tabs": settings_tabs("routing"),
        "rules": [
            _row(at, line, open, teams[line.team])
            for at, (line, open) in enumerate(zip(lines, counts, strict=True), 1)
        ],
        "version": public.version_of(lines),
        "form": form,
        "tester": CaseForm(request.GET or None),
        "answer": _answer(request),
        "changes": changes[:CHANGES],
        "may_edit": can(request.user, Capability.EDIT_SETTINGS),
    }
    partial = "monitoring/partials/_routing.html"
    return render(request, "monitoring/routing.html", context, partial=partial, status=status)


def _row(at: int, line: RuleLine, open: int, team: str) -> dict[str, Any]:
    known = public.TYPES.get(line.type_key)
    kind = known.title if known else line.type_key
    return {"at": at, "line": line, "type": kind, "team": team, "open": open}


def _answer(request: HttpRequest) -> dict[str, Any] | None:
    """Say where an exception would go; None when nothing was asked or not understood."""
    asked = CaseForm(request.GET)
    if not request.GET or not asked.is_valid():
        return None
    given = asked.cleaned_data
    case = Routable(
        given["type_key"],
        given["link"],
        given["store_code"],
        given["value"] or Decimal(0),
        given["currency"] or public.figures_in_force().currency,
    )
    route = public.who_would_own(case)
    rule = RoutingRule.objects.filter(pk=route.rule_id or 0).first()
    return {"team": public.teams().get(code=route.team), "rule": rule and rule.position}


def add(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST, prefix="new")
    if not form.is_valid():
        return _page(request, form, status=422)
    return _edit(request, lambda lines: [*lines, form.line()])


def change(request: HttpRequest) -> HttpResponse:
    """Move a rule up or down, let it rest, wake it, or remove it."""
    at, do = request.POST.get("at", ""), MOVES.get(request.POST.get("do", ""))
    if do is None or not at.isascii() or not at.isdigit():
        messages.warning(request, "That was not understood, so nothing was changed.")
        return redirect("routing")
    return _edit(request, lambda lines: do(lines, int(at) - 1) if int(at) <= len(lines) else lines)


def _edit(request: HttpRequest, change: Callable[[Lines], Lines]) -> HttpResponse:
    try:
        moved = public.edit_rules(
            change,
            version=request.POST.get("version", ""),
            by=person(request),
            reason=request.POST.get("reason", "")[:300],
            now=now_of(request),
        )
    except ValueError as error:
        messages.error(request, str(error))
    else:
        words = f"{counted(moved, 'open exception')} moved" if moved else "No open exception moved"
        messages.success(request, f"Saved. {words} to another team.")
    return redirect("routing")


def _swap(lines: Lines, at: int, other: int) -> Lines:
    if 0 <= other < len(lines):
        lines[at], lines[other] = lines[other], lines[at]
    return lines


def _rest(lines: Lines, at: int) -> Lines:
    lines[at] = replace(lines[at], enabled=not lines[at].enabled)
    return lines


MOVES: dict[str, Callable[[Lines, int], Lines]] = {
    "up": lambda lines, at: _swap(lines, at, at - 1),
    "down": lambda lines, at: _swap(lines, at, at + 1),
    "rest": _rest,
    "remove": lambda lines, at: [*lines[:at], *lines[at + 1 :]],
}


PAGE = Page(
    path="settings/routing/",
    name="routing",
    title="Routing",
    view=routing,
    capability=Capability.VIEW_SETTINGS,
    section="Settings",
    actions=(
        Action("settings/routing/add/", "routing-add", add, Capability.EDIT_SETTINGS),
        Action("settings/routing/change/", "routing-change", change, Capability.EDIT_SETTINGS),
    ),
)
