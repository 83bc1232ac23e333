"""Stores and webhooks that fell silent although nothing refuses us."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum

from integrations import public
from monitoring.kit.formats import age
from monitoring.value import Assumptions

WEEKS = 4  # how far back the usual is looked for, at the same hours of the same weekday
LEAST_WEEKS = 2  # that must have had trade then, before anything counts as usual
USUAL = 3  # receipts that would have come by now: a store that sent none is quiet
LONGEST = timedelta(days=1)  # a store that has been quiet for longer is closed, not silent
AT_ONCE = 50  # stores a query


@dataclass(frozen=True, slots=True)
class QuietStore:
    """A store that usually trades at this time: `usual` receipts worth `worth` in the while."""

    code: str
    name: str
    connection_id: int
    slug: str
    since: datetime
    usual: Decimal
    worth: Decimal


@dataclass(frozen=True, slots=True)
class Unheard:
    """A connection whose records come by polling alone, although it used to send webhooks."""

    connection_id: int
    slug: str
    label: str
    since: datetime


def quiet_stores(*, now: datetime, figures: Assumptions) -> list[QuietStore]:
    """Return stores that sent nothing for three times as long as they usually leave between two
    receipts at these hours. One query for the newest receipts, one for each fifty quiet stores."""
    patience = figures.minutes("quiet-minutes")
    last = [each for each in _last(now) if now - each.since >= patience]
    found: list[QuietStore] = []
    for start in range(0, len(last), AT_ONCE):
        found += _unusual(last[start : start + AT_ONCE], now=now, figures=figures)
    return found


@dataclass(frozen=True, slots=True)
class _Last:
    """When a store was last heard, and the same while of earlier weeks on its own clock."""

    store_id: int
    code: str
    name: str
    timezone: str
    connection_id: int
    slug: str
    since: datetime

    def spans(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        zone = ZoneInfo(self.timezone)
        for week in range(1, WEEKS + 1):
            shift = timedelta(weeks=week)
            yield self.since.astimezone(zone) - shift, now.astimezone(zone) - shift


def _last(now: datetime) -> list[_Last]:
    """The newest receipt of each open store, unless its system is in trouble or paused anyway."""
    fields = ("store_id", "store__code", "store__name", "store__timezone")
    rows = (
        public.documents()
        .receipts()
        .filter(
            received_at__gt=now - LONGEST,
            received_at__lte=now,
            store__is_open=True,
            connection__state="active",
            connection__trouble="",
        )
        .order_by()
        .values_list(*fields, "connection_id", "connection__slug")
        .annotate(Max("received_at"))
    )
    newest: dict[int, _Last] = {}
    for row in rows:
        each = _Last(*row)
        known = newest.get(each.store_id)
        if known is None or each.since > known.since:
            newest[each.store_id] = each
    return sorted(newest.values(), key=lambda each: each.code)


def _unusual(
    stores: Sequence[_Last], *, now: datetime, figures: Assumptions
) -> Iterator[QuietStore]:
    usual = _usual(stores, now=now, currency=figures.currency)
    for each in stores:
        weeks, receipts, gross = usual.get(each.store_id, (0, 0, Decimal(0)))
        if weeks >= LEAST_WEEKS and receipts >= USUAL * WEEKS:
            yield QuietStore(
                each.code,
                each.name,
                each.connection_id,
                each.slug,
                each.since,
                usual=Decimal(receipts) / WEEKS,
                worth=gross / WEEKS,
            )


def _usual(
    stores: Iterable[_Last], *, now: datetime, currency: str
) -> dict[int, tuple[int, int, Decimal]]:
    """(weeks with trade, receipts, gross in `currency`) of the same whiles, by store."""
    whiles = Q()
    for each in stores:
        for begin, end in each.spans(now):
            whiles |= Q(store_id=each.store_id, received_at__gt=begin, received_at__lte=end)
    rows = (
        public.documents()
        .receipts()
        .filter(whiles)
        .order_by()
        .values_list("store_id")
        .annotate(
            weeks=Count("business_date", distinct=True),
            count=Count("pk"),
            worth=Sum("gross", filter=Q(currency=currency), default=Decimal(0)),
        )
    )
    return {store: (weeks, receipts, gross) for store, weeks, receipts, gross in rows}


def unheard(*, now: datetime, figures: Assumptions) -> list[Unheard]:
    """Return connections that sent webhooks once, and whose receipts come without any now."""
    patience = figures.minutes("quiet-minutes")
    polled = public.documents().filter(
        connection=OuterRef("pk"),
        received_at__gt=OuterRef("last_webhook_at") + patience,
        received_at__lte=now - timedelta(minutes=5),  # its webhook may be a moment behind it
    )
    rows = public.connections().filter(Exists(polled), state="active", trouble="")
    return [
        Unheard(each.pk, each.slug, each.label, each.last_webhook_at)
        for each in rows
        if each.last_webhook_at is not None
    ]


def store_sentence(each: QuietStore, now: datetime) -> str:
    usual = f"{each.usual:.0f}"
    return (
        f"{each.name} has sent nothing for {age(now - each.since)}; at these hours it is usually "
        f"{usual} receipts."
    )
