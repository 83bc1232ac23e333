"""How long an order may stand in each stage: what is usual, and what somebody decided."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from integrations import public as hub
from monitoring import orders as desk
from monitoring import public
from monitoring.kit import formats
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.orders import Limits
from monitoring.pages.orders import tabs
from monitoring.pipeline import RETURN, SALE, Patience, Stage, stages_of
from monitoring.services.patience import LONGEST, PatienceError, decide

KINDS = ((SALE, "Sales"), (RETURN, "Returns"))


@dataclass(frozen=True)
class Line:
    """One stage of one link."""

    kind: str
    stage: Stage
    patience: Patience

    @property
    def limit(self) -> str:
        return formats.age(self.patience.limit) if self.patience.limit else "Never stuck"

    @property
    def usual(self) -> str:
        if self.patience.usual is None:
            return ""
        return formats.age(self.patience.usual)

    @property
    def minutes(self) -> int | None:
        decided = self.patience.decided
        return None if decided is None else decided // timedelta(minutes=1)


def patience(request: HttpRequest) -> HttpResponse:
    """The stages of every link. A fixed number of queries."""
    figures = public.figures_in_force()
    limits = desk.limits(figures)
    counts = desk.counted(limits, now=now_of(request))
    context = {
        "page": PAGE,
        "tabs": tabs("patience", sum(each.stuck for each in counts.values())),
        "links": [(link, _lines(link, limits)) for link in hub.links() if link.enabled],
        "least": formats.age(figures.minutes("stuck-least-minutes")),
        "unknown": formats.age(figures.minutes("stuck-minutes")),
        "most": LONGEST,
        "may_change": can(request.user, Capability.EDIT_CONNECTIONS),
    }
    partial = "monitoring/partials/_patience.html"
    return render(request, "monitoring/patience.html", context, partial=partial)


def _lines(link: Any, limits: Limits) -> list[tuple[str, list[Line]]]:
    return [
        (
            label,
            [
                Line(kind, stage, limits[link.pk, kind, stage.key])
                for stage in stages_of(link.template, kind)
            ],
        )
        for kind, label in KINDS
    ]


def change(request: HttpRequest) -> HttpResponse:
    """Save one stage's patience; an empty one goes back to what is usual."""
    given, link = request.POST.get("minutes", "").strip(), request.POST.get("link", "")
    if (given and not _is_number(given)) or not _is_number(link):
        messages.error(request, "Give whole minutes, or nothing for what is usual.")
        return redirect("patience")
    try:
        decide(
            link_id=int(link),
            kind=request.POST.get("kind", ""),
            stage=request.POST.get("stage", ""),
            minutes=int(given) if given else None,
            by=person(request),
            reason=request.POST.get("reason", "")[:300],
            now=now_of(request),
        )
    except PatienceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Saved. Orders are looked at by it from now on.")
    return redirect("patience")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


PAGE = Page(
    path="orders/patience/",
    name="patience",
    title="Patience",
    view=patience,
    capability=Capability.VIEW_ORDERS,
    section="Orders",
    actions=(
        Action("orders/patience/change/", "patience-change", change, Capability.EDIT_CONNECTIONS),
    ),
)
