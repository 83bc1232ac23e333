"""Which of the owner's places stands behind a place of a channel, for a page of levels."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from integrations.public import CatalogueItem, MappingRow, StockReading, in_flight
from monitoring.drift import Drift

TABLE = "store-warehouse"
ZERO = Decimal(0)


def place_choices() -> list[tuple[str, str]]:
    """Return every channel place that is mapped, with its name. One query."""
    rows = MappingRow.objects.filter(table=TABLE).order_by("source_label", "source_value")
    pairs = rows.values_list("source_value", "source_label")
    return list(dict((code, label or code) for code, label in pairs).items())


def prepare(rows: Sequence[Any], drift_of: Callable[[Any], Drift]) -> None:
    """Give each level its `place`, `product`, `owner` figure, what is in flight, and its `drift`.

    A fixed number of queries. `in_flight` is as of now, not as of the level's last working out.
    """
    skus = sorted({row.sku for row in rows})
    codes = {row.location_code for row in rows}
    mapped = MappingRow.objects.filter(table=TABLE, source_value__in=codes)
    homes = {row.source_value: row for row in mapped}
    owners = _owner_figures(skus, homes.values())
    products = {
        item.sku: item for item in CatalogueItem.objects.filter(sku__in=skus).order_by("is_stocked")
    }
    flying = {pk: in_flight(pk, skus) for pk in {row.connection_id for row in rows}}
    for row in rows:
        home, product = homes.get(row.location_code), products.get(row.sku)
        row.place = (home.source_label if home else "") or row.location_code
        row.product = product.name if product else ""
        row.is_stocked = product is None or product.is_stocked
        row.in_flight = flying[row.connection_id].get((row.location_code, row.sku), ZERO)
        row.owner = owners.get((home.target["warehouse"], row.sku)) if home else None
        row.drift = drift_of(row)


def _owner_figures(
    skus: Sequence[str], homes: Iterable[MappingRow]
) -> dict[tuple[str, str], Decimal]:
    readings = StockReading.objects.filter(
        sku__in=skus,
        location_code__in={home.target["warehouse"] for home in homes},
    )
    found = readings.values_list("location_code", "sku", "sellable")
    return {(place, sku): sellable for place, sku, sellable in found}
