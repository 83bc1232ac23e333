"""The mapping tables: what is unmapped and in use comes first, with what it holds up."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from integrations import public
from integrations.public import (
    Hold,
    Link,
    MappingChange,
    MappingError,
    MappingRow,
    MappingTable,
    desk,
)
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, View, back_to, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.pages.mapping_blast import Panel, panel_of
from monitoring.pages.mapping_form import MappingForm
from monitoring.pages.mapping_offer import offer, row_lines, start_of
from monitoring.pages.mapping_reads import (
    MONEY_TABLES,
    Waiting,
    address,
    capability_for,
    choices_of,
    find,
    summaries,
    totals,
    waiting,
)
from monitoring.pages.mapping_sheets import preview, save_sheet
from monitoring.pages.run_words import Line, run_line

HISTORY = 20
RUNS = 5
SHOWN = 200  # rows of a table at once; more are found by searching


def mappings(request: HttpRequest) -> HttpResponse:
    """Every table of every link, and what waits for a second person."""
    found = summaries()
    asked = desk.runs().asked().select_related("link")[:RUNS]
    context = {
        "page": PAGE,
        "summaries": found,
        "asked": [run_line(run) for run in asked],
        "records": sum(each.records for each in found),
        "money": totals(pair for each in found for pair in each.money),
    }
    partial = "monitoring/partials/_mappings.html"
    return render(request, "monitoring/mappings.html", context, partial=partial)


def mapping(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """One table: waiting values with their form, then the rows, then the history."""
    pair = find(link, table)
    return render(
        request,
        "monitoring/mapping.html",
        table_context(request, *pair),
        partial="monitoring/partials/_mapping.html",
    )


def table_context(
    request: HttpRequest,
    link: Link,
    table: MappingTable,
    *,
    given: MappingForm | None = None,
    panel: Panel | None = None,
) -> dict[str, Any]:
    """Return what a table's page shows. `given` is a form that was sent and is not saved."""
    choices = choices_of(link, table)
    used = desk.coverage(link, table.key)
    rows = list(MappingRow.objects.filter(link=link, table=table.key).order_by("source_value"))
    history = list(MappingChange.objects.filter(link=link, table=table.key)[:HISTORY])
    editable = can(request.user, capability_for(table))
    runs = [run_line(run) for run in desk.runs().filter(link=link, table=table.key)[:RUNS]]
    held = _unanswered(table, waiting(Hold.objects.filter(link=link, table=table.key)), runs)
    chosen = _chosen(request, held)
    q = request.GET.get("q", "")
    lines = row_lines(rows, table, choices, used, q=q)
    return {
        "page": MAPPING,
        "link": link,
        "table": table,
        "editable": editable,
        "held": held,
        "chosen": chosen if editable else None,
        "offer": offer(request, link, table, chosen, choices) if chosen and editable else None,
        "used": used,
        "seen_money": [(used.seen_money[each], each) for each in sorted(used.seen_money)],
        "rows": lines[:SHOWN],
        "more": max(len(lines) - SHOWN, 0),
        "count": len(rows),
        "q": q,
        "edit": start_of(request, table, choices, rows) if editable else None,
        "new": MappingForm(
            table=table, choices=choices, prefix="new", initial={"version": 0, "value": ""}
        ),
        "given": given,
        "panel": panel,
        "history": history,
        "runs": runs,
        "read_at": desk.choices_read_at(link, (each.choices for each in table.targets)),
        "urls": urls_of(link, table),
    }


def _unanswered(table: MappingTable, held: list[Waiting], runs: Iterable[Line]) -> list[Waiting]:
    """The values that nobody has mapped: what an open replay is about is shown with the replay."""
    rows = [row for line in runs if line.run.is_open for row in line.run.content]
    answered = {table.source_key(row["value"]) for row in rows}
    return [each for each in held if table.source_key(each.value) not in answered]


def _chosen(request: HttpRequest, held: list[Waiting]) -> Waiting | None:
    """The value whose form is open: as asked, else the first unless a row is being edited."""
    asked = request.GET.get("value", "")
    first = held[0] if held and "edit" not in request.GET else None
    return next((one for one in held if one.value == asked), first)


def urls_of(link: Link, table: MappingTable) -> dict[str, str]:
    """Return where each verb of a table is sent to."""
    return {verb: address(verb, link, table) for verb, _ in VERBS}


def _form(request: HttpRequest, link: Link, table: MappingTable) -> MappingForm:
    prefix = "new" if "new-value" in request.POST else None
    return MappingForm(
        request.POST,
        table=table,
        choices=choices_of(link, table),
        today=now_of(request).date(),
        prefix=prefix,
    )


def look(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Say what saving this row, or removing it, would do. Nothing is saved by looking."""
    pair = find(link, table)
    form = _form(request, *pair)
    proposal = _removal(request, *pair)
    if proposal is None and form.is_valid():
        target, since = form.target, form.begins_on
        proposal = desk.Proposal(*pair, form.cleaned_data["value"], target, since)
    panel = None
    if proposal is not None:
        seen = desk.preview_change(proposal, by=person(request), now=now_of(request))
        panel = panel_of(seen)
    if request.headers.get("HX-Request") == "true":
        context = {"panel": panel, "urls": urls_of(*pair), "given": form}
        partial = "monitoring/partials/_blast.html"
        return render(request, partial, context, partial=partial)
    return _again(request, *pair, form, panel=panel, status=200)


def _removal(request: HttpRequest, link: Link, table: MappingTable) -> desk.Proposal | None:
    if "remove" not in request.POST:
        return None
    row = _row(request, link, table)
    return desk.Proposal(link, table, row.source_value, None, row.effective_from)


def _row(request: HttpRequest, link: Link, table: MappingTable) -> MappingRow:
    pk = request.POST.get("row", "")
    rows = MappingRow.objects.filter(link=link, table=table.key)
    return get_object_or_404(rows, pk=pk if pk.isascii() and pk.isdigit() else 0)


def _again(
    request: HttpRequest,
    link: Link,
    table: MappingTable,
    form: MappingForm,
    *,
    panel: Panel | None = None,
    status: int,
) -> HttpResponse:
    context = table_context(request, link, table, given=form, panel=panel)
    partial = "monitoring/partials/_mapping.html"
    return render(request, "monitoring/mapping.html", context, partial=partial, status=status)


def save(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Add or change one row. Refused input comes back with its problems and is not lost."""
    pair = find(link, table)
    form = _form(request, *pair)
    if not form.is_valid() or not _saved(request, *pair, form):
        return _again(request, *pair, form, status=422)
    value = form.cleaned_data["value"]
    run = desk.latest_run(*pair, value)
    if run is None or run.asked_at != now_of(request):
        messages.success(request, f"“{value}” is mapped.")
        return back_to(request, reverse("mapping", args=[link, table]))
    messages.success(request, f"“{value}” is mapped. {run_line(run).sentence}")
    return back_to(request, reverse("replay", args=[run.pk]))


def _saved(request: HttpRequest, link: Link, table: MappingTable, form: MappingForm) -> bool:
    try:
        public.set_mapping(
            link=link,
            table=table.key,
            source_value=form.cleaned_data["value"],
            target=form.target,
            by=person(request),
            now=now_of(request),
            reason=form.cleaned_data["reason"],
            effective_from=form.begins_on,
            expected_version=form.expected_version,
        )
    except MappingError as error:
        for problem in error.problems:
            name = f"to_{problem.field}" if f"to_{problem.field}" in form.fields else None
            form.add_error(name, problem.sentence)
        return False
    return True


def delete(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Remove one row; whatever uses its value from now on waits for a person."""
    pair = find(link, table)
    row = _row(request, *pair)
    public.delete_mapping(
        row_id=row.pk,
        by=person(request),
        now=now_of(request),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, f"“{row.source_value}” is no longer mapped. Its history stays.")
    return redirect("mapping", link=link, table=table)


def undo(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Make a row again what it was before one change."""
    pair = find(link, table)
    pk = request.POST.get("change", "")
    change = get_object_or_404(
        MappingChange,
        pk=pk if pk.isascii() and pk.isdigit() else 0,
        link=pair[0],
        table=table,
    )
    try:
        desk.roll_back(
            change_id=change.pk,
            by=person(request),
            now=now_of(request),
            reason=request.POST.get("reason", ""),
        )
    except MappingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{change.source_value}” is again as it was before.")
    return redirect("mapping", link=link, table=table)


def refresh(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Have the vendors' own lists read anew by a worker."""
    pair = find(link, table)
    for connection in (pair[0].owner, pair[0].channel):
        public.kick(f"choices:{connection.slug}", now=now_of(request))
    messages.success(request, f"The lists of {pair[0].owner} are read again in the background.")
    return redirect("mapping", link=link, table=table)


def recheck(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Ask the source about each record that waits for a value; workers do it."""
    pair = find(link, table)
    value = request.POST.get("value", "")
    asked = desk.recheck(desk.Proposal(*pair, value, {}), now=now_of(request))
    messages.success(
        request, f"{pair[0].channel} is asked about {asked} of them. Nothing is sent by asking."
    )
    here = f"{reverse('mapping', args=[link, table])}?value={value}"
    return back_to(request, here)


def of_kind(view: View, *, money: bool) -> View:
    """Let an action touch only the tables that its capability is about."""

    def wrapped(request: HttpRequest, link: str, table: str) -> HttpResponse:
        if (table in MONEY_TABLES) is not money:
            raise Http404
        return view(request, link, table)

    return wrapped


VERBS: tuple[tuple[str, View], ...] = (
    ("set", save),
    ("look", look),
    ("delete", delete),
    ("undo", undo),
    ("refresh", refresh),
    ("recheck", recheck),
    ("preview", preview),
    ("import", save_sheet),
)


def actions(name: str, folder: str, capability: Capability) -> tuple[Action, ...]:
    money = capability is Capability.EDIT_MONEY_MAPPING
    base = f"{folder}/<slug:link>/<slug:table>"
    return tuple(
        Action(f"{base}/{verb}/", f"{name}-{verb}", of_kind(view, money=money), capability)
        for verb, view in VERBS
    )


PAGE = Page(
    path="mappings/",
    name="mappings",
    title="Mappings",
    view=mappings,
    capability=Capability.VIEW_MAPPINGS,
    section="Mappings",
    icon="waypoints",
    menu=True,
)
MAPPING = Page(
    path="mappings/<slug:link>/<slug:table>/",
    name="mapping",
    title="Mapping table",
    view=mapping,
    capability=Capability.VIEW_MAPPINGS,
    section="Mappings",
    actions=(
        *actions("mapping", "mappings", Capability.EDIT_MAPPING),
        *actions("money-mapping", "mappings/money", Capability.EDIT_MONEY_MAPPING),
    ),
)
