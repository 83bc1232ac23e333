"""Mapping rows out to a spreadsheet and back, with the difference shown before it is saved."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from integrations import public
from integrations.public import Link, MappingError, MappingTable, SheetError, desk
from monitoring.kit.clock import now_of
from monitoring.kit.page import Page, person, render
from monitoring.kit.permissions import Capability
from monitoring.pages.mapping_reads import address, find, labels_of
from monitoring.words import counted

LARGEST = 1_000_000  # bytes, as the reader takes them
SHOWN = 200  # changed rows listed before saving


def sheet(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Answer the table as a file that a spreadsheet opens safely."""
    pair = find(link, table)
    content = public.export_rows(pair[0], table)
    name = f"{link}-{table}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def preview(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Show what a file would change; nothing is saved by looking."""
    pair = find(link, table)
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > LARGEST:
        messages.error(request, "Choose a CSV file of up to 1 MB.")
        return redirect("mapping", link=link, table=table)
    content = file.read()
    try:
        difference = public.preview_import(pair[0], table, content)
    except SheetError as error:
        return _answer(request, *pair, problems=[str(each) for each in error.problems], status=422)
    return _answer(
        request,
        *pair,
        changes=_changes(*pair, difference.changes[:SHOWN]),
        difference=difference,
        missing=difference.missing[:SHOWN],
        seen=desk.fingerprint(difference),
        content=content.decode("utf-8-sig"),
    )


def _answer(
    request: HttpRequest, link: Link, table: MappingTable, *, status: int = 200, **found: Any
) -> HttpResponse:
    context = {"page": SHEET, "link": link, "table": table, **found}
    context["save_url"] = address("import", link, table)
    partial = "monitoring/partials/_sheet.html"
    return render(request, "monitoring/sheet.html", context, partial=partial, status=status)


def _changes(link: Link, table: MappingTable, changes: Any) -> list[dict[str, Any]]:
    labels = labels_of(link, table)

    def words(row: Any) -> list[str]:
        codes = [(each.name, row.target.get(each.name, "")) for each in table.targets]
        return [labels[name].get(code, code) for name, code in codes]

    return [
        {
            "row": each.row,
            "after": words(each.row),
            "before": words(each.before) if each.before else None,
        }
        for each in changes
    ]


def save_sheet(request: HttpRequest, link: str, table: str) -> HttpResponse:
    """Save every row of the file that was looked at, or none."""
    pair = find(link, table)
    save = desk.replace_rows if request.POST.get("remove") else public.import_rows
    try:
        difference = save(
            pair[0],
            table,
            request.POST.get("content", "").encode(),
            by=person(request),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
            seen=request.POST.get("seen", ""),
        )
    except MappingError as error:
        return _answer(request, *pair, problems=[error.sentence], status=422)
    except SheetError as error:
        return _answer(request, *pair, problems=[str(each) for each in error.problems], status=422)
    words = counted(len(difference.changes), "row")
    gone = len(difference.missing) if save is desk.replace_rows else 0
    removed = f" {counted(gone, 'row')} removed." if gone else ""
    messages.success(request, f"{words} saved.{removed} What waited for them is sent, three first.")
    return redirect("mapping", link=link, table=table)


SHEET = Page(
    path="mappings/<slug:link>/<slug:table>/rows.csv",
    name="mapping-file",
    title="Mapping rows",
    view=sheet,
    capability=Capability.VIEW_MAPPINGS,
    section="Mappings",
)
