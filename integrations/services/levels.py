"""Which channel levels may have changed; their figures are worked out by `publish`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from integrations.models import ChannelLevel, Transfer
from integrations.services.bulk import update_many, upsert_many

if TYPE_CHECKING:
    from integrations.services.plan_receipts import Draft


def mark_dirty(connection_id: int, places: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """These (location, SKU) of a channel may need telling. Keeps the earliest time."""
    upsert_many(
        ChannelLevel,
        ((connection_id, place, sku, 0, 0, now) for place, sku in sorted(set(places))),
        fields=("connection", "location_code", "sku", "in_flight", "safety", "dirty_at"),
        unique=("connection", "location_code", "sku"),
        keep=("dirty_at",),
    )


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
    update_many(
        ChannelLevel,
        ((level, now, *place) for place, level in sorted(told.items())),
        fields=("told", "told_at"),
        key=("connection", "location_code", "sku"),
    )
