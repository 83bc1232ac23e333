"""Which channel levels may have changed; their figures are worked out by `publish`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from integrations.models import ChannelLevel, Transfer

if TYPE_CHECKING:
    from integrations.services.plan_receipts import Draft


def mark_dirty(connection_id: int, places: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """These (location, SKU) of a channel may need telling. Keeps the earliest time."""
    wanted = sorted(set(places))
    rows = [
        ChannelLevel(connection_id=connection_id, location_code=place, sku=sku, dirty_at=now)
        for place, sku in wanted
    ]
    ChannelLevel.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    by_place: dict[str, list[str]] = {}
    for place, sku in wanted:
        by_place.setdefault(place, []).append(sku)
    for place, skus in by_place.items():
        for start in range(0, len(skus), 500):
            ChannelLevel.objects.filter(
                connection_id=connection_id,
                location_code=place,
                sku__in=skus[start : start + 500],
                dirty_at__isnull=True,
            ).update(dirty_at=now)


def mark_dirty_lines(connection_id: int, drafts: Sequence["Draft"], *, now: datetime) -> None:
    """Every receipt changes what may be promised where it was rung."""
    mark_dirty(
        connection_id,
        (
            (draft.receipt.location_code, line.sku)
            for draft in drafts
            for line in draft.receipt.lines
        ),
        now=now,
    )


def mark_told(transfers: Iterable[Transfer], *, now: datetime) -> None:
    """The channel accepted these levels."""
    told = {
        (t.connection_id, t.location_code, t.sku): Decimal(t.payload["level"]) for t in transfers
    }
    if not told:
        return
    places = {key[1] for key in told}
    skus = sorted({key[2] for key in told})
    for start in range(0, len(skus), 500):
        rows = [
            row
            for row in ChannelLevel.objects.filter(
                location_code__in=places, sku__in=skus[start : start + 500]
            )
            if (row.connection_id, row.location_code, row.sku) in told
        ]
        for row in rows:
            row.told = told[(row.connection_id, row.location_code, row.sku)]
            row.told_at = now
        ChannelLevel.objects.bulk_update(rows, ("told", "told_at"), batch_size=200)
