"""Keep a row per store-day that follows its facts, until somebody signs it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from integrations import public
from integrations.public import Store
from monitoring import public as monitoring
from monitoring.kit.formats import money
from reconciliation.assessment import Assessment, Note, assess
from reconciliation.facts import Day, read_day
from reconciliation.models import StoreDay, Tolerance, VarianceNote
from reconciliation.services import seal
from reconciliation.services.journals import build_journal
from reconciliation.variance import Accepted, at_stake

BATCH = 200
SOON = timedelta(minutes=1)
LATER = timedelta(hours=1)
RECENT = timedelta(days=3)
# A day whose tills are still ringing up is read whole no more often than this.
PAUSE = timedelta(minutes=5)

OURS = ("DAYEND_LATE", "DAYEND_VARIANCE")  # what their own cases say is judged here

State = StoreDay.State


@dataclass(frozen=True, slots=True)
class Limits:
    """The tolerances of one store."""

    accepted: Accepted
    sign: Decimal


def limits(store_code: str) -> Limits:
    rows = {
        row.store_code: row for row in Tolerance.objects.filter(store_code__in=("", store_code))
    }
    row = rows.get(store_code) or rows.get("") or Tolerance()
    return Limits(Accepted(row.figures, row.cash), row.sign_limit)


def policy_sentences(store_code: str, currency: str) -> list[str]:
    """What a day must be so that it may be prepared without anybody looking at it."""
    accepted = limits(store_code).accepted
    return [
        "Every till that rang anything up has closed, and no receipt number is missing.",
        "Every receipt is in the ERP and was read back; none is held.",
        f"Tills, receipts, ERP and journal agree within {money(accepted.figures, currency)}.",
        f"Each drawer was counted within {money(accepted.cash, currency)}, and nothing is noted.",
        "No open exception forbids its sealing.",
    ]


def build_due_journals(now: datetime) -> int:
    """Bring every touched store-day up to date. Returns how many journals were queued."""
    return sum(_follow(store, on, now=now) for store, on in _due(now))


def _due(now: datetime) -> list[tuple[Store, date]]:
    """Days with new facts, and days that wait for something under way. Two queries."""
    marks = {(m.store.code, m.business_date): m.store for m in public.dirty_days()[:BATCH]}
    found = {key: store for key, store in marks.items() if key not in _ringing(marks, now)}
    again = StoreDay.objects.filter(look_at__lte=now).order_by("look_at")[:BATCH]
    stores = {store.code: store for store in public.stores()}
    for code, on in again.values_list("store_code", "business_date"):
        if code in stores:
            found.setdefault((code, on), stores[code])
    return [(store, on) for (_, on), store in found.items()]


def _ringing(days: Collection[tuple[str, date]], now: datetime) -> set[tuple[str, date]]:
    """Days whose tills still ring up and that were read whole a moment ago. Two queries."""
    rows = StoreDay.objects.filter(
        state__in=(State.COLLECTING, State.REOPENED),
        checked_at__gt=now - PAUSE,
        business_date__in={on for _, on in days},
    )
    recent = set(rows.values_list("store_code", "business_date")) & set(days)
    return recent - public.closed_days(recent) if recent else set()


def _follow(store: Store, on: date, *, now: datetime) -> int:
    """Refresh one day and queue its journal as soon as it is complete."""
    day, facts = _refresh(store, on, now=now)
    if day.state == State.SIGNED or not _may_post(facts):
        return 0
    if build_journal(facts, now=now) is None:
        return 0
    _refresh(store, on, now=now)
    return 1


def _may_post(day: Day) -> bool:
    """All tills closed and no receipt held, where journals do not wait for the signature."""
    book = day.book
    if book.journal_posting == "on_signed" or not book.closes:
        return False
    closed = {close.register_id for close in book.closes}
    return all(fact.is_planned and fact.register_id in closed for fact in book.receipts)


def refresh_day(store_code: str, on: date, *, now: datetime) -> StoreDay:
    """Bring one store-day up to date with its facts. Safe to repeat and from two workers.

    A signed day keeps its content; what arrived or changed since is noted beside it.
    """
    store = public.stores().get(code=store_code)
    day, _ = _refresh(store, on, now=now)
    return day


def _refresh(store: Store, on: date, *, now: datetime) -> tuple[StoreDay, Day]:
    version = public.day_version(store, on)
    day = row_of(store, on)
    if day.state == State.SIGNED:
        facts = seal.watch(day, store, now=now)
    else:
        facts = read_day(store, on)
        _keep(day, facts, version=version, now=now)
    public.day_is_seen(store, on, version=version)
    day.refresh_from_db()
    return day, facts


def row_of(store: Store, on: date) -> StoreDay:
    day, _ = StoreDay.objects.get_or_create(
        store_code=store.code, business_date=on, defaults={"store_name": store.name}
    )
    return day


def judged(day: StoreDay, facts: Day) -> Assessment:
    """Judge a day's facts under its store's tolerance, its notes and the open exceptions."""
    return assess(
        facts.book,
        accepted=limits(day.store_code).accepted,
        notes=notes_of(day),
        exceptions=_exceptions(facts),
    )


def notes_of(day: StoreDay) -> list[Note]:
    """The newest explanation of each variance, of every round: a carried item stays explained."""
    rows = VarianceNote.objects.filter(day=day).select_related("reason").order_by("at", "pk")
    newest = {row.key: row for row in rows}
    return [
        Note(
            key=row.key,
            reason=row.reason.code,
            text=row.text,
            amount=row.amount,
            is_carried=row.is_carried,
            by=row.by_name,
            owner=row.owner,
            expected_on=row.expected_on,
        )
        for row in newest.values()
    ]


def _exceptions(facts: Day) -> list[str]:
    """Titles of open cases that name a receipt of the day and forbid its sealing."""
    return monitoring.sealing_forbidden_by(facts.store.pk, facts.on, besides=OURS)


def _keep(day: StoreDay, facts: Day, *, version: int, now: datetime) -> None:
    """Store what was found, unless a newer look or a signature was faster."""
    found = judged(day, facts)
    state = state_of(day, found)
    again = now if facts.problem else _again(day, found, now)  # until its account is mapped
    StoreDay.objects.filter(pk=day.pk, state=day.state, seen_version__lte=version).update(
        state=state, seen_version=version, look_at=again, **columns(found, now)
    )


def state_of(day: StoreDay, found: Assessment) -> StoreDay.State:
    if not found.is_complete:
        return State.COLLECTING if day.round == 1 else State.REOPENED
    if found.unexplained:
        return State.VARIANCE
    if day.state == State.PREPARED and day.content_hash == found.content_hash:
        return State.PREPARED
    return State.READY


def columns(found: Assessment, now: datetime) -> dict[str, object]:
    """What a row keeps of an assessment."""
    return {
        "currency": found.figures.currency,
        "content": found.content(),
        "content_hash": found.content_hash,
        "receipts": found.figures.counts.receipts,
        "gross": found.figures.gross.receipts or Decimal(0),
        "variance": at_stake(found.variances),
        "variances": len(found.variances),
        "unexplained": len(found.unexplained),
        "blockers": len(found.blockers),
        "checked_at": now,
    }


def _again(day: StoreDay, found: Assessment, now: datetime) -> datetime | None:
    """When to look again although no new fact has arrived: soon while something is under way."""
    kinds = {blocker.kind for blocker in found.blockers}
    waits = kinds & {"held", "going", "journal", "exception", "gap"}
    is_recent = now.date() - day.business_date <= RECENT
    if not waits and not is_recent:
        return None
    return now + (SOON if waits and is_recent else LATER)
