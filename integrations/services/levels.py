"""Which channel levels may have changed; their figures are worked out by `publish`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.models import ChannelLevel, Link, Transfer
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


def rung_at(receipts: Sequence[SalesOrder | SalesCredit]) -> set[tuple[str, str]]:
    """The (location, SKU) at which these receipts were rung.

    A till moves its own level by every receipt, quarantined returns too.
    """
    return {(receipt.location_code, line.sku) for receipt in receipts for line in receipt.lines}


def mark_moved(connection_id: int, places: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """The channel moved its own levels of these (location, SKU): they are told again.

    Rows are locked in the order of places, as everywhere, or two workers would wait for each other.
    """
    upsert_many(
        ChannelLevel,
        ((connection_id, place, sku, 0, 0, now, None) for place, sku in sorted(set(places))),
        fields=("connection", "location_code", "sku", "in_flight", "safety", "dirty_at", "told_at"),
        unique=("connection", "location_code", "sku"),
        update=("told_at",),
        keep=("dirty_at",),
    )


def mark_told(transfers: Sequence[Transfer], *, now: datetime) -> None:
    """The channel accepted these levels; those that moved since they were queued go again."""
    told = {
        (t.connection_id, t.location_code, t.sku): Decimal(t.payload["level"]) for t in transfers
    }
    update_many(
        ChannelLevel,
        ((level, now, now, *place) for place, level in sorted(told.items())),
        fields=("told", "told_at", "accepted_at"),
        key=("connection", "location_code", "sku"),
    )
    ChannelLevel.objects.filter(
        connection_id__in={t.connection_id for t in transfers},
        told_at=now,
        dirty_at__isnull=False,
    ).update(told_at=None)


def mark_forgotten(link: Link, *, now: datetime) -> int:
    """What is told otherwise than it should be, with nothing on its way, is looked at again."""
    on_its_way = Transfer.objects.unfinished().filter(
        connection=link.channel,
        operation="set-level",
        location_code=OuterRef("location_code"),
        sku=OuterRef("sku"),
    )
    odd = ChannelLevel.objects.filter(
        connection=link.channel, dirty_at__isnull=True, told__isnull=False, desired__isnull=False
    ).exclude(told=F("desired"))
    ids = list(odd.exclude(Exists(on_its_way)).values_list("pk", flat=True))
    return ChannelLevel.objects.filter(pk__in=ids).update(dirty_at=now)
