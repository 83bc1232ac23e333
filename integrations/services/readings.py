"""The owner's stock levels: read, kept, and what they absorb of the tills' sales."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from integrations.availability import LAST_UNITS
from integrations.canonical.stock import StockLevel
from integrations.models import CatalogueItem, ChannelLevel, DocumentLine, Link, StockReading
from integrations.services import levels, noticed
from integrations.services.bulk import upsert_many
from integrations.services.calls import store_calls
from integrations.services.choices import read_choices
from integrations.services.places import Places, places, product_ids
from integrations.services.runtime import Runtime

# One request covers this many products; a census goes on from SKU to SKU in such steps.
CHUNK = 100
BRISK = timedelta(days=1)
PLACE = ("connection", "location_code", "sku")
FIGURES = ("on_hand", "sellable", "began_at")


def read_levels(rt: Runtime, link: Link, items: Sequence[tuple[str, str]]) -> int:
    """Read the owner's levels of these (SKU, product id) pairs at the link's locations.

    Returns how many levels came back. What the owner did not answer for stays as it was: unknown
    is never zero. Raises the connector's errors.
    """
    where = places(link)
    if not items or not where.warehouse_of:
        return 0
    warehouses = sorted({*where.warehouse_of.values(), *_beside(link)})
    connector, buffer = rt.open(link.owner)
    began = rt.clock()
    try:
        found = connector.levels(warehouses, items)  # type: ignore[attr-defined]
    finally:
        store_calls(link.owner, buffer.drain())
    store_levels(link, where, found, began_at=began, now=rt.clock())
    return len(found)


def _beside(link: Link) -> set[str]:
    """The owner's other places: central warehouses are shown beside the stores'."""
    return {choice.code for choice in read_choices(link.owner.slug, "warehouses")}


def store_levels(
    link: Link,
    where: Places,
    found: Sequence[StockLevel],
    *,
    began_at: datetime,
    now: datetime,
) -> None:
    """Keep readings, absorb the movements they include, and mark what a channel must be told."""
    with transaction.atomic():
        noticed.note(link, where, found, began_at=began_at)
        upsert_many(
            StockReading,
            (
                (link.owner_id, lv.location_code, lv.sku, lv.on_hand, lv.sellable, began_at)
                for lv in found
            ),
            fields=(*PLACE, *FIGURES),
            unique=PLACE,
            update=FIGURES,
        )
        affected = [
            (place, sku)
            for level in found
            for place in where.locations_of(level.location_code)
            for sku in where.channel_skus(level.sku)
        ]
        _absorb(affected, began_at=began_at, now=now)
        levels.mark_dirty(link.channel_id, affected, now=now)


def _absorb(affected: Sequence[tuple[str, str]], *, began_at: datetime, now: datetime) -> None:
    """A movement confirmed before the reading began is inside it: not in flight any more."""
    by_place: dict[str, list[str]] = {}
    for place, sku in affected:
        by_place.setdefault(place, []).append(sku)
    for place, skus in by_place.items():
        for start in range(0, len(skus), 500):
            DocumentLine.objects.filter(
                location_code=place,
                sku__in=skus[start : start + 500],
                absorbed_at__isnull=True,
                moved_at__lt=began_at,
            ).update(absorbed_at=now)


def stale_items(link: Link, *, before: datetime, limit: int) -> list[tuple[str, str]]:
    """Stocked items whose reading is older than `before` or missing; the census of a link."""
    fresh = StockReading.objects.filter(connection=link.owner, began_at__gte=before)
    return list(
        CatalogueItem.objects.filter(connection=link.owner, is_stocked=True, is_active=True)
        .exclude(sku__in=fresh.values("sku"))
        .order_by("sku")
        .values_list("sku", "external_id")[:limit]
    )


def brisk_items(link: Link, *, before: datetime, after: str, limit: int) -> list[tuple[str, str]]:
    """Items that sold within a day or are nearly sold out, not read since `before`, by SKU.

    What the interval sweep reads again: a lost message about them costs most.
    """
    where = places(link)
    sold = DocumentLine.objects.filter(
        document__connection=link.channel, document__placed_at__gte=before - BRISK, is_stocked=True
    )
    scarce = ChannelLevel.objects.filter(
        connection=link.channel, desired__gt=0, desired__lte=LAST_UNITS
    )
    fresh = set(
        StockReading.objects.filter(connection=link.owner, began_at__gte=before).values_list(
            "sku", flat=True
        )
    )
    skus = {where.owner_sku(sku) for rows in (sold, scarce) for sku in _skus(rows)} - fresh
    return sorted(product_ids(link.owner_id, (sku for sku in skus if sku > after)))[:limit]


def _skus(rows: QuerySet[DocumentLine] | QuerySet[ChannelLevel]) -> Iterable[str]:
    return rows.order_by().values_list("sku", flat=True).distinct()


def moved_items(link: Link, *, limit: int) -> list[tuple[str, str]]:
    """Items with confirmed movements that no reading includes yet: what is worth reading next."""
    where = places(link)
    skus = (
        DocumentLine.objects.filter(
            absorbed_at__isnull=True,
            moved_at__isnull=False,
            is_stocked=True,
            location_code__in=where.warehouse_of,
        )
        .order_by("moved_at")
        .values_list("sku", flat=True)[: limit * 4]
    )
    wanted = list(dict.fromkeys(where.owner_sku(sku) for sku in skus))[:limit]
    return product_ids(link.owner_id, wanted)


def unread_levels(link: Link) -> Q:
    """Channel levels that cannot be worked out: the owner was never read for them."""
    return Q(connection=link.channel, desired__isnull=True)


def overdue(link: Link, *, now: datetime, age: timedelta) -> int:
    """How many of the channel's levels were last confirmed longer ago than `age`."""
    return (
        ChannelLevel.objects.filter(connection=link.channel, told_at__lt=now - age)
        .exclude(told=F("desired"))
        .count()
    )
