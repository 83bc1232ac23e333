"""What the detectors of a store's day share: which days they look at, and how a day is named."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from integrations.public import Store
from reconciliation.models import StoreDay

WINDOW = timedelta(days=31)  # a day that is open longer is told by the month's own list


def open_days(now: datetime) -> QuerySet[StoreDay]:
    """Days of the last month that nobody has signed, oldest first."""
    since = now.date() - WINDOW
    return StoreDay.objects.working().filter(business_date__gte=since).order_by("business_date")


def subject(store_code: str, on: date) -> str:
    return f"{store_code} {on.isoformat()}"


def name(day: StoreDay) -> str:
    return f"{day.store_name}, {day.business_date.day} {day.business_date:%B}"


def closing_time(store: Store, on: date) -> datetime:
    """When the store usually closes its tills on that trading day, as an aware UTC time."""
    after_midnight = store.closes_at <= store.cut_off and store.cut_off > time(0)
    return local(store, on + timedelta(days=1) if after_midnight else on, store.closes_at)


def local(store: Store, on: date, at: time) -> datetime:
    """Wall-clock `at` of the store on that calendar day, as an aware UTC time."""
    return datetime.combine(on, at, tzinfo=ZoneInfo(store.timezone)).astimezone(UTC)
