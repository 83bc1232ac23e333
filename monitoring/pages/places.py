"""Which of the owner's places stands behind a place of a channel, for a page of levels."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from integrations.public import CatalogueItem, MappingRow, StockReading
from monitoring.drift import Drift

TABLE = "store-warehouse"


def place_choices() -> list[tuple[str, str]]:
    """Return every channel place that is mapped, with its name. One query."""
    rows = MappingRow.objects.filter(table=TABLE).order_by("source_label", "source_value")
    pairs = rows.values_list("source_value", "source_label")
    return list(dict((code, label or code) for code, label in pairs).items())


def prepare(rows: Sequence[Any], drift_of: Callable[[Any], Drift]) -> None:
    """Give each level its `place`, `product`, `owner` figure and `drift`: three queries."""
    mapped = MappingRow.objects.filter(
        table=TABLE, source_value__in={r.location_code for r in rows}
    )
    homes = {row.source_value: row for row in mapped}
    owners = _owner_figures(rows, homes.values())
    names = dict(
        CatalogueItem.objects.filter(sku__in={row.sku for row in rows})
        .exclude(name="")
        .values_list("sku", "name")
    )
    for row in rows:
        home = homes.get(row.location_code)
        row.place = (home.source_label if home else "") or row.location_code
        row.product = names.get(row.sku, "")
        row.owner = owners.get((home.target["warehouse"], row.sku)) if home else None
        row.drift = drift_of(row)


def _owner_figures(
    rows: Sequence[Any], homes: Iterable[MappingRow]
) -> dict[tuple[str, str], Decimal]:
    readings = StockReading.objects.filter(
        sku__in={row.sku for row in rows},
        location_code__in={home.target["warehouse"] for home in homes},
    )
    found = readings.values_list("location_code", "sku", "sellable")
    return {(place, sku): sellable for place, sku, sellable in found}
