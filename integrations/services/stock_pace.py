"""What a pace costs: requests an hour, and how old a level can be at worst. From the last week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count

from integrations.models import ChannelLevel, DocumentLine, Link
from integrations.operating_model.policy import Cadence, Pace
from integrations.services.readings import CHUNK

DAY, WEEK = timedelta(days=1), timedelta(days=7)
OPEN_HOURS = 7 * 12  # trade is not spread over the night: a busy hour costs more than an average


@dataclass(frozen=True, slots=True)
class Projection:
    """What one pace would cost at one place, or at all places of a link together."""

    writes: Decimal  # requests an hour to the channel, while the shops are open
    reads: Decimal  # requests an hour to the owner, to look for what was overlooked
    staleness: timedelta  # a level is this old at worst, as long as every message arrives
    staleness_lost: timedelta | None  # and if one is lost; None: until the night

    @property
    def requests(self) -> Decimal:
        return self.writes + self.reads


@dataclass(frozen=True, slots=True)
class Trade:
    """How often levels changed lately: by place, changes an hour; `skus` are looked at again."""

    changes: dict[str, Decimal]
    skus: int


def trade(link: Link, *, now: datetime) -> Trade:
    """Measure the last week. Three queries."""
    lines = DocumentLine.objects.filter(
        document__connection=link.channel, document__placed_at__gt=now - WEEK, is_stocked=True
    ).order_by()
    rows = lines.values_list("location_code").annotate(Count("pk"))
    changes = {place: Decimal(count) / OPEN_HOURS for place, count in rows}
    sold = lines.filter(document__placed_at__gt=now - DAY).values("sku").distinct().count()
    scarce = ChannelLevel.objects.filter(connection=link.channel, desired__gt=0, desired__lte=2)
    return Trade(changes, sold + scarce.values("sku").distinct().count())


def project(pace: Pace, trade: Trade, *, places: list[str]) -> Projection:
    """Reckon `pace` for these places. Changes that fall together are one request a place."""
    beat = timedelta(seconds=max(pace.coalesce_seconds, 1))
    interval = timedelta(minutes=pace.interval_minutes)
    span = interval if pace.cadence is Cadence.INTERVAL else beat
    most = Decimal(3600) / Decimal(int(span.total_seconds()))
    writes = sum((min(trade.changes.get(each, Decimal(0)), most) for each in places), Decimal(0))
    looks = pace.cadence is not Cadence.EVENT
    chunks = -(-trade.skus // CHUNK)
    reads = Decimal(60) / pace.interval_minutes * chunks if looks else Decimal(0)
    return Projection(
        writes=writes.quantize(Decimal("0.1")),
        reads=reads.quantize(Decimal("0.1")),
        staleness=span,
        staleness_lost=interval * 2 if looks else None,
    )
