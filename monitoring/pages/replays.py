"""One replay: who asked and who let it go, and every record until it is verified."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from integrations import public
from integrations.public import TABLES, desk
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, View, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.pages.mapping_blast import Panel, panel_of
from monitoring.pages.mapping_reads import MONEY_TABLES, labels_of
from monitoring.pages.run_words import OUTCOMES, STAGES, causes, median_wait, run_line
from monitoring.pages.states import State

SHOWN = 100  # records listed; those under way first
PANELS = 3  # rows of one save whose effect is shown to whoever approves


def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """One replay. A fixed number of queries, however many records it has."""
    run = get_object_or_404(desk.runs().select_related("link__owner", "link__channel"), pk=pk)
    money = run.table in MONEY_TABLES
    wanted = Capability.APPROVE_MONEY_REPLAY if money else Capability.APPROVE_REPLAY
    context = {
        "page": PAGE,
        "line": run_line(run),
        "table": TABLES[run.table],
        "rows": _rows(run),
        "items": _items(run),
        "median": median_wait(run),
        "causes": causes(run),
        "may_decide": can(request.user, wanted),
        "own": run.asked_by_id == person(request).pk,
        "may_replay": can(request.user, Capability.REPLAY),
        "kind": "money-replay" if money else "replay",
    }
    partial = "monitoring/partials/_replay.html"
    return render(request, "monitoring/replay.html", context, partial=partial)


def effect(request: HttpRequest, pk: int) -> HttpResponse:
    """What a replay that waits for approval lets go: the panel that its editor saw, made anew."""
    runs = desk.runs().asked().select_related("link__owner", "link__channel", "asked_by")
    run = get_object_or_404(runs, pk=pk)
    context = {"page": EFFECT, "run": run, "panels": _panels(request, run)}
    partial = "monitoring/partials/_replay_effect.html"
    return render(request, "monitoring/replay_effect.html", context, partial=partial)


def _rows(run: desk.ReplayRun) -> list[tuple[dict[str, Any], list[str]]]:
    """The rows that were saved, each with its codes in the vendor's words."""
    labels = labels_of(run.link, public.mapping_tables(run.link)[run.table])
    return [
        (row, [labels.get(name, {}).get(code, code) for name, code in row["target"].items()])
        for row in run.content
    ]


def _panels(request: HttpRequest, run: desk.ReplayRun) -> list[Panel]:
    """What the colleague saw who saved it, worked out anew."""
    table = public.mapping_tables(run.link)[run.table]
    rows = public.mapping_rows().filter(link=run.link, table=run.table)
    wanted = {(row["value"], row["effective_from"]) for row in run.content[:PANELS]}
    return [
        panel_of(
            desk.preview_change(
                desk.Proposal(run.link, table, row.source_value, row.target, row.effective_from),
                by=run.asked_by or run.asked_name,
                now=now_of(request),
            )
        )
        for row in rows
        if (row.source_value, row.effective_from.isoformat() if row.effective_from else "")
        in wanted
    ]


def _items(run: desk.ReplayRun) -> list[tuple[desk.ReplayItem, State]]:
    """The records as shown: what is under way, then what needs somebody, then the rest."""
    items = desk.items().filter(run=run).select_related("document__store")
    under_way = items.filter(ended_at__isnull=True).order_by(
        F("started_at").asc(nulls_last=True), "pk"
    )
    ended = items.filter(ended_at__isnull=False).order_by("-ended_at", "pk")
    listed = [*under_way.defer("document__record")[:SHOWN]]
    listed += ended.defer("document__record")[: SHOWN - len(listed)]
    going = [item for item in listed if item.started_at and not item.ended_at]
    where = desk.standings(run, going)
    return [(item, _state(item, where.get(item.document_id))) for item in listed]


def _state(item: desk.ReplayItem, standing: Any) -> State:
    if item.ended_at:
        return OUTCOMES[item.outcome]
    return STAGES[desk.stage_of(item, standing)]


def _done(request: HttpRequest, pk: int, do: Callable[[], Any], words: str) -> HttpResponse:
    """Do one thing; its refusal is said on the page that is opened next."""
    try:
        found = do()
    except desk.RunError as error:
        messages.warning(request, str(error))
        return redirect("replay", pk=pk)
    messages.success(request, words)
    return redirect("replay", pk=found.pk if isinstance(found, desk.ReplayRun) else pk)


def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it go, exactly as it was shown."""
    return _done(
        request,
        pk,
        lambda: desk.approve(
            run_id=pk, seen=request.POST.get("seen", ""), by=person(request), now=now_of(request)
        ),
        "Approved. The first ones are on their way.",
    )


def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not let it go, and say why."""
    reason = request.POST.get("reason", "")
    return _done(
        request,
        pk,
        lambda: desk.refuse(run_id=pk, by=person(request), reason=reason, now=now_of(request)),
        "Refused. The mapping stays as saved; what waits for it goes on waiting.",
    )


def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Start anew with what waits now."""
    return _done(
        request,
        pk,
        lambda: desk.ask_again(run_id=pk, by=person(request), now=now_of(request)),
        "Asked again, with what waits now.",
    )


def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the others although one of the first went wrong."""
    reason = request.POST.get("reason", "")
    return _done(
        request,
        pk,
        lambda: desk.go_on(run_id=pk, by=person(request), reason=reason, now=now_of(request)),
        "The others are on their way.",
    )


def of_kind(view: View, *, money: bool) -> View:
    """Let an action touch only the runs of tables that its capability is about."""

    def wrapped(request: HttpRequest, pk: int) -> HttpResponse:
        run = get_object_or_404(desk.runs(), pk=pk)
        if (run.table in MONEY_TABLES) is not money:
            raise Http404
        return view(request, pk)

    return wrapped


def decisions(name: str, folder: str, capability: Capability, *, money: bool) -> tuple[Action, ...]:
    return tuple(
        Action(
            f"{folder}/<int:pk>/{verb}/", f"{name}-{verb}", of_kind(view, money=money), capability
        )
        for verb, view in (("approve", approve), ("refuse", refuse))
    )


C = Capability
PAGE = Page(
    path="replays/<int:pk>/",
    name="replay",
    title="Replay",
    view=replay,
    capability=C.VIEW_MAPPINGS,
    section="Mappings",
    actions=(
        *decisions("replay", "replays", C.APPROVE_REPLAY, money=False),
        *decisions("money-replay", "replays/money", C.APPROVE_MONEY_REPLAY, money=True),
        Action("replays/<int:pk>/again/", "replay-again", ask_again, C.REPLAY),
        Action("replays/<int:pk>/go-on/", "replay-go-on", go_on, C.REPLAY),
    ),
)
EFFECT = Page(
    path="replays/<int:pk>/effect/",
    name="replay-effect",
    title="What it lets go",
    view=effect,
    capability=C.VIEW_MAPPINGS,
    section="Mappings",
)
