"""A store-day that should have closed by now."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from integrations import public
from integrations.canonical.money import round_money
from integrations.public import Store
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.kit.formats import money
from monitoring.value import Assumptions, Stake
from monitoring.words import counted
from monitoring.working_time import Wait
from reconciliation.content import shown
from reconciliation.detectors.rows import closing_time, local, name, open_days, subject
from reconciliation.models import StoreDay
from reconciliation.tills import till_name

USUAL = timedelta(days=28)  # what a store usually takes is the mean of its days in this time
WEEKS = 4  # the same weekday this often: with trade on half of them, trade is expected
HARM_AT = time(10)  # local time next day from which the ledger waits for it
NOON = time(12)

TYPE = ExceptionType(
    key="DAYEND_LATE",
    code="E17",
    title="Store-day has not closed or arrived",
    owner=TeamCode.STORE,
    severity=Severity.MEDIUM,
    sla_first=Wait(minutes=120),
    sla_resolve=Wait(days=1),
    first_step="Ask the store; check that the till is on line; fetch its Z-report again.",
    blocks=("seal",),
)


@dataclass(frozen=True, slots=True)
class LateDay:
    """One store-day with a till that has not closed, or without anything where trade is usual."""

    store_code: str
    label: str  # "Leeds, 19 November"
    on: date
    due_at: datetime  # the usual close
    harm_at: datetime  # ten o'clock the next morning
    noon: datetime
    waiting: tuple[str, ...]  # tills that rang up and have not closed; none: nothing arrived
    usual: Decimal  # gross of an ordinary day
    currency: str


def gather(*, now: datetime, figures: Assumptions) -> list[LateDay]:
    stores = {store.code: store for store in public.stores().filter(is_open=True)}
    usual = _usual(now)
    days = [day for day in open_days(now) if day.store_code in stores]
    found = [_late(stores[day.store_code], day, usual) for day in days]
    return [*(each for each in found if each), *_silent(stores, usual, now)]


def _late(store: Store, day: StoreDay, usual: dict[str, Decimal]) -> LateDay | None:
    figures = shown(day.content).figures
    if figures is None or not figures.registers:
        return None
    waiting = tuple(row.register_id for row in figures.registers if not row.is_closed)
    if not waiting:
        return None
    return _day(store, day.business_date, name(day), waiting, usual, day.currency)


def _day(
    store: Store,
    on: date,
    label: str,
    waiting: tuple[str, ...],
    usual: dict[str, Decimal],
    currency: str,
) -> LateDay:
    tomorrow = on + timedelta(days=1)
    return LateDay(
        store_code=store.code,
        label=label,
        on=on,
        due_at=closing_time(store, on),
        harm_at=local(store, tomorrow, HARM_AT),
        noon=local(store, tomorrow, NOON),
        waiting=waiting,
        usual=usual.get(store.code, Decimal(0)),
        currency=currency,
    )


def _silent(
    stores: dict[str, Store], usual: dict[str, Decimal], now: datetime
) -> Iterator[LateDay]:
    """Yesterday and today at stores that usually trade on that weekday, and sent nothing."""
    traded: dict[str, dict[date, str]] = defaultdict(dict)
    since = now.date() - timedelta(weeks=WEEKS, days=2)
    rows = StoreDay.objects.filter(business_date__gte=since, receipts__gt=0)
    for code, on, currency in rows.values_list("store_code", "business_date", "currency"):
        traded[code][on] = currency
    for store in stores.values():
        today = public.trading_day(now, timezone=store.timezone, cut_off=store.cut_off)
        for on in (today - timedelta(days=1), today):
            before = [on - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
            known = [traded[store.code][day] for day in before if day in traded[store.code]]
            if on not in traded[store.code] and len(known) * 2 >= WEEKS:
                label = f"{store.name}, {on.day} {on:%B}"
                yield _day(store, on, label, (), usual, known[0])


def _usual(now: datetime) -> dict[str, Decimal]:
    rows = StoreDay.objects.filter(business_date__gte=now.date() - USUAL, gross__gt=0)
    sums: dict[str, list[Decimal]] = defaultdict(list)
    for code, gross in rows.values_list("store_code", "gross"):
        sums[code].append(gross)
    return {code: sum(each, Decimal(0)) / len(each) for code, each in sums.items()}


def detect(facts: Sequence[LateDay], *, now: datetime, figures: Assumptions) -> list[Finding]:
    grace = figures.minutes("close-grace-minutes")
    return [_finding(day, now, figures) for day in facts if now - day.due_at >= grace]


def _finding(day: LateDay, now: datetime, figures: Assumptions) -> Finding:
    if day.waiting:
        tills = counted(len(day.waiting), "till")
        title = f"{day.label}: {tills} not closed."
        summary = f"Not closed: {', '.join(till_name(each) for each in day.waiting[:5])}."
    else:
        title = f"{day.label}: no receipt and no till close has arrived."
        summary = "The store usually trades on this weekday."
    return Finding(
        type=TYPE,
        subject=subject(day.store_code, day.on),
        title=title,
        summary=summary,
        stake=_stake(day, figures),
        store_code=day.store_code,
        count=len(day.waiting) or 1,
        deadline=day.noon,
        severity=Severity.HIGH if now >= day.harm_at else Severity.MEDIUM,
        detail={"tills": list(day.waiting), "day": day.on.isoformat(), "stores": [day.store_code]},
    )


def _stake(day: LateDay, figures: Assumptions) -> Stake:
    currency = day.currency or figures.currency
    staff = figures["minute-cost"] * 20
    risk = round_money(day.usual * 2 / 100 + staff, currency)
    usual = money(round_money(day.usual, currency), currency)
    formula = f"{money(risk, currency)} = {usual} of an ordinary day × 2 % + 20 minutes of work"
    return Stake(risk, currency, False, formula)
