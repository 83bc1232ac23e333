"""How much each flow sent, hour by hour: hours that are over are counted once and kept."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.db.models.functions import TruncHour

from integrations import public
from monitoring.models import FlowHour

HOUR = timedelta(hours=1)
LOOK_BACK = 24 * HOUR  # a first run, or one after a long stop, counts no further back
KEPT = timedelta(days=35)
SETTLED = timedelta(minutes=5)  # what was stamped in an hour is committed by then

Lane = tuple[int, str, int]  # link, flow, the connection sent to


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def close_hours(*, now: datetime) -> int:
    """Count the hours that are over and not counted yet. Returns how many rows; may run twice."""
    end = hour_of(now - SETTLED)
    start = max(_counted_to() or end - LOOK_BACK, end - LOOK_BACK)
    rows = [
        FlowHour(link_id=link, flow=flow, connection_id=target, hour=hour, posted=posted)
        for link, flow, target, hour, posted in _count(start, end)
    ]
    with transaction.atomic():
        FlowHour.objects.bulk_create(rows, ignore_conflicts=True)
        FlowHour.objects.filter(hour__lt=end - KEPT).delete()
    return len(rows)


def sent(*, since: datetime) -> dict[Lane, dict[datetime, int]]:
    """Return what was sent in each hour from `since`, the beginning of one. Three queries.

    Hours not counted yet are counted now, so that the answer is never older than the question.
    """
    start = max(_counted_to() or since, since)
    kept = FlowHour.objects.filter(hour__gte=since)
    found: dict[Lane, dict[datetime, int]] = defaultdict(dict)
    stored = kept.values_list("link", "flow", "connection", "hour", "posted")
    for link, flow, target, hour, posted in (*stored, *_count(start, None)):
        found[link, flow, target][hour] = posted
    return dict(found)


def _counted_to() -> datetime | None:
    """Quiet hours leave no row, so they are looked at again; there is nothing in them."""
    latest: datetime | None = FlowHour.objects.aggregate(latest=Max("hour"))["latest"]
    return latest + HOUR if latest else None


def _count(start: datetime, end: datetime | None) -> Any:
    rows = public.transfers().filter(state="posted", posted_at__gte=start)
    rows = rows.filter(posted_at__lt=end) if end else rows
    hours = rows.annotate(hour=TruncHour("posted_at")).order_by()
    return hours.values_list("link", "flow", "connection", "hour").annotate(Count("pk"))
