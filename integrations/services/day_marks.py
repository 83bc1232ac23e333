"""Say that facts of a store's trading day changed, and keep others out while it is signed."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import QuerySet

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.canonical.till import ZReport
from integrations.models import DayMark, Document, Store
from integrations.services.bulk import upsert_many
from integrations.services.trading_day import trading_day

FACTS = (Document.Kind.SALE, Document.Kind.RETURN, Document.Kind.Z_REPORT)

DayFact = SalesOrder | SalesCredit | ZReport


def closing_day(report: ZReport, store: Store) -> date:
    """A till closed just after midnight closes the day it was opened in."""
    at = report.opened_at or report.closed_at
    return trading_day(at, timezone=store.timezone, cut_off=store.cut_off)


def mark_facts(records: Iterable[DayFact], *, now: datetime) -> None:
    """Mark the days of these receipts and till closes, in the transaction that stores them.

    Call it last: whoever holds a mark waits for nothing else.
    """
    found = list(records)
    if not found:
        return
    stores = {store.code: store for store in Store.objects.all()}
    known = [(record, stores[record.store_code]) for record in found if record.store_code in stores]
    mark(((store.pk, _day_of(record, store)) for record, store in known), now=now)


def _day_of(record: DayFact, store: Store) -> date:
    if isinstance(record, ZReport):
        return closing_day(record, store)
    return trading_day(record.placed_at, timezone=store.timezone, cut_off=store.cut_off)


def mark(days: Iterable[tuple[int, date]], *, now: datetime) -> None:
    """Count one more change of these (store id, date), in one order, or two would deadlock."""
    upsert_many(
        DayMark,
        ((store, on, 1, True, now) for store, on in sorted(set(days))),
        fields=("store", "business_date", "version", "is_dirty", "touched_at"),
        unique=("store", "business_date"),
        update=("is_dirty", "touched_at"),
        count=("version",),
    )


def mark_day(store: Store, on: date, *, now: datetime) -> None:
    """Ask for a new look at one day."""
    mark([(store.pk, on)], now=now)


def lock_day(store: Store, on: date, *, now: datetime) -> int:
    """Keep changes of this day's facts out until the transaction ends; its version.

    SQLite has one writer at a time, so there the transaction itself is the lock.
    """
    DayMark.objects.bulk_create(
        [DayMark(store=store, business_date=on, is_dirty=False, touched_at=now)],
        ignore_conflicts=True,
    )
    row = DayMark.objects.select_for_update().get(store=store, business_date=on)
    return row.version


def day_version(store: Store, on: date) -> int:
    """How often the day's facts changed by now; 0 when nothing ever happened."""
    rows = DayMark.objects.filter(store=store, business_date=on)
    return rows.values_list("version", flat=True).first() or 0


def closed_days(days: Collection[tuple[str, date]]) -> set[tuple[str, date]]:
    """Those of these (store code, date) on which every till that rang anything up has closed."""
    documents = Document.objects.filter(
        store__code__in={code for code, _ in days},
        business_date__in={on for _, on in days},
        kind__in=FACTS,
    ).order_by()
    rows = documents.values_list("store__code", "business_date", "register_id", "kind").distinct()
    rang: dict[tuple[str, date], set[str]] = {}
    closed: dict[tuple[str, date], set[str]] = {}
    for code, on, register, kind in rows:
        side = closed if kind == Document.Kind.Z_REPORT else rang
        if on is not None:
            side.setdefault((code, on), set()).add(register)
    return {day for day in days if closed.get(day) and rang.get(day, set()) <= closed[day]}


def dirty_days() -> QuerySet[DayMark]:
    """Days that changed since somebody looked, oldest first."""
    return (
        DayMark.objects.filter(is_dirty=True)
        .select_related("store")
        .order_by("business_date", "store")
    )


def seen(store: Store, on: date, *, version: int) -> bool:
    """Take the mark off, unless something changed since `version` was read."""
    rows = DayMark.objects.filter(store=store, business_date=on, version=version)
    return rows.update(is_dirty=False) == 1
