"""The pace of stock: when levels are told, what that costs, and how old one may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from pydantic import ValidationError

from integrations import public as hub
from integrations.public import Cadence, CommandError, Link, Pace, Projection
from monitoring.kit.clock import now_of
from monitoring.kit.formats import age
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability
from monitoring.pages.places import place_names
from monitoring.pages.tabs import stock_tabs

WORDS = {
    Cadence.EVENT: "as it happens",
    Cadence.INTERVAL: "every so many minutes",
    Cadence.HYBRID: "as it happens, and a look back every so many minutes",
}


@dataclass(frozen=True)
class Route:
    """One link, or one place of it with a pace of its own."""

    link: Link
    code: str  # empty: the whole link
    name: str
    pace: Pace
    own: bool
    cost: Projection

    @property
    def words(self) -> str:
        return in_words(self.pace)


def in_words(pace: Pace) -> str:
    if pace.cadence is Cadence.EVENT:
        return WORDS[Cadence.EVENT]
    every = age(timedelta(minutes=pace.interval_minutes))
    if pace.cadence is Cadence.INTERVAL:
        return f"every {every}"
    return f"as it happens, and a look back every {every}"


def pace(request: HttpRequest) -> HttpResponse:
    """Every link and place with its pace and its cost. Five queries for each link."""
    now = now_of(request)
    routes = [
        route for link in hub.links().filter(enabled=True) for route in _routes(link, now=now)
    ]
    context = {"page": PAGE, "tabs": stock_tabs("pace"), "routes": routes, "choices": WORDS.items()}
    return render(
        request, "monitoring/pace.html", context, partial="monitoring/partials/_pace.html"
    )


def _routes(link: Link, *, now: datetime) -> list[Route]:
    policy, trade = hub.link_policy(link).stock, hub.trade(link, now=now)
    names = place_names()
    places = sorted(hub.places(link).warehouse_of, key=lambda code: names.get(code, code))
    following = [code for code in places if code not in policy.by_location]
    whole = Pace.model_validate(policy.model_dump(include=set(Pace.model_fields)))
    return [
        Route(link, "", str(link), whole, True, hub.project(whole, trade, places=following)),
        *(
            Route(
                link,
                code,
                names.get(code, code),
                policy.pace(code),
                code in policy.by_location,
                hub.project(policy.pace(code), trade, places=[code]),
            )
            for code in places
        ),
    ]


def preview(request: HttpRequest) -> HttpResponse:
    """What a pace would cost, before it is saved; nothing changes by looking."""
    link = hub.links().filter(slug=request.POST.get("link", "")).first()
    wanted = _wanted(request)
    if link is None or wanted is None:
        messages.error(request, PROBLEM)
        return redirect("pace")
    code = request.POST.get("place", "")
    policy, trade = hub.link_policy(link).stock, hub.trade(link, now=now_of(request))
    places = (
        [code]
        if code
        else [each for each in hub.places(link).warehouse_of if each not in policy.by_location]
    )
    context: dict[str, Any] = {
        "page": PAGE,
        "tabs": stock_tabs("pace"),
        "link": link,
        "code": code,
        "name": place_names().get(code, code) if code else str(link),
        "wanted": wanted,
        "words": in_words(wanted),
        "before": hub.project(policy.pace(code), trade, places=places),
        "before_words": in_words(policy.pace(code)),
        "after": hub.project(wanted, trade, places=places),
    }
    partial = "monitoring/partials/_pace_preview.html"
    return render(request, "monitoring/pace_preview.html", context, partial=partial)


PROBLEM = "Choose a cadence, and an interval of 1 to 1440 minutes."


def _wanted(request: HttpRequest) -> Pace | None:
    fields = {name: request.POST.get(name, "") for name in Pace.model_fields}
    try:
        return Pace.model_validate({name: value for name, value in fields.items() if value})
    except ValidationError:
        return None


def save(request: HttpRequest) -> HttpResponse:
    """Set the pace; a place may also be given back to its link."""
    wanted = None if request.POST.get("cadence") == "" else _wanted(request)
    if wanted is None and request.POST.get("cadence") != "":
        messages.error(request, PROBLEM)
        return redirect("pace")
    try:
        hub.set_pace(
            link_slug=request.POST.get("link", ""),
            location_code=request.POST.get("place", ""),
            pace=wanted,
            by=person(request),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
        )
    except CommandError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The pace is set. It holds from the next change on.")
    return redirect("pace")


PAGE = Page(
    path="pace/",
    name="pace",
    title="Pace of stock",
    view=pace,
    capability=Capability.VIEW_STOCK,
    section="Stock",
    actions=(
        Action("pace/preview/", "pace-preview", preview, Capability.EDIT_CONNECTIONS),
        Action("pace/save/", "pace-save", save, Capability.EDIT_CONNECTIONS),
    ),
)
