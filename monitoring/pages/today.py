"""Today: what needs this person, worst first, and whether everything else is well."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, When
from django.http import HttpRequest, HttpResponse

from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.pages.today_figures import figures, moved, queue_figures
from monitoring.pages.today_panels import card, for_you, panels
from monitoring.public import ExceptionCaseQuerySet

CARDS = 6


def today(request: HttpRequest) -> HttpResponse:
    """The first page of the day. A fixed number of queries, whatever there is to show."""
    now = now_of(request)
    codes = public.team_codes(request.user)
    everybody = public.cases_in_tab("all", request.user)
    mine = everybody.of_teams(codes)
    own = list(mine[:CARDS]) if codes else []
    shown = own or list(everybody[:CARDS])
    queue = queue_figures(now=now)
    context = {
        "page": PAGE,
        "has_team": bool(codes),
        "team_is_clear": bool(codes) and not own,
        "moved": moved(now),
        "causes": sum(row["causes"] for row in queue),
        "urgent": sum(row["urgent"] for row in queue),
        "next": next_deadline(mine if own else everybody, now=now),
        "figures": figures(queue, now=now),
        "for_you": for_you(request),
        "cards": [card(case, now=now) for case in shown],
        "panels": panels(request),
    }
    partial = "monitoring/partials/_today.html"
    return render(request, "monitoring/today.html", context, partial=partial)


def next_deadline(cases: ExceptionCaseQuerySet, *, now: datetime) -> dict[str, Any] | None:
    """Return the case whose clock ends first, and how long that is. One query."""
    running = Case(
        When(acknowledged_at__isnull=True, then=F("first_action_due")), default=F("resolve_due")
    )
    first = cases.order_by(running, "pk").first()
    if first is None:
        return None
    left = first.next_due() - now
    return {"case": first, "left": abs(left), "is_over": left < timedelta()}


PAGE = Page(
    path="",
    name="today",
    title="Today",
    view=today,
    capability=Capability.VIEW_TODAY,
    section="Today",
    icon="sun",
    menu=True,
)
