"""What the owner moved by itself: where a reading differs from the last by more than our movements.

Receipts of goods, corrections, orders of other channels. Nobody tells us of them one by one, so
they are noticed: new figure − old figure + what we moved there in between.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from integrations.canonical.stock import StockLevel
from integrations.models import DocumentLine, Link, StockMovement, StockReading
from integrations.services.places import Places

KIND = "noticed"
Place = tuple[str, str]  # the owner's location and SKU


def note(link: Link, where: Places, found: Sequence[StockLevel], *, began_at: datetime) -> None:
    """Keep the changes as movements of the owner. Call it before the readings are replaced."""
    before = _before(link, found)
    ours = _ours(where, found, began_at)
    StockMovement.objects.bulk_create(
        (
            StockMovement(
                connection_id=link.owner_id,
                external_id=f"{KIND}:{level.location_code}:{began_at:%Y%m%d%H%M%S%f}",
                location_code=level.location_code,
                sku=level.sku,
                quantity=change,
                kind=KIND,
                occurred_at=began_at,
            )
            for level, change in _changes(found, before, ours)
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def _changes(
    found: Sequence[StockLevel], before: dict[Place, Decimal], ours: dict[Place, Decimal]
) -> Iterator[tuple[StockLevel, Decimal]]:
    for level in found:
        place = (level.location_code, level.sku)
        if place in before:
            change = level.sellable - before[place] + ours.get(place, Decimal(0))
            if change:
                yield level, change


def _before(link: Link, found: Sequence[StockLevel]) -> dict[Place, Decimal]:
    rows = StockReading.objects.filter(
        connection=link.owner, sku__in={level.sku for level in found}
    )
    fields = ("location_code", "sku", "sellable")
    return {(place, sku): units for place, sku, units in rows.values_list(*fields)}


def _ours(where: Places, found: Sequence[StockLevel], began_at: datetime) -> dict[Place, Decimal]:
    """Units that this reading is the first to include."""
    names = {name for level in found for name in where.channel_skus(level.sku)}
    rows = (
        DocumentLine.objects.filter(
            location_code__in=where.warehouse_of,
            sku__in=names,
            absorbed_at__isnull=True,
            moved_at__lt=began_at,
        )
        .values_list("location_code", "sku")
        .annotate(units=Sum("signed_quantity"))
        .order_by()
    )
    moved: dict[Place, Decimal] = {}
    for place, sku, units in rows:
        key = (where.warehouse_of[place], where.owner_sku(sku))
        moved[key] = moved.get(key, Decimal(0)) + units
    return moved
