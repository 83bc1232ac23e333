"""Build the journals of finished store-days and hand them to the hub."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from integrations import public
from integrations.public import Document, Link, Store
from reconciliation.journals import (
    CASH,
    CashEvent,
    DayReceipt,
    DayTender,
    Line,
    UnbalancedError,
    UnmappedAccountError,
    delta,
    rest_of_day,
    whole_day,
)
from reconciliation.models import DayJournal

ZERO = Decimal(0)
PLANNED = (Document.State.POSTING, Document.State.POSTED)


def build_due_journals(now: datetime) -> int:
    """Build what finished days still need. Returns how many journals were queued."""
    built = 0
    for link in public.links().filter(enabled=True, template="sitoo-brightpearl"):
        for store, on in finished_days(link):
            built += build_journal(link, store, on, now=now)
    return built


def finished_days(link: Link) -> list[tuple[Store, date]]:
    """Store-days with all tills closed, nothing held, and receipts no journal covers yet."""
    z_days = set(
        public.documents()
        .filter(connection=link.channel, kind=Document.Kind.Z_REPORT)
        .exclude(store=None)
        .values_list("store_id", "business_date", "register_id")
    )
    rang = (
        public.documents()
        .receipts()
        .filter(connection=link.channel)
        .exclude(store=None)
        .exclude(state__in=(Document.State.SKIPPED, Document.State.DISMISSED))
        .values_list("store_id", "business_date", "register_id")
        .distinct()
    )
    days = {(store, on) for store, on, _ in z_days}
    waiting = {(store, on) for store, on, register in rang if (store, on, register) not in z_days}
    unsettled = set(
        public.documents()
        .receipts()
        .filter(connection=link.channel, state__in=(Document.State.HELD, Document.State.PARKED))
        .values_list("store_id", "business_date")
    )
    stores = {store.pk: store for store in public.stores()}
    ready = sorted(days - waiting - unsettled, key=lambda day: (str(day[1]), day[0]))
    return [(stores[store], on) for store, on in ready if on is not None]


def build_journal(link: Link, store: Store, on: date, *, now: datetime) -> int:
    """Queue what this day's journals do not say yet. 1 when a journal was queued."""
    facts = day_receipts(link, store, on)
    cash = cash_events(link, store, on)
    known = list(DayJournal.objects.filter(store_code=store.code, business_date=on))
    mode = public.link_policy(link).accounting_mode.value
    reference = f"{store.code}-{on:%Y%m%d}-{len(known) + 1}"
    try:
        lines = journal_lines(link, facts, cash, on=on, mode=mode)
    except (UnmappedAccountError, UnbalancedError) as error:
        _hold(link, store, on, reference, error, facts, now)
        return 0
    missing = delta(lines, [line for journal in known for line in stored_lines(journal)])
    if not missing:
        return 0
    _submit(link, store, on, reference, missing, facts, mode=mode, now=now)
    return 1


def journal_lines(
    link: Link, facts: list[DayReceipt], cash: list[CashEvent], *, on: date, mode: str
) -> list[Line]:
    """The whole day's lines under the link's accounting mode. Raises when it cannot be built."""
    accounts = _accounts(link, on)
    build = whole_day if mode == "daily_journal" else rest_of_day
    return build(facts, cash, accounts=accounts, cash_nominal=_cash_nominal(link, on))


def _accounts(link: Link, on: date) -> dict[str, str]:
    rows = public.mapping_rows().filter(link=link, table="journal-account")
    return {row.source_value: row.target["nominal"] for row in _in_force(rows, on)}


def _cash_nominal(link: Link, on: date) -> str:
    rows = public.mapping_rows().filter(link=link, table="payment-type", source_value=CASH)
    return next((row.target["nominal"] for row in reversed(_in_force(rows, on))), "")


def _in_force(rows: Iterable[public.MappingRow], on: date) -> list[public.MappingRow]:
    found = [row for row in rows if row.effective_from is None or row.effective_from <= on]
    return sorted(found, key=lambda row: row.effective_from or date.min)


def day_receipts(link: Link, store: Store, on: date) -> list[DayReceipt]:
    """The day's receipts as signed values; returns are negative."""
    documents = (
        public.documents()
        .receipts()
        .filter(connection=link.channel, store=store, business_date=on, state__in=PLANNED)
        .prefetch_related("lines", "tenders")
        .order_by("placed_at", "pk")
    )
    return [_receipt(document) for document in documents]


def _receipt(document: Document) -> DayReceipt:
    sign = Decimal(-1) if document.kind == Document.Kind.RETURN else Decimal(1)
    net: dict[Decimal, Decimal] = {}
    tax: dict[Decimal, Decimal] = {}
    gift_cards = ZERO
    sold_in_advance = _gift_card_lines(document)
    for line in document.lines.all():
        if line.line_id in sold_in_advance:
            gift_cards += sign * line.net
            continue
        rate = line.tax_rate.normalize()
        net[rate] = net.get(rate, ZERO) + sign * line.net
        tax[rate] = tax.get(rate, ZERO) + sign * line.tax
    _absorb_rounding(net, sign * document.net - gift_cards)
    _absorb_rounding(tax, sign * document.tax)
    return DayReceipt(
        number=document.number,
        net=sign * document.net,
        tax=sign * document.tax,
        rounding=sign * document.rounding,
        net_by_rate=net,
        tax_by_rate=tax,
        tenders=tuple(
            DayTender(document.number, t.nominal_code, t.name, sign * t.amount)
            for t in document.tenders.all()
        ),
        gift_cards=gift_cards,
    )


def _gift_card_lines(document: Document) -> set[str]:
    lines = document.record.get("lines", ())
    return {line["line_id"] for line in lines if line.get("is_gift_card")}


def _absorb_rounding(by_rate: dict[Decimal, Decimal], stated: Decimal) -> None:
    """The receipt's own total holds; a penny between it and its lines goes to the largest rate."""
    difference = stated - sum(by_rate.values(), ZERO)
    if difference and by_rate:
        largest = max(by_rate, key=lambda rate: abs(by_rate[rate]))
        by_rate[largest] += difference


def cash_events(link: Link, store: Store, on: date) -> list[CashEvent]:
    """Cash differences and paid-outs of the day's till closes."""
    closes = public.documents().filter(
        connection=link.channel, store=store, business_date=on, kind=Document.Kind.Z_REPORT
    )
    return [
        CashEvent(
            register=close.external_id,
            difference=Decimal(close.record["cash"]["difference"]),
            paid_out=-Decimal(close.record["cash"]["paid_out"]),
        )
        for close in closes.order_by("external_id")
    ]


def stored_lines(journal: DayJournal) -> list[Line]:
    return [
        Line(row["nominal"], row["memo"], Decimal(row["amount"]), list(row["receipts"]))
        for row in journal.lines
    ]


@transaction.atomic
def _submit(
    link: Link,
    store: Store,
    on: date,
    reference: str,
    lines: list[Line],
    facts: list[DayReceipt],
    *,
    mode: str,
    now: datetime,
) -> None:
    currency = public.ledger_currency()
    transfer = public.submit_journal(
        link,
        store=store,
        on=on,
        reference=reference,
        description=f"{store.name} {on:%d %B %Y}",
        currency=currency,
        lines=[
            public.JournalLine(
                nominal_code=line.nominal, debit=line.debit, credit=line.credit, memo=line.memo
            )
            for line in lines
        ],
        now=now,
    )
    DayJournal.objects.create(
        store_code=store.code,
        store_name=store.name,
        business_date=on,
        sequence=DayJournal.objects.filter(store_code=store.code, business_date=on).count() + 1,
        reference=reference,
        currency=currency,
        accounting_mode=mode,
        lines=[
            {
                "nominal": line.nominal,
                "memo": line.memo,
                "amount": line.amount,
                "receipts": line.receipts,
            }
            for line in lines
        ],
        total=sum((line.debit for line in lines), ZERO),
        receipts=len({number for line in lines for number in line.receipts}),
        transfer_id=transfer.pk,
        built_at=now,
    )


def _hold(
    link: Link,
    store: Store,
    on: date,
    reference: str,
    error: UnmappedAccountError | UnbalancedError,
    facts: list[DayReceipt],
    now: datetime,
) -> None:
    account = error.account if isinstance(error, UnmappedAccountError) else ""
    public.hold_journal(
        link,
        store=store,
        on=on,
        reference=reference,
        currency=public.ledger_currency(),
        subject=account or f"{store.name} {on:%d %b %Y}",
        sentence=f"{store.name}, {on:%d %B %Y}: {error}",
        table=error.table if isinstance(error, UnmappedAccountError) else "",
        total=sum((fact.net + fact.tax for fact in facts), ZERO),
        now=now,
    )
