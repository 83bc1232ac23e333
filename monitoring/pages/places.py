"""What a page of stock levels says of each row: its place, its product, and why it differs."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.public import MappingRow
from monitoring.drift import Drift, explain
from monitoring.services.drift_facts import levels_of
from monitoring.services.figures import figures_in_force
from monitoring.services.goods import Goods, goods_of

TABLE = "store-warehouse"


def place_names() -> dict[str, str]:
    """Return every mapped channel place with its name. One query."""
    rows = MappingRow.objects.filter(table=TABLE).order_by("source_label", "source_value")
    pairs = rows.values_list("source_value", "source_label")
    return {code: label or code for code, label in pairs}


def place_choices() -> list[tuple[str, str]]:
    return list(place_names().items())


def prepare(rows: Sequence[Any], *, now: datetime) -> None:
    """Give each level its `place`, `product`, both `sides`, `in_flight`, and its `drift`.

    A fixed number of queries for each link. `in_flight` is as of now.
    """
    patience = figures_in_force().minutes("sale-patience-minutes")
    sides = levels_of(rows, now=now, patience=patience)
    goods, names = goods_of(row.sku for row in rows), place_names()
    for row in rows:
        row.sides = level = sides[row.pk]
        known = goods.get(row.sku, Goods())
        row.place = names.get(row.location_code, row.location_code)
        row.product = known.name
        row.owner, row.channel = level.owner, level.channel
        row.in_flight = sum((flight.units for flight in level.flights), Decimal(0))
        row.drift = explain(level) if known.is_stocked else NOT_STOCKED


NOT_STOCKED = Drift(None, reason="Not kept in stock")
