"""The operating manual, written from the live configuration: it cannot be out of date."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from integrations import public as hub
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.manual import CHAPTERS, Chapter, digest_of
from monitoring.manual.owners import in_time, matrix
from monitoring.manual.words import words
from monitoring.models import ManualReading, ManualRevision
from monitoring.pages.case_words import SEVERITIES
from monitoring.pages.flows import drawn, flow_rows
from monitoring.pages.tabs import manual_tabs
from monitoring.public import ExceptionCase, ExceptionType
from monitoring.services.duties import DutyError, latest_revisions, mark_read, readings_of
from monitoring.services.setup import read_setup
from monitoring.setup import Setup

QUARTER = timedelta(days=90)
SAMPLE = 500  # closed cases of a type by which its runbook is judged


@dataclass(frozen=True)
class Shown:
    """A chapter on the page: its facts, since when they hold, and whether the reader knows them."""

    chapter: Chapter
    facts: Any
    digest: str
    revision: ManualRevision | None  # None: it changed within the last minute
    reading: ManualReading | None

    @property
    def template(self) -> str:
        return f"monitoring/partials/{self.chapter.template}"

    @property
    def is_read(self) -> bool:
        return self.reading is not None and self.reading.digest == self.digest


def manual(request: HttpRequest) -> HttpResponse:
    """Every chapter on one page, to read and to print. A fixed number of queries."""
    setup, now = read_setup(), now_of(request)
    connections = {row.pk: row for row in hub.connections()}
    flows = flow_rows(connections, now=now) if can(request.user, Capability.VIEW_FLOWS) else []
    context = {
        "page": PAGE,
        "tabs": manual_tabs("manual"),
        "setup": setup,
        "chapters": shown(request, setup),
        "map": drawn(connections, list(flows), now=now) if connections else None,
        "words": words(),
    }
    partial = "monitoring/partials/_manual.html"
    return render(request, "monitoring/manual.html", context, partial=partial)


def shown(request: HttpRequest, setup: Setup) -> list[Shown]:
    revisions, readings = latest_revisions(), readings_of(person(request))
    return [_shown(chapter, setup, revisions, readings) for chapter in CHAPTERS]


def _shown(
    chapter: Chapter,
    setup: Setup,
    revisions: dict[str, ManualRevision],
    readings: dict[str, ManualReading],
) -> Shown:
    facts = chapter.facts(setup)
    digest = digest_of(facts)
    revision = revisions.get(chapter.key)
    current = revision if revision and revision.digest == digest else None
    return Shown(chapter, facts, digest, current, readings.get(chapter.key))


def understood(request: HttpRequest) -> HttpResponse:
    """Tick that one has read a chapter, as it stood on the screen."""
    chapter = request.POST.get("chapter", "")
    digest = request.POST.get("digest", "")
    try:
        mark_read(chapter=chapter, digest=digest, by=person(request), now=now_of(request))
    except DutyError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "Noted. It is shown as changed when its facts change.")
    return redirect(f"{reverse('manual')}#{chapter if chapter.isalpha() else ''}")


def owners(request: HttpRequest) -> HttpResponse:
    """The owner matrix: types by teams, from the types and the routing rules in force."""
    setup = read_setup()
    context = {
        "page": OWNERS,
        "tabs": manual_tabs("owners"),
        "crews": setup.crews,
        "rows": [(row, SEVERITIES[row.type.severity]) for row in matrix(setup)],
    }
    partial = "monitoring/partials/_owners.html"
    return render(request, "monitoring/owners.html", context, partial=partial)


def alert(request: HttpRequest, slug: str) -> HttpResponse:
    """How to read one kind of alert: what it means, who acts, by when, what to do, how it went."""
    kind = next((each for each in public.TYPES.values() if each.slug == slug), None)
    if kind is None:
        raise Http404
    route = public.who_would_own(public.Routable(kind.key))
    context = {
        "page": ALERT,
        "kind": kind,
        "severity": SEVERITIES[kind.severity],
        "team": public.teams().get(code=route.team),
        "first": in_time(kind.sla_first),
        "fixed": in_time(kind.sla_resolve),
        "runbook": public.runbook(kind.slug),
        "record": record_of(kind, request),
    }
    partial = "monitoring/partials/_alert.html"
    return render(request, "monitoring/alert.html", context, partial=partial)


def record_of(kind: ExceptionType, request: HttpRequest) -> dict[str, Any]:
    """Say how such cases ended lately: how many, how many stayed mended, and how long they took."""
    since = now_of(request) - QUARTER
    closed = ExceptionCase.objects.filter(type_key=kind.key, closed_at__gte=since)
    fields = ("opened_at", "closed_at", "reopened")
    rows = list(closed.order_by("-closed_at").values_list(*fields)[:SAMPLE])
    lengths = [end - start for start, end, _ in rows if end is not None]
    return {
        "closed": len(rows),
        "stayed": sum(not reopened for _, _, reopened in rows),
        "median": median(lengths) if lengths else None,
    }


PAGE = Page(
    path="manual/",
    name="manual",
    title="Manual",
    view=manual,
    capability=Capability.VIEW_MANUAL,
    section="Manual",
    icon="book-open",
    menu=True,
    actions=(
        Action("manual/understood/", "manual-understood", understood, Capability.TICK_CHECKLIST),
    ),
)
OWNERS = Page(
    path="manual/owners/",
    name="owners",
    title="Owners",
    view=owners,
    capability=Capability.VIEW_MANUAL,
    section="Manual",
)
ALERT = Page(
    path="manual/alerts/<slug:slug>/",
    name="alert",
    title="How to read it",
    view=alert,
    capability=Capability.VIEW_MANUAL,
    section="Manual",
)
