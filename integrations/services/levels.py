"""Which channel levels may have changed; their figures are worked out by `publish`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.models import ChannelLevel, Transfer
from integrations.services.bulk import update_many, upsert_many


def mark_dirty(connection_id: int, places: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """These (location, SKU) of a channel may need telling. Keeps the earliest time."""
    upsert_many(
        ChannelLevel,
        ((connection_id, place, sku, 0, 0, now) for place, sku in sorted(set(places))),
        fields=("connection", "location_code", "sku", "in_flight", "safety", "dirty_at"),
        unique=("connection", "location_code", "sku"),
        keep=("dirty_at",),
    )


def mark_rung(
    connection_id: int, receipts: Sequence[SalesOrder | SalesCredit], *, now: datetime
) -> None:
    """Every receipt changes what may be promised where it was rung."""
    _forget_when_told(connection_id, receipts)
    mark_dirty(
        connection_id,
        ((receipt.location_code, line.sku) for receipt in receipts for line in receipt.lines),
        now=now,
    )


def _forget_when_told(connection_id: int, receipts: Sequence[SalesOrder | SalesCredit]) -> None:
    """A till moves its own level by every receipt, quarantined returns too: tell it again."""
    by_place: dict[str, set[str]] = {}
    for receipt in receipts:
        by_place.setdefault(receipt.location_code, set()).update(line.sku for line in receipt.lines)
    for place, skus in by_place.items():
        wanted = sorted(skus)
        for start in range(0, len(wanted), 500):
            ChannelLevel.objects.filter(
                connection_id=connection_id,
                location_code=place,
                sku__in=wanted[start : start + 500],
            ).update(told_at=None)


def mark_told(transfers: Sequence[Transfer], *, now: datetime) -> None:
    """The channel accepted these levels; those that moved since they were queued go again."""
    told = {
        (t.connection_id, t.location_code, t.sku): Decimal(t.payload["level"]) for t in transfers
    }
    update_many(
        ChannelLevel,
        ((level, now, *place) for place, level in sorted(told.items())),
        fields=("told", "told_at"),
        key=("connection", "location_code", "sku"),
    )
    ChannelLevel.objects.filter(
        connection_id__in={t.connection_id for t in transfers},
        told_at=now,
        dirty_at__isnull=False,
    ).update(told_at=None)
