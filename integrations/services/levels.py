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
    _forget_returned(connection_id, receipts, now)
    mark_dirty(
        connection_id,
        ((receipt.location_code, line.sku) for receipt in receipts for line in receipt.lines),
        now=now,
    )


def _forget_returned(
    connection_id: int, receipts: Sequence[SalesOrder | SalesCredit], now: datetime
) -> None:
    """A till adds returned goods to its own level, quarantined ones too: it must be told again."""
    for receipt in receipts:
        if isinstance(receipt, SalesCredit):
            ChannelLevel.objects.filter(
                connection_id=connection_id,
                location_code=receipt.location_code,
                sku__in=[line.sku for line in receipt.lines],
            ).update(told=None, told_at=now)


def mark_told(transfers: Sequence[Transfer], *, now: datetime) -> None:
    """The channel accepted these levels; what was forgotten since they were sent stays so."""
    forgotten = _forgotten(transfers)
    told = {
        place: Decimal(t.payload["level"])
        for t in transfers
        if (place := (t.connection_id, t.location_code, t.sku)) not in forgotten
        or (t.first_sent_at is not None and t.first_sent_at > forgotten[place])
    }
    update_many(
        ChannelLevel,
        ((level, now, *place) for place, level in sorted(told.items())),
        fields=("told", "told_at"),
        key=("connection", "location_code", "sku"),
    )


def _forgotten(transfers: Sequence[Transfer]) -> dict[tuple[int, str, str], datetime]:
    rows = ChannelLevel.objects.filter(
        connection_id__in={t.connection_id for t in transfers},
        told__isnull=True,
        told_at__isnull=False,
    )
    return {
        (connection, place, sku): at
        for connection, place, sku, at in rows.values_list(
            "connection_id", "location_code", "sku", "told_at"
        )
        if at is not None
    }
