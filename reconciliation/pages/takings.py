"""What stores took, day by day, as a chart with its table."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from monitoring.kit.figures import Figure, lines
from reconciliation.models import StoreDay


def takings(days: Iterable[StoreDay], dates: Sequence[date]) -> Figure:
    """Draw each store's sales less returns by day, in its own currency."""
    sums: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for day in sorted(days, key=lambda day: day.store_name):
        sums[f"{day.store_name}, {day.currency}"][day.business_date] = day.gross
    series = {name: [day.get(on) for on in dates] for name, day in sums.items()}
    labels = [f"{on.day} {on:%b}" for on in dates]
    return lines("takings", labels, series, title="Takings by store and day, with VAT")
