"""The list of orders as a file that a spreadsheet opens safely."""

import csv
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from integrations.public import Document, disarm
from monitoring import orders as desk
from monitoring import public
from monitoring.kit.page import Page
from monitoring.kit.permissions import Capability
from monitoring.pages.orders import OrderFilter, rows_of, tab_of
from monitoring.pages.states import document_state

MOST = 20_000  # rows; more is an export of the database, not of a list
COLUMNS = (
    *("Receipt", "Kind", "Store", "Sold", "Trading day", "Currency", "Net", "VAT", "Total"),
    *("Where it stands", "Reason", "Till’s own id"),
)


class Echo:
    """What csv writes into: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def sheet(request: HttpRequest) -> HttpResponse:
    """Answer what the list shows under the same filters and in the same order."""
    tab = tab_of(request)
    limits = desk.limits(public.figures_in_force())
    chosen = OrderFilter(request.GET, rows_of(request, tab, limits), request=request)
    headers = {"Content-Disposition": f'attachment; filename="orders-{tab}.csv"'}
    content = "".join(lines(chosen.rows[: MOST + 1]))
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def lines(rows: QuerySet[Document]) -> Iterator[str]:
    writer: Any = csv.writer(Echo(), lineterminator="\r\n")
    yield "\N{ZERO WIDTH NO-BREAK SPACE}"  # tells spreadsheets that the file is UTF-8
    yield writer.writerow(COLUMNS)
    for number, row in enumerate(rows.iterator(chunk_size=2000)):
        if number == MOST:
            yield writer.writerow([f"Only the first {MOST:,}: narrow the filters for the rest."])
            return
        yield writer.writerow([disarm(cell) for cell in _cells(row)])


def _cells(row: Document) -> list[str]:
    zone = ZoneInfo(row.store.timezone if row.store else "UTC")
    return [
        str(row),
        row.get_kind_display(),
        row.store.name if row.store else row.store_code,
        row.placed_at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
        str(row.business_date or ""),
        row.currency,
        *(format(amount, "f") for amount in (row.net, row.tax, row.gross)),
        document_state(row).word,
        row.reason,
        row.external_id,
    ]


SHEET = Page(
    path="orders/orders.csv",
    name="orders-file",
    title="Orders",
    view=sheet,
    capability=Capability.VIEW_ORDERS,
    section="Orders",
)
