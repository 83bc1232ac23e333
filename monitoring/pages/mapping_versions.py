"""Back to a version of a table: what changes, what was posted meanwhile, who can put it right."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from integrations.public import Link, MappingError, MappingTable, desk
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, View, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.pages.mapping_reads import MONEY_TABLES, capability_for, find, labels_of


def version(request: HttpRequest, link: str, table: str, number: int) -> HttpResponse:
    """What going back would do. Nothing is changed by looking."""
    pair = find(link, table)
    latest = desk.latest_number(pair[0], table)
    if not 0 < number <= latest:
        raise Http404
    plan = desk.reversal_plan(pair[0], table, number)
    context = {
        "page": PAGE,
        "link": pair[0],
        "table": pair[1],
        "number": number,
        "latest": latest,
        "plan": plan,
        "money": sorted((amount, currency) for currency, amount in plan.value.items()),
        "steps": _steps(*pair, plan.steps),
        "editable": can(request.user, capability_for(pair[1])),
        "kind": "money-mapping" if table in MONEY_TABLES else "mapping",
    }
    partial = "monitoring/partials/_mapping_version.html"
    return render(request, "monitoring/mapping_version.html", context, partial=partial)


def _steps(link: Link, table: MappingTable, steps: Any) -> list[tuple[Any, list[str], list[str]]]:
    labels = labels_of(link, table)

    def words(target: dict[str, str] | None) -> list[str]:
        codes = (target or {}).items()
        return [labels.get(name, {}).get(code, code) for name, code in codes]

    return [(step, words(step.before), words(step.after)) for step in steps]


def roll_back(request: HttpRequest, link: str, table: str, number: int) -> HttpResponse:
    """Make the table what it was in that version, as a new one."""
    pair = find(link, table)
    seen = request.POST.get("seen", "")
    try:
        new = desk.roll_back_to(
            link=pair[0],
            table=table,
            number=number,
            expected=int(seen) if seen.isascii() and seen.isdigit() else -1,
            by=person(request),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
        )
    except MappingError as error:
        messages.warning(request, error.sentence)
        return redirect("mapping-version", link=link, table=table, number=number)
    messages.success(request, f"The table is again as in version {number}; this is version {new}.")
    return redirect("mapping", link=link, table=table)


def of_kind(view: View, *, money: bool) -> View:
    """Let the action touch only the tables that its capability is about."""

    def wrapped(request: HttpRequest, link: str, table: str, number: int) -> HttpResponse:
        if (table in MONEY_TABLES) is not money:
            raise Http404
        return view(request, link, table, number)

    return wrapped


_PATH = "<slug:link>/<slug:table>/versions/<int:number>"
PAGE = Page(
    path=f"mappings/{_PATH}/",
    name="mapping-version",
    title="Back to a version",
    view=version,
    capability=Capability.VIEW_MAPPINGS,
    section="Mappings",
    actions=(
        Action(
            f"mappings/{_PATH}/back/",
            "mapping-back",
            of_kind(roll_back, money=False),
            Capability.EDIT_MAPPING,
        ),
        Action(
            f"mappings/money/{_PATH}/back/",
            "money-mapping-back",
            of_kind(roll_back, money=True),
            Capability.EDIT_MONEY_MAPPING,
        ),
    ),
)
