"""The one table: caption, allow-listed sorting, paging, our own lean template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring.kit.clock import now_of
from monitoring.kit.columns import MoneyColumn
from monitoring.kit.formats import NOTHING
from monitoring.kit.paging import PER_PAGE, CappedPaginator, Slice, keyset

TEMPLATE = "components/table.html"


class Table(tables.Table):
    """A list page's table. Columns sort only where they say `orderable=True`.

    Subclasses set `caption` (what the rows are), `empty_title` and `empty_text` (what empty means
    and what to do first), and may set `keyset_field`: the indexed, never-null field by which pages
    beyond the counting cap are walked. `row_url` makes the row open with Enter.
    """

    caption = ""
    empty_title = "Nothing here"
    empty_text = ""
    keyset_field = ""
    selectable = False
    pages: type[CappedPaginator] = CappedPaginator
    walk: dict[str, str] | None = None
    is_filled = False  # whether this page has rows; asking `rows` would count them all
    now: datetime
    request: HttpRequest

    def __init__(self, data: Any, **options: Any) -> None:
        defaults = {
            "template_name": TEMPLATE,
            "orderable": False,
            "default": NOTHING,
            "empty_text": self.empty_text,  # tables2 would put its own in its place
        }
        super().__init__(data, **{**defaults, **options})

    def row_url(self, record: Any) -> str:
        """Return where the row leads, or nothing."""
        return ""

    def row_tone(self, record: Any) -> str:
        """Return the row's tone, or nothing."""
        return ""

    @property
    def headings(self) -> list["Heading"]:
        """Return the header cells, each with the sorting that a click on it asks for."""
        sorting = {alias.bare: alias.is_descending for alias in self.order_by or ()}
        words = {None: "", False: "ascending", True: "descending"}
        return [
            Heading(
                label=column.header,
                css=column.column.attrs.get("th", {}).get("class", ""),
                sort=str(column.order_by_alias.next) if column.orderable else "",
                sorted=words[sorting.get(column.name)],
            )
            for column in self.columns
        ]

    @property
    def lines(self) -> list["Line"]:
        """Return the page's rows, with the classes worked out once for each column."""
        heads = [
            (column.column.attrs.get("td", {}).get("class", ""), column.header)
            for column in self.columns
        ]
        return [self._line(row, heads) for row in self.paginated_rows]

    def _line(self, row: Any, heads: list[tuple[str, str]]) -> "Line":
        record = row.record
        pk = record.get("pk", "") if isinstance(record, dict) else getattr(record, "pk", "")
        found = (cell for _, cell in row.items())
        cells = [(css, label, cell) for (css, label), cell in zip(heads, found, strict=True)]
        return Line(pk=pk, tone=self.row_tone(record), url=self.row_url(record), cells=cells)


@dataclass(frozen=True)
class Heading:
    """One header cell. `sort` is empty where the column does not sort."""

    label: str
    css: str
    sort: str
    sorted: str


@dataclass(frozen=True)
class Line:
    """One row: its cells with their class and heading, and what it leads to."""

    pk: object
    tone: str
    url: str
    cells: list[tuple[str, str, object]]


class TitleColumn(tables.Column):
    """The row's name as the link that Enter opens, over an optional second line."""

    def __init__(self, *, below: str = "", **options: Any) -> None:
        options.setdefault("attrs", {"td": {"class": "lead"}})
        super().__init__(**options)
        self.below = tables.A(below) if below else None

    def render(self, value: object, record: Any, table: Table) -> SafeString:
        second = self.below.resolve(record, quiet=True) if self.below else ""
        small = format_html("<small>{}</small>", second) if second else ""
        url = table.row_url(record)
        if not url:
            return format_html('<span class="title">{}</span>{}', value, small)
        return format_html('<a class="title" href="{}" data-open>{}</a>{}', url, value, small)


def show(table: type[Table], rows: Any, request: HttpRequest, **options: Any) -> Table:
    """Return `table` over one page of `rows` (a QuerySet or a list), as the request asks.

    Sorting by `?sort=`, pages by `?page=`; past the counting cap, by `?after=` and `?before=`.
    """
    built = table(rows, order_by_field="sort", page_field="page", **options)
    built.request, built.now = request, now_of(request)
    built.order_by = request.GET.getlist("sort")[:1]  # unknown and unsortable columns are dropped
    paginator = table.pages(built.rows, PER_PAGE)
    if paginator.capped and table.keyset_field and isinstance(rows, QuerySet):
        return _walked(table, rows, request, options)
    built.page = paginator.get_page(request.GET.get("page"))
    built.paginator = paginator
    _agree(built)
    return built


def _walked(
    table: type[Table], rows: QuerySet[Any], request: HttpRequest, options: dict[str, Any]
) -> Table:
    cut: Slice = keyset(
        rows,
        field=table.keyset_field,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    built = table(cut.rows, orderable=False, **options)
    built.request, built.now = request, now_of(request)
    built.walk = {"older": cut.older, "newer": cut.newer, "total": f"{table.pages.cap:,}+"}
    _agree(built)
    return built


def _agree(table: Table) -> None:
    """Let money columns find their common currency on the rows of this page."""
    records = [row.record for row in table.paginated_rows]
    table.is_filled = bool(records)
    for column in table.columns.all():
        if isinstance(column.column, MoneyColumn):
            column.column.agree(records)
