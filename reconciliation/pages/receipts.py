"""The receipts behind a cell of a day: as a list that adds up to it, and as a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import django_tables2 as tables
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString

from monitoring.kit.columns import NUMBER, MoneyColumn, clock_tag, id_tag
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, TitleColumn, show
from reconciliation.content import amount_text
from reconciliation.evidence.sheets import csv_text
from reconciliation.figures import ZERO, Column, FigureRow, Share
from reconciliation.models import StoreDay
from reconciliation.pages.day import place
from reconciliation.pages.matrix import TITLES, find_row, row_title
from reconciliation.services import look, shares
from reconciliation.services.looking import Look
from reconciliation.tills import till_name

BEHIND = (Column.RECEIPTS, Column.ERP, Column.JOURNAL)  # columns that are made of receipts
HEADER = ("Receipt", "Till", "Rung up", "Kind", "Receipt amount", "ERP", "Journal", "ERP documents")


@dataclass(frozen=True)
class Total:
    """One column: what its cell says, and what the receipts listed here add up to."""

    title: str
    cell: Decimal | None
    listed: Decimal
    is_asked: bool

    @property
    def agrees(self) -> bool:
        return self.cell is None or self.cell == self.listed


class ShareTable(Table):
    caption = "Receipts behind the figure"
    empty_title = "No receipt is behind this figure"
    empty_text = "It is zero, or it comes from the till's own closing report."

    number = TitleColumn(verbose_name="Receipt", accessor="share__number", below="kind")
    till = tables.Column(verbose_name="Till", accessor="share__register_id")
    placed_at = tables.Column(verbose_name="Rung up", accessor="share__placed_at", attrs=NUMBER)
    receipts = MoneyColumn(verbose_name="Receipt", accessor="share__receipts")
    erp = MoneyColumn(verbose_name="ERP", accessor="share__erp")
    journal = MoneyColumn(verbose_name="Journal", accessor="share__journal")
    erp_refs = tables.Column(verbose_name="At the ERP", accessor="share__erp_refs")

    def row_url(self, record: "Line") -> str:
        return reverse("trace", args=[record.share.document_id])

    def row_tone(self, record: "Line") -> str:
        return "soon" if record.differs else ""

    def render_placed_at(self, value: datetime, record: "Line") -> SafeString:
        return clock_tag(value, record.zone)

    def render_till(self, value: str) -> str:
        return till_name(value)

    def render_erp_refs(self, value: Sequence[str]) -> SafeString:
        return format_html_join(" ", "{}", ((id_tag(ref),) for ref in value))


@dataclass(frozen=True)
class Line:
    """One share as listed, with what a table cell asks of its row."""

    share: Share
    currency: str
    zone: str

    @property
    def kind(self) -> str:
        return "Return" if self.share.kind == "return" else ""

    @property
    def differs(self) -> bool:
        share = self.share
        return len({share.receipts, share.erp, share.journal} - {None}) > 1


def receipts(request: HttpRequest, code: str, on: str) -> HttpResponse:
    """The receipts of one row of a day, and whether they add up to its cells."""
    day, row, view = find(request, code, on)
    parts = shares(view.facts, row.key)
    asked = request.GET.get("column", "")
    zone = place(code, on)[0].timezone
    lines = [Line(each, day.currency, zone) for each in parts]
    context = {
        "day": day,
        "row": row,
        "title": row_title(row),
        "totals": totals(row, parts, asked),
        "table": show(ShareTable, lines, request),
        "differing": sum(line.differs for line in lines),
        "closes": [close.external_id for close in view.facts.book.closes],
    }
    partial = "components/list.html"
    return render(request, "reconciliation/receipts.html", context, partial=partial)


def find(request: HttpRequest, code: str, on: str) -> tuple[StoreDay, FigureRow, Look]:
    """Return the day and the row that the address names. Raises Http404."""
    _, wanted = place(code, on)
    day = get_object_or_404(StoreDay, store_code=code, business_date=wanted)
    view = look(day)
    figures = view.content.figures
    row = find_row(figures, request.GET.get("row", "gross")) if figures else None
    if row is None:
        raise Http404
    return day, row, view


def totals(row: FigureRow, parts: Iterable[Share], asked: str) -> list[Total]:
    """Compare each cell that is made of receipts with the receipts listed."""
    listed = list(parts)
    cells = dict(row.cells)
    return [
        Total(TITLES[column], cells[column], _sum(listed, column), column == asked)
        for column in BEHIND
        if cells[column] is not None
    ]


def _sum(parts: Iterable[Share], column: Column) -> Decimal:
    amounts = (getattr(each, column) for each in parts)
    return sum((amount for amount in amounts if amount is not None), ZERO)


def receipts_file(request: HttpRequest, code: str, on: str) -> HttpResponse:
    """The same list as a file that a spreadsheet opens safely."""
    day, row, view = find(request, code, on)
    rows = [
        (
            *(each.number, each.register_id, each.placed_at.isoformat(), each.kind),
            *(_text(each.receipts), _text(each.erp), _text(each.journal)),
            " ".join(each.erp_refs),
        )
        for each in shares(view.facts, row.key)
    ]
    name = f"{day.store_code}-{day.business_date:%Y-%m-%d}-{row.key}.csv".replace(":", "-")
    return attachment(csv_text(HEADER, rows).encode(), name, "text/csv; charset=utf-8")


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else amount_text(amount)


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """Answer a file to keep; whatever is in its name stays a name."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": str(disposition), "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)


PAGE = Page(
    path="days/<str:code>/<str:on>/receipts/",
    name="day-receipts",
    title="Receipts",
    view=receipts,
    capability=Capability.VIEW_DAYS,
    section="Days",
)
FILE = Page(
    path="days/<str:code>/<str:on>/receipts.csv",
    name="day-receipts-file",
    title="Receipts as a file",
    view=receipts_file,
    capability=Capability.VIEW_DAYS,
    section="Days",
)
