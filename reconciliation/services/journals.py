"""Build the journals of finished store-days and hand them to the hub."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from integrations import public
from integrations.public import Link, Store
from reconciliation import close_facts
from reconciliation.accounts import journal_lines
from reconciliation.facts import Day, read_day
from reconciliation.figures import ZERO
from reconciliation.journals import CashEvent, DayReceipt, Line, UnmappedAccountError
from reconciliation.models import DayJournal

__all__ = ["build_journal", "cash_events", "day_receipts", "journal_lines", "post", "stored_lines"]


def build_journal(day: Day, *, now: datetime) -> DayJournal | None:
    """Queue what this day's journals do not say yet; None when that is nothing. Safe to repeat."""
    if day.link is None:
        return None
    if day.problem is not None:
        _hold(day, now)
        return None
    if not day.lacks:
        return None
    return post(day.link, day.store, day.on, day.lacks, mode=day.book.accounting_mode, now=now)


@transaction.atomic
def post(
    link: Link,
    store: Store,
    on: date,
    lines: Sequence[Line],
    *,
    mode: str,
    now: datetime,
    reverses: DayJournal | None = None,
    late_of: date | None = None,
    reason: str = "",
    by_name: str = "",
) -> DayJournal:
    """Queue these lines as the next journal of the day."""
    count = DayJournal.objects.of_day(store.code, on).count()
    reference = f"{store.code}-{on:%Y%m%d}-{count + 1}"
    currency = public.ledger_currency()
    transfer = public.submit_journal(
        link,
        store=store,
        on=on,
        reference=reference,
        description=_description(store, on, reverses, late_of),
        currency=currency,
        lines=[
            public.JournalLine(
                nominal_code=line.nominal, debit=line.debit, credit=line.credit, memo=line.memo
            )
            for line in lines
        ],
        now=now,
    )
    return DayJournal.objects.create(
        store_code=store.code,
        store_name=store.name,
        business_date=on,
        sequence=count + 1,
        reference=reference,
        currency=currency,
        accounting_mode=mode,
        lines=[_stored(line) for line in lines],
        total=sum((line.debit for line in lines), ZERO),
        receipts=len({number for line in lines for number in line.receipts}),
        transfer_id=transfer.pk,
        reverses=reverses,
        late_of=late_of,
        reason=reason[:300],
        by_name=by_name,
        built_at=now,
    )


def _description(store: Store, on: date, reverses: DayJournal | None, late_of: date | None) -> str:
    name = f"{store.name} {on:%d %B %Y}"
    if reverses is not None:
        return f"{name}, reversal of {reverses.reference}"
    return f"{name}, late receipts of {late_of:%d %B %Y}" if late_of else name


def _stored(line: Line) -> dict[str, object]:
    return {
        "nominal": line.nominal,
        "memo": line.memo,
        "amount": line.amount,
        "receipts": line.receipts,
    }


def _hold(day: Day, now: datetime) -> None:
    """The day's journal cannot be built: say why, once."""
    error, store, on = day.problem, day.store, day.on
    assert day.link is not None
    account = error.account if isinstance(error, UnmappedAccountError) else ""
    count = DayJournal.objects.of_day(store.code, on).count()
    public.hold_journal(
        day.link,
        store=store,
        on=on,
        reference=f"{store.code}-{on:%Y%m%d}-{count + 1}",
        currency=public.ledger_currency(),
        subject=account or f"{store.name} {on:%d %b %Y}",
        sentence=f"{store.name}, {on:%d %B %Y}: {error}",
        table=error.table if isinstance(error, UnmappedAccountError) else "",
        total=sum((entry.net + entry.tax for entry in day.planned), ZERO),
        now=now,
    )


def day_receipts(link: Link, store: Store, on: date) -> list[DayReceipt]:
    """The day's receipts as signed values; returns are negative."""
    return read_day(store, on).planned


def cash_events(link: Link, store: Store, on: date) -> list[CashEvent]:
    """Cash differences and paid-outs of the day's till closes."""
    return close_facts.cash_events(read_day(store, on).book.closes)


def stored_lines(journal: DayJournal) -> list[Line]:
    return journal.as_lines()
