"""Drift over the API: the censuses that were kept, what differed in each, and comparing now."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from integrations import public
from integrations.api.kit import (
    ApiError,
    Given,
    Id,
    Listing,
    Money,
    Name,
    Operation,
    Paging,
    Scope,
    caller,
    dropped,
    listing,
    money,
    named,
    quantity,
)
from integrations.public import CommandError
from monitoring.kit.clock import now_of
from monitoring.kit.permissions import Capability
from monitoring.models import DriftCensus, DriftSample


class CensusFilters(Paging):
    link: Name | None = None


class CensusRow(BaseModel):
    """One comparison of both sides. `agreeing` differ by their safety stock at most."""

    id: int
    link: str
    began_at: datetime
    taken_at: datetime
    levels: int
    agreeing: int
    unknown: int


class DriftFilters(Paging):
    census: Id | None = None
    link: Name | None = None
    location: Name | None = None
    sku: Name | None = None
    cause: Name | None = None


class PartShape(BaseModel):
    """One named part; all parts of a row add up to its `units`."""

    cause: str
    label: str
    units: str


class DriftRow(BaseModel):
    """Owner less channel, in units as text, with both moments. `is_read`: the channel was read
    then; otherwise the figure is what it accepted last."""

    id: int
    census: int
    connection: str
    location: str
    sku: str
    owner: str | None
    owner_at: datetime
    channel: str | None
    channel_at: datetime | None
    is_read: bool
    units: str | None
    unexplained: str | None
    parts: list[PartShape]
    value: Money


class Comparison(Given):
    link: str


class Begun(BaseModel):
    """`begun` is false when a comparison is under way: its result is as new."""

    link: str
    begun: bool


def list_censuses(request: HttpRequest, filters: Query[CensusFilters]) -> Listing[CensusRow]:
    """Comparisons that were kept, in the order of their ids."""
    rows = DriftCensus.objects.select_related("link")
    if filters.link:
        rows = rows.filter(link=named(public.links(), filters.link, by="slug", field="link"))
    return listing(Listing[CensusRow], rows, filters, _census)


def list_drift(request: HttpRequest, filters: Query[DriftFilters]) -> Listing[DriftRow]:
    """What differed in one census, by id: in the latest one unless it is named."""
    wanted = {
        "location_code": filters.location,
        "sku": filters.sku,
        "cause": filters.cause,
    }
    rows = DriftSample.objects.filter(census=_chosen(filters), **dropped(wanted))
    rows = rows.select_related("connection", "census")
    return listing(Listing[DriftRow], rows, filters, _drift)


def _chosen(filters: DriftFilters) -> int | None:
    rows = DriftCensus.objects.all()
    if filters.link:
        rows = rows.filter(link=named(public.links(), filters.link, by="slug", field="link"))
    if filters.census is not None:
        return named(rows, str(filters.census), by="pk", field="census").pk
    return rows.values_list("pk", flat=True).first()


def compare_stock(request: HttpRequest, body: Comparison) -> Begun:
    """Begin to compare every level of a link now; nothing changes while one goes on."""
    try:
        begun = public.start_census(
            link_slug=body.link, by=caller(request).user, now=now_of(request)
        )
    except CommandError as error:
        raise ApiError(400, str(error), field="link") from None
    return Begun(link=body.link, begun=begun)


def _census(row: DriftCensus) -> CensusRow:
    return CensusRow(
        id=row.pk,
        link=row.link.slug,
        began_at=row.began_at,
        taken_at=row.taken_at,
        levels=row.levels,
        agreeing=row.agreeing,
        unknown=row.unknown,
    )


def _drift(row: DriftSample) -> DriftRow:
    return DriftRow(
        id=row.pk,
        census=row.census_id,
        connection=row.connection.slug,
        location=row.location_code,
        sku=row.sku,
        owner=quantity(row.owner),
        owner_at=row.owner_at,
        channel=quantity(row.channel),
        channel_at=row.channel_at,
        is_read=row.is_read,
        units=quantity(row.units),
        unexplained=quantity(row.unexplained),
        parts=[PartShape(**{name: part[name] for name in PART}) for part in row.parts],
        value=money(row.value, row.census.currency),
    )


PART = ("cause", "label", "units")
_SEE, _READ = Capability.VIEW_STOCK, Scope.READ
OPERATIONS = (
    Operation("GET", "/drift/censuses", list_censuses, Listing[CensusRow], _SEE, _READ),
    Operation("GET", "/drift", list_drift, Listing[DriftRow], _SEE, _READ),
    Operation("POST", "/drift/compare", compare_stock, Begun, Capability.RUN_FLOW, Scope.REPLAY),
)
