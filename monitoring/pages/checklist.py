"""The daily checklist of a role: from the live configuration, ticked with name and time, kept."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from monitoring import public
from monitoring.checklist import Check, checks_of
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import BY_SLUG, ROLES, Capability, roles_of
from monitoring.models import CheckTick
from monitoring.pages.tabs import Tab, manual_tabs
from monitoring.services.duties import HISTORY, DutyError, day_of, tick, ticks, untick
from monitoring.services.setup import read_systems


@dataclass(frozen=True)
class Line:
    """One check today, with who ticked it and on which of the last days it was."""

    check: Check
    url: str
    done: CheckTick | None
    days: list[tuple[date, CheckTick | None]]


def checklist(request: HttpRequest) -> HttpResponse:
    """The checklist of one role. A fixed number of queries."""
    role, today = role_of(request), today_of(request)
    context = {
        "page": PAGE,
        "tabs": manual_tabs("checklist"),
        "role_tabs": _roles(role),
        "role": BY_SLUG[role],
        "lines": lines_of(role, today),
        "days": _days(today),
        "may_tick": may_tick(request, role),
    }
    partial = "monitoring/partials/_checklist.html"
    return render(request, "monitoring/checklist.html", context, partial=partial)


def role_of(request: HttpRequest) -> str:
    """Return the role that is asked for, else one's own first, else operations."""
    asked = request.GET.get("role") or request.POST.get("role") or ""
    own = [role.slug for role in roles_of(request.user)]
    return asked if asked in BY_SLUG else next(iter(own), "operator")


def may_tick(request: HttpRequest, role: str) -> bool:
    """Only who holds a role ticks for it: a tick says that somebody looked."""
    return role in {each.slug for each in roles_of(request.user)}


def today_of(request: HttpRequest) -> date:
    """Return the day it is for this person's first team."""
    team = public.teams().filter(members=request.user.pk).first()
    zone = ZoneInfo(team.timezone if team else "UTC")
    return now_of(request).astimezone(zone).date()


def lines_of(role: str, today: date) -> list[Line]:
    done = ticks(role, since=today - HISTORY)
    return [_line(check, today, done) for check in checks_of(role, read_systems())]


def _line(check: Check, today: date, done: dict[tuple[str, date], CheckTick]) -> Line:
    query = f"?{check.query}" if check.query else ""
    past = [(day, done.get((check.key, day_of(check, day)))) for day in _days(today)]
    now = done.get((check.key, day_of(check, today)))
    return Line(check, reverse(check.page) + query, now, past)


def _days(today: date) -> list[date]:
    return [today - timedelta(days=back) for back in reversed(range(1, HISTORY.days))]


def _roles(current: str) -> list[Tab]:
    url = reverse("checklist")
    return [Tab(role.label, f"{url}?role={role.slug}", role.slug == current) for role in ROLES]


def ticked(request: HttpRequest) -> HttpResponse:
    """Tick one line of today, or take the tick back."""
    role = role_of(request)
    if may_tick(request, role):
        _tick(request, role)
    else:
        messages.error(request, "Only who holds this role ticks its checklist.")
    if request.POST.get("next") == "today":
        return redirect("today")
    return redirect(f"{reverse('checklist')}?role={role}")


def _tick(request: HttpRequest, role: str) -> None:
    do = untick if request.POST.get("done") == "no" else tick
    try:
        do(
            role=role,
            key=request.POST.get("key", ""),
            today=today_of(request),
            by=person(request),
            now=now_of(request),
        )
    except DutyError as error:
        messages.warning(request, str(error))


PAGE = Page(
    path="manual/checklist/",
    name="checklist",
    title="Checklist",
    view=checklist,
    capability=Capability.VIEW_MANUAL,
    section="Manual",
    actions=(
        Action("manual/checklist/tick/", "checklist-tick", ticked, Capability.TICK_CHECKLIST),
    ),
)
