"""How long what is promised lasts at the pace of its sales, beside how long telling takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Cast

from integrations import public
from integrations.public import ChannelLevel, Document, Link
from monitoring.models import SaleExposure, SalesRate

WINDOW = timedelta(days=28)
DAY = timedelta(days=1)
SIX = Decimal("0.000001")
LEAST = Decimal("0.25")  # units: a promise of less is not watched
UNITS = DecimalField(max_digits=24, decimal_places=6)


def refresh_rates(*, now: datetime) -> int:
    """Count anew how fast everything sells, over four weeks, day and night. Returns the rows."""
    rows = (
        public.document_lines()
        .filter(
            document__kind=Document.Kind.SALE,
            document__placed_at__gt=now - WINDOW,
            document__placed_at__lte=now,
            is_stocked=True,
        )
        .order_by()
        .values_list("document__connection_id", "location_code", "sku")
        .annotate(Sum("quantity"))
    )
    hours = Decimal(WINDOW // timedelta(hours=1))
    rates = [
        SalesRate(
            connection_id=connection,
            location_code=place,
            sku=sku,
            per_hour=(units / hours).quantize(SIX),
        )
        for connection, place, sku, units in rows
    ]
    with transaction.atomic():
        SalesRate.objects.all().delete()
        SalesRate.objects.bulk_create(rates, batch_size=1000)
    return len(rates)


def lag_of(link: Link, *, now: datetime) -> timedelta:
    """Within what time 95 of 100 of the last day's sales lowered every level of this channel.

    Without sales it is what the link's pace allows.
    """
    seconds = SaleExposure.objects.filter(
        connection=link.channel_id, sold_at__gt=now - DAY, seconds__isnull=False
    )
    count = seconds.aggregate(Count("pk"))["pk__count"]
    pace = public.link_policy(link).stock
    least = timedelta(seconds=max(pace.coalesce_seconds, 1))
    if pace.cadence is public.Cadence.INTERVAL:
        least = timedelta(minutes=pace.interval_minutes)
    if not count:
        return least
    slow = seconds.order_by("seconds").values_list("seconds", flat=True)[count * 95 // 100]
    return max(least, timedelta(seconds=slow or 0))


@dataclass(frozen=True, slots=True)
class Scarce:
    """A promise that its sales empty within `cover`."""

    level: ChannelLevel
    promise: Decimal
    per_hour: Decimal

    @property
    def cover(self) -> timedelta:
        seconds = int(self.promise / self.per_hour * 3600)
        return timedelta(seconds=seconds)


def scarce(link: Link, *, within: timedelta) -> list[Scarce]:
    """Levels of this channel whose promise lasts for less than `within`, the shortest first."""
    hours = Decimal(int(within.total_seconds())) / 3600
    if not hours:
        return []
    level = ChannelLevel.objects.filter(
        connection=OuterRef("connection"),
        location_code=OuterRef("location_code"),
        sku=OuterRef("sku"),
    )
    rates = (
        SalesRate.objects.filter(connection=link.channel_id, per_hour__gt=LEAST / hours)
        .annotate(level_id=Subquery(level.values("pk")[:1]))
        .annotate(promise=Subquery(level.values("desired")[:1]))
        .filter(promise__gt=0, promise__lt=Cast(F("per_hour") * hours, UNITS))
    )
    found = list(rates.values_list("level_id", "promise", "per_hour"))
    levels = ChannelLevel.objects.in_bulk([pk for pk, _, _ in found])
    rows = [Scarce(levels[pk], promise, rate) for pk, promise, rate in found]
    return sorted(rows, key=lambda row: row.cover)
