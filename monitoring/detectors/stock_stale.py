"""Stock numbers that are old although nothing failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from django.db.models import Count, Min, QuerySet

from integrations import public
from monitoring.detectors.trade import hourly_trade
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.kit.formats import age
from monitoring.value import Assumptions, stale
from monitoring.words import counted
from monitoring.working_time import Wait

CENSUS = timedelta(hours=26)  # every level is read once a day; two hours for the reading itself

TYPE = ExceptionType(
    key="STOCK_STALE",
    code="E28",
    title="Stock numbers are old",
    owner=TeamCode.ADM,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=15),
    sla_resolve=Wait(minutes=60),
    first_step="Look at the age of the lanes, the rate budget and the schedule; run the flow now.",
    blocks=("stock",),
    every=timedelta(minutes=1),
)


@dataclass(frozen=True, slots=True)
class Aged:
    """Levels of one place that wait to be told, or were not read, since `since` at the latest."""

    what: Literal["telling", "reading"]
    connection_id: int
    slug: str
    label: str
    location_code: str
    count: int
    since: datetime
    patience: timedelta
    per_hour: Decimal  # trade of the channel


def gather(*, now: datetime, figures: Assumptions) -> list[Aged]:
    """One row per place. A system that is down or paused explains its own and is left out."""
    links = public.links().filter(enabled=True).select_related("channel", "owner")
    trade = hourly_trade([each.channel_id for each in links], now=now, currency=figures.currency)
    least = figures.minutes("stock-age-minutes")
    return [
        aged
        for link in links
        if _is_fine(link.channel) and _is_fine(link.owner)
        for aged in (
            *_telling(link, least, now, trade.get(link.channel_id, Decimal(0))),
            *_reading(link, now, trade.get(link.channel_id, Decimal(0))),
        )
    ]


def _is_fine(connection: public.Connection) -> bool:
    return connection.state == "active" and not connection.trouble


def _telling(
    link: public.Link, least: timedelta, now: datetime, per_hour: Decimal
) -> Iterator[Aged]:
    interval = link.policy.get("stock", {}).get("interval_minutes", 0)
    patience = max(least, 2 * timedelta(minutes=interval))
    dirty = public.channel_levels().filter(
        connection_id=link.channel_id, dirty_at__isnull=False, dirty_at__lte=now - patience
    )
    yield from _aged("telling", link.channel, dirty, "dirty_at", patience, per_hour)


def _reading(link: public.Link, now: datetime, per_hour: Decimal) -> Iterator[Aged]:
    old = public.readings().filter(connection_id=link.owner_id, began_at__lte=now - CENSUS)
    yield from _aged("reading", link.owner, old, "began_at", CENSUS, per_hour)


def _aged(
    what: Literal["telling", "reading"],
    connection: public.Connection,
    rows: QuerySet[public.ChannelLevel] | QuerySet[public.StockReading],
    since: str,
    patience: timedelta,
    per_hour: Decimal,
) -> Iterator[Aged]:
    places = rows.order_by().values_list("location_code").annotate(Count("pk"), Min(since))
    for place, count, oldest in places:
        yield Aged(
            what=what,
            connection_id=connection.pk,
            slug=connection.slug,
            label=connection.label,
            location_code=place,
            count=count,
            since=oldest,
            patience=patience,
            per_hour=per_hour,
        )


def detect(facts: Sequence[Aged], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(each, now, figures) for each in facts if now - each.since >= each.patience]


def _finding(each: Aged, now: datetime, figures: Assumptions) -> Finding:
    old = now - each.since
    many = counted(each.count, "stock level")
    did = "has not been told" if each.what == "telling" else "has not given"
    return Finding(
        type=TYPE,
        subject=f"{each.what} {each.location_code}",
        title=f"{each.label} {did} {many} of location {each.location_code} for {age(old)}.",
        summary="Nothing failed; the work is late. What customers see may be wrong.",
        stake=stale(each.per_hour, old, figures=figures),
        scope=f"connection:{each.slug}",
        connection_id=each.connection_id,
        count=each.count,
        detail={"oldest": each.since.isoformat(), "location": each.location_code},
        severity=Severity.HIGH if each.what == "telling" else Severity.MEDIUM,
    )
