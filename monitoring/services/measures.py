"""The figures of the day: read now, kept by the hour, compared with the same weekday before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncHour

from integrations import public
from integrations.public import Document
from monitoring.drift import Cause
from monitoring.models import (
    DetectorRun,
    DriftCensus,
    DriftTotal,
    ExceptionCase,
    Measurement,
    SaleExposure,
)
from monitoring.silence import HOUR, WEEKS
from monitoring.value import Assumptions

DAY = timedelta(days=1)
DEFAULT_CURRENCY = Assumptions().currency  # until a retailer is set up
KEPT = timedelta(weeks=WEEKS + 1)
SHOWN = 8  # days of a sparkline: a week and the same weekday before it
HEARD = "heard"  # receipts heard in an hour: in all, and "heard:<shop>" for each shop


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure now. None is a figure that we do not have, never zero."""

    value: Decimal | None
    currency: str = ""
    as_of: datetime | None = None  # how old what it is counted from may be


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure that everybody sees. `unit` is money, seconds or units."""

    key: str
    label: str
    unit: str
    source: str
    missing: str  # what to say while there is no figure
    page: str
    query: str
    patience: timedelta  # older than this, the figure is called old
    read: Callable[[datetime], Reading]


def money_at_risk(now: datetime) -> Reading:
    """Return what the open cases put at risk, in the ledger's currency only."""
    retailer = public.retailer()
    currency = retailer.currency if retailer else DEFAULT_CURRENCY
    queue = ExceptionCase.objects.queue().order_by().filter(currency=currency)
    total = queue.aggregate(total=Sum("value_at_risk"))["total"]
    looked = DetectorRun.objects.aggregate(last=Max("checked_at"))["last"]
    if looked is None:
        return Reading(None)
    return Reading(total or Decimal(0), currency, looked)


def oldest_sale(now: datetime) -> Reading:
    """Return how long ago the oldest sale was made that is not in the ERP yet, in seconds."""
    waiting = (Document.State.POSTING, Document.State.PARKED, Document.State.HELD)
    sales = public.documents().filter(kind=Document.Kind.SALE, state__in=waiting)
    # By state, each found at an end of the index; all at once, PostgreSQL walks every sale by age.
    by_state = sales.order_by().values_list("state").annotate(oldest=Min("placed_at"))
    oldest = min((oldest for _, oldest in by_state), default=None)
    read = public.cursors().filter(connection__role="pos").aggregate(last=Max("caught_up_at"))
    if read["last"] is None:
        return Reading(None)
    return Reading(_seconds(now - oldest) if oldest else Decimal(0), as_of=read["last"])


def unexplained_drift(now: datetime) -> Reading:
    """Return the units that no cause accounts for in the newest census of each enabled link."""
    newest = DriftCensus.objects.filter(link__enabled=True).order_by("link", "-began_at")
    latest: dict[int, DriftCensus] = {}
    for census in newest.only("pk", "link_id", "taken_at").filter(began_at__gte=now - KEPT):
        latest.setdefault(census.link_id, census)
    if not latest:
        return Reading(None)
    of_these = DriftTotal.objects.filter(census__in=latest.values(), cause=Cause.UNEXPLAINED)
    units = of_these.aggregate(units=Sum("units"))["units"]
    oldest = min(census.taken_at for census in latest.values())
    return Reading(units or Decimal(0), as_of=oldest)


def exposure(now: datetime) -> Reading:
    """Return within what time 95 of 100 of the last day's sales lowered every level, in seconds."""
    shown = SaleExposure.objects.filter(sold_at__gt=now - DAY, seconds__isnull=False)
    found = shown.aggregate(count=Count("pk"), last=Max("shown_at"))
    if not found["count"]:
        return Reading(None)
    ordered = shown.order_by("seconds").values_list("seconds", flat=True)
    seconds = ordered[min(found["count"] * 95 // 100, found["count"] - 1)]
    return Reading(Decimal(seconds or 0), as_of=found["last"])


def _seconds(span: timedelta) -> Decimal:
    return Decimal(max(span // timedelta(seconds=1), 0))


MEASURES: tuple[Measure, ...] = (
    Measure(
        "money-at-risk",
        "Money at risk",
        "money",
        "open exceptions",
        "Nothing has been looked for yet.",
        "exceptions",
        "tab=all",
        timedelta(minutes=2),
        money_at_risk,
    ),
    Measure(
        "unexplained-drift",
        "Stock that nothing explains",
        "units",
        "the newest census",
        "No census of the stock has been kept yet.",
        "stock",
        "",
        timedelta(hours=26),
        unexplained_drift,
    ),
    Measure(
        "oldest-sale",
        "Oldest sale not in the ERP",
        "seconds",
        "what the tills told",
        "No till has been read yet.",
        "orders",
        "kind=sale&state=posting",
        timedelta(minutes=10),
        oldest_sale,
    ),
    Measure(
        "exposure",
        "From the till to every channel",
        "seconds",
        "the last day’s sales, 95 of 100",
        "No sale has lowered a level at a channel yet.",
        "exposure",
        "",
        timedelta(hours=24),
        exposure,
    ),
)


def history(*, now: datetime) -> dict[str, list[Decimal | None]]:
    """Return each figure at this hour of the last days, oldest first, today's left out.

    One query. An hour that was not kept is None.
    """
    hour = _hour(now)
    hours = [hour - DAY * back for back in range(SHOWN - 1, 0, -1)]
    rows = Measurement.objects.filter(
        key__in=[measure.key for measure in MEASURES], hour__in=hours
    ).values_list("key", "hour", "value")
    known = {(key, at): value for key, at, value in rows}
    return {measure.key: [known.get((measure.key, at)) for at in hours] for measure in MEASURES}


def record_measures(*, now: datetime) -> None:
    """Keep this hour's figures; the last reading of an hour is the one that stays."""
    hour = _hour(now)
    for measure in MEASURES:
        reading = measure.read(now)
        if reading.value is not None:
            _keep(measure.key, hour, reading.value, reading.currency)
    Measurement.objects.filter(hour__lt=hour - KEPT).delete()


def record_heard(*, now: datetime) -> None:
    """Count the receipts heard in each full hour that was not counted yet, shop by shop.

    An hour that is over never changes: it is counted by arrival, not by sale.
    """
    until = _hour(now)
    since = _uncounted_since(until)
    if since is None or since >= until:
        return
    totals: dict[datetime, int] = {}
    rows = []
    for code, hour, count in _arrivals(since, until):
        totals[hour] = totals.get(hour, 0) + count
        rows.append(Measurement(key=f"{HEARD}:{code}"[:40], hour=hour, value=count))
    span = range((until - since) // HOUR)
    hours = [since + HOUR * step for step in span]
    rows += [Measurement(key=HEARD, hour=hour, value=totals.get(hour, 0)) for hour in hours]
    Measurement.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _uncounted_since(until: datetime) -> datetime | None:
    """Return the first hour to count: after the last counted, else that of the first receipt."""
    last = Measurement.objects.filter(key=HEARD).aggregate(last=Max("hour"))["last"]
    if last is not None:
        return max(last + HOUR, until - KEPT)
    first = public.documents().receipts().aggregate(first=Min("received_at"))["first"]
    return max(_hour(first), until - KEPT) if first else None


def _arrivals(since: datetime, until: datetime) -> Any:
    receipts = public.documents().receipts()
    heard = receipts.filter(received_at__gte=since, received_at__lt=until)
    hourly = heard.annotate(hour=TruncHour("received_at")).values_list("store_code", "hour")
    return hourly.annotate(Count("pk")).order_by()


def heard(*, now: datetime) -> QuerySet[Measurement]:
    """Return the counted hours of the last day and of the same hours of the weeks before."""
    until = _hour(now)
    hours = [
        until - timedelta(weeks=week) - HOUR * back
        for week in range(WEEKS + 1)
        for back in range(1, 25)
    ]
    return Measurement.objects.filter(hour__in=hours, key__startswith=HEARD)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _keep(key: str, hour: datetime, value: Decimal, currency: str) -> None:
    Measurement.objects.update_or_create(
        key=key, currency=currency, hour=hour, defaults={"value": value}
    )
