"""What each channel should show of each SKU, what it was told, and what it was seen to show."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from integrations import public
from integrations.api.kit import (
    Listing,
    Name,
    Operation,
    Paging,
    Scope,
    dropped,
    listing,
    named,
    quantity,
)
from integrations.public import ChannelLevel


class LevelFilters(Paging):
    connection: Name | None = None
    location: Name | None = None
    sku: Name | None = None


class LevelRow(BaseModel):
    """Units as text. Null is unknown, never zero. `dirty_at`: since when it may be out of date;
    `told_at` is null once something moved at the channel, `accepted_at` then still says when."""

    id: int
    connection: str
    location: str
    sku: str
    desired: str | None
    in_flight: str | None
    safety: str | None
    told: str | None
    told_at: datetime | None
    accepted_at: datetime | None
    seen: str | None
    seen_at: datetime | None
    dirty_at: datetime | None


def list_levels(request: HttpRequest, filters: Query[LevelFilters]) -> Listing[LevelRow]:
    """Stock levels by channel, location and SKU, in the order of their ids."""
    wanted: dict[str, object] = {"location_code": filters.location, "sku": filters.sku}
    if filters.connection:
        wanted["connection"] = named(
            public.connections(), filters.connection, by="slug", field="connection"
        )
    rows = public.channel_levels().filter(**dropped(wanted)).select_related("connection")
    return listing(Listing[LevelRow], rows, filters, _level)


def _level(row: ChannelLevel) -> LevelRow:
    return LevelRow(
        id=row.pk,
        connection=row.connection.slug,
        location=row.location_code,
        sku=row.sku,
        desired=quantity(row.desired),
        in_flight=quantity(row.in_flight),
        safety=quantity(row.safety),
        told=quantity(row.told),
        told_at=row.told_at,
        accepted_at=row.accepted_at,
        seen=quantity(row.seen),
        seen_at=row.seen_at,
        dirty_at=row.dirty_at,
    )


OPERATIONS = (
    Operation("GET", "/levels", list_levels, Listing[LevelRow], "view_stock", Scope.READ),
)
