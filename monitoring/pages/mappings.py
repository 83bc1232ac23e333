"""The mapping tables: what is unmapped and in use comes first, with what it holds up."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from integrations import public
from integrations.public import (
    Coverage,
    Hold,
    Link,
    MappingChange,
    MappingError,
    MappingRow,
    MappingTable,
)
from monitoring.kit import formats
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, View, person, render
from monitoring.kit.permissions import Capability, can
from monitoring.pages.mapping_form import MappingForm
from monitoring.pages.mapping_reads import (
    MONEY_TABLES,
    Waiting,
    address,
    capability_for,
    choices_of,
    find,
    suggest,
    summaries,
    waiting,
)
from monitoring.pages.mapping_sheets import preview, save_sheet
from monitoring.words import counted

HISTORY = 20
USED = timedelta(days=90)  # a row that nothing used for so long is called unused


def mappings(request: HttpRequest) -> HttpResponse:
    context = {"page": PAGE, "summaries": summaries()}
    partial = "monitoring/partials/_mappings.html"
    return render(request, "monitoring/mappings.html", context, partial=partial)


def mapping(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """One table: waiting values with their form, then the rows, then the history."""
    pair = find(link, table)
    return render(
        request,
        "monitoring/mapping.html",
        table_context(request, *pair, edit=request.GET.get("edit", "")),
        partial="monitoring/partials/_mapping.html",
    )


def table_context(
    request: HttpRequest,
    link: Link,
    table: MappingTable,
    *,
    edit: str = "",
    refused: MappingForm | None = None,
) -> dict[str, Any]:
    """Return what a table's page shows. `refused` is a form that was sent and not accepted."""
    choices = choices_of(link, table)
    labels = {name: dict(pairs) for name, pairs in choices.items()}
    used = public.coverage(link, table.key, since=now_of(request) - USED)
    rows = list(MappingRow.objects.filter(link=link, table=table.key).order_by("source_value"))
    editable = can(request.user, capability_for(table))
    held = waiting(Hold.objects.filter(link=link, table=table.key))
    return {
        "page": MAPPING,
        "link": link,
        "table": table,
        "editable": editable,
        "waiting": [(each, offer(link, table, each, choices)) for each in held] if editable else [],
        "held": held,
        "rows": [_row(row, table, labels, choices, used, edit=edit) for row in rows],
        "new": MappingForm(table=table, choices=choices, prefix="new", initial={"version": 0}),
        "refused": refused,
        "history": MappingChange.objects.filter(link=link, table=table.key)[:HISTORY],
        "preview_url": address("preview", link, table),
        "set_url": address("set", link, table),
        "delete_url": address("delete", link, table),
        "undo_url": address("undo", link, table),
    }


def offer(
    link: Link, table: MappingTable, one: Waiting, choices: dict[str, list[tuple[str, str]]]
) -> dict[str, Any]:
    """Return the form for a waiting value, its suggestions, and what saving would send."""
    suggested = suggest(link, table, one.value, choices)
    first = {f"to_{name}": each[0].code for name, each in suggested.items() if each}
    initial = {"value": one.value, "version": 0, **first}
    form = MappingForm(table=table, choices=choices, initial=initial)
    return {"form": form, "suggestions": [s for each in suggested.values() for s in each]}


def _row(
    row: MappingRow,
    table: MappingTable,
    labels: dict[str, dict[str, str]],
    choices: dict[str, list[tuple[str, str]]],
    used: Coverage,
    *,
    edit: str,
) -> dict[str, Any]:
    shown = [
        labels.get(each.name, {}).get(row.target.get(each.name, ""), row.target.get(each.name, ""))
        for each in table.targets
    ]
    form = None
    if edit == str(row.pk):
        targets = {f"to_{name}": code for name, code in row.target.items()}
        start = {"value": row.source_value, "version": row.version, **targets}
        start["effective_from"] = row.effective_from
        form = MappingForm(table=table, choices=choices, initial=start)
    unused = any(each.pk == row.pk for each in used.unused)
    return {
        "row": row,
        "shown": shown,
        "form": form,
        "uses": used.uses.get(row.pk),
        "unused": unused,
    }


def save(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Add or change one row. Refused input comes back with its problems and is not lost."""
    pair = find(link, table)
    prefix = "new" if "new-value" in request.POST else None
    form = MappingForm(request.POST, table=pair[1], choices=choices_of(*pair), prefix=prefix)
    if form.is_valid() and _saved(request, *pair, form):
        return redirect(request.POST.get("next") or reverse("mapping", args=[link, table]))
    context = table_context(request, *pair, refused=form)
    partial = "monitoring/partials/_mapping.html"
    return render(request, "monitoring/mapping.html", context, partial=partial, status=422)


def _saved(request: HttpRequest, link: Link, table: MappingTable, form: MappingForm) -> bool:
    value = form.cleaned_data["value"]
    held = next((w for w in waiting(Hold.objects.filter(link=link)) if w.value == value), None)
    try:
        public.set_mapping(
            link=link,
            table=table.key,
            source_value=value,
            target=form.target,
            by=person(request),
            now=now_of(request),
            reason=form.cleaned_data["reason"],
            effective_from=form.cleaned_data["effective_from"],
            expected_version=form.cleaned_data["version"],
        )
    except MappingError as error:
        for problem in error.problems:
            name = f"to_{problem.field}" if f"to_{problem.field}" in form.fields else None
            form.add_error(name, problem.sentence)
        return False
    messages.success(request, f"“{value}” is mapped.{_released(held)}")
    return True


def _released(held: Waiting | None) -> str:
    if held is None:
        return ""
    money = " + ".join(formats.money(*pair) for pair in held.money)
    return f" {counted(held.records)} that waited for it, {money}, will be checked and sent."


def delete(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Remove one row; whatever uses its value from now on waits for a person."""
    pair = find(link, table)
    row = get_object_or_404(MappingRow, pk=request.POST.get("row"), link=pair[0], table=table)
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
    change = get_object_or_404(
        MappingChange, pk=request.POST.get("change"), link=pair[0], table=table
    )
    try:
        public.roll_back_mapping(
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


def of_kind(view: View, *, money: bool) -> View:
    """Let an action touch only the tables that its capability is about."""

    def wrapped(request: HttpRequest, link: str, table: str) -> HttpResponse:
        if (table in MONEY_TABLES) is not money:
            raise Http404
        return view(request, link, table)

    return wrapped


VERBS: tuple[tuple[str, View], ...] = (
    ("set", save),
    ("delete", delete),
    ("undo", undo),
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
