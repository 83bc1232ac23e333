"""The days on Today: stores by the last fourteen days, and what stands in the way of the rest."""

from typing import Any

from django.http import HttpRequest

from monitoring.kit.clock import now_of
from monitoring.kit.permissions import Capability
from monitoring.kit.tiles import Tile
from reconciliation.models import StoreDay
from reconciliation.pages.days import grid, in_span, legend, stuck
from reconciliation.pages.spans import span_of

STUCK = 4  # the rest is one click away


def read(request: HttpRequest) -> dict[str, Any] | None:
    """Return the grid and what is stuck; None before the first store-day. Four queries."""
    newest = StoreDay.objects.order_by("-business_date").values_list("business_date", flat=True)
    last = newest.first()
    if last is None:
        return None
    span, today = span_of(request, newest=last), now_of(request).date()
    rows = grid(in_span(span), span, today=today)
    cells = [cell for _, row in rows for cell in row]
    return {
        "span": span,
        "rows": rows,
        "legend": legend(cells),
        "stuck": [(cell, why[:1]) for cell, why in stuck(cells)[:STUCK]],
    }


TILE = Tile("days", Capability.VIEW_DAYS, "reconciliation/partials/_tile.html", read)
