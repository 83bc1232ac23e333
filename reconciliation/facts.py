"""Read everything that is known of one store's trading day. A constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from integrations import public
from integrations.public import Document, Link, Store, Transfer
from monitoring import public as monitoring
from reconciliation.accounts import cash_nominal, journal_lines
from reconciliation.close_facts import cash_events, close_fact
from reconciliation.journals import (
    DayReceipt,
    Line,
    UnbalancedError,
    UnmappedAccountError,
    delta,
    together,
)
from reconciliation.models import DayJournal
from reconciliation.receipt_facts import read_receipts
from reconciliation.takings import CloseFact, DayBook, ReceiptFact

LEFT_OUT = (Document.State.SKIPPED, Document.State.DISMISSED)
WITH_JOURNALS = ("sitoo-brightpearl",)  # the links whose ledger takes a store's day


@dataclass(frozen=True, slots=True)
class Day:
    """A store-day with what its journals are made from."""

    store: Store
    on: date
    link: Link | None
    book: DayBook
    lacks: tuple[Line, ...]  # what the day's journals do not say yet
    problem: UnmappedAccountError | UnbalancedError | None = None

    @property
    def planned(self) -> list[DayReceipt]:
        return [fact.entry for fact in self.book.receipts if fact.is_planned]


def read_day(store: Store, on: date, *, late_until: datetime | None = None) -> Day:
    """Read one store-day as it stands now.

    Journals that posted its late receipts on another day count as its own; with `late_until`,
    only those that were built by then.
    """
    documents = list(
        public.documents()
        .filter(store=store, business_date=on, kind__in=("sale", "return", "z-report"))
        .prefetch_related("lines", "tenders")
        .order_by("placed_at", "pk")
    )
    link = _link_of(documents)
    policy = public.link_policy(link) if link else None
    receipts = read_receipts([each for each in documents if each.kind != Document.Kind.Z_REPORT])
    closes = tuple(close_fact(each) for each in documents if each.kind == Document.Kind.Z_REPORT)
    kept = tuple(fact for state, fact in receipts if state not in LEFT_OUT)
    mode = policy.accounting_mode.value if policy else ""
    wanted, problem = _wanted(link, kept, closes, on=on, mode=mode)
    journals = _Journals.read(store, on, late_until)
    book = DayBook(
        store_code=store.code,
        store_name=store.name,
        business_date=on,
        timezone=store.timezone,
        cut_off=str(store.cut_off)[:5],
        currency=documents[0].currency if documents else "",
        accounting_mode=mode,
        journal_posting=policy.journal_posting.value if policy else "",
        receipts=kept,
        closes=closes,
        journal=journals.lines if journals else wanted or None,
        left_out=tuple(fact for state, fact in receipts if state in LEFT_OUT),
        cash_nominal=cash_nominal(link, on) if link else "",
        journal_is_draft=not journals and bool(wanted),
        journal_waits=_journal_waits(journals, wanted, problem),
        missing=_missing(documents),
    )
    return Day(store, on, link, book, journals.lacks(wanted or ()), problem)


def _link_of(documents: Sequence[Document]) -> Link | None:
    if not documents:
        return None
    links = public.links().filter(channel=documents[0].connection_id, enabled=True)
    return links.order_by("pk").first()


def _wanted(
    link: Link | None,
    receipts: Iterable[ReceiptFact],
    closes: Iterable[CloseFact],
    *,
    on: date,
    mode: str,
) -> tuple[tuple[Line, ...] | None, UnmappedAccountError | UnbalancedError | None]:
    """The whole day's journal, or why there can be none."""
    if link is None or link.template not in WITH_JOURNALS:
        return (), None
    entries = [fact.entry for fact in receipts if fact.is_planned]
    try:
        lines = journal_lines(link, entries, cash_events(closes), on=on, mode=mode)
    except (UnmappedAccountError, UnbalancedError) as error:
        return None, error
    return tuple(lines), None


@dataclass(frozen=True, slots=True)
class _Journals:
    """The journals of a day's own takings, and those of them that were taken back."""

    built: tuple[DayJournal, ...]
    undone: tuple[DayJournal, ...]

    @classmethod
    def read(cls, store: Store, on: date, late_until: datetime | None) -> "_Journals":
        rows = list(DayJournal.objects.of_takings(store.code, on, late_until=late_until))
        taken_back = {each.reverses_id for each in rows}
        own = [each for each in rows if each.reverses_id is None]
        return cls(
            tuple(each for each in own if each.pk not in taken_back),
            tuple(each for each in own if each.pk in taken_back),
        )

    def __bool__(self) -> bool:
        return bool(self.built or self.undone)

    @property
    def lines(self) -> tuple[Line, ...]:
        return _sum(self.built)

    def lacks(self, wanted: Sequence[Line]) -> tuple[Line, ...]:
        """What must still be posted; nothing when just that was posted and taken back before."""
        if self.undone and not delta(wanted, _sum((*self.built, *self.undone))):
            return ()
        return tuple(delta(wanted, self.lines))


def _sum(journals: Iterable[DayJournal]) -> tuple[Line, ...]:
    return tuple(together(line for journal in journals for line in journal.as_lines()))


def _journal_waits(
    journals: _Journals, wanted: Sequence[Line] | None, problem: Exception | None
) -> str:
    """Why the ledger does not have the day's journal; empty when it has, or needs none."""
    if wanted is None:
        return str(problem)
    if journals.lacks(wanted):
        return "Its journal is not built yet."
    if delta(wanted, journals.lines):
        return f"Its journal was reversed: {journals.undone[-1].reversed_by.reason}"
    sent = public.transfers().in_bulk([e.transfer_id for e in journals.built if e.transfer_id])
    for transfer in sent.values():
        if transfer.state == Transfer.State.HELD:
            return f"The ledger refused its journal: {transfer.error_sentence}"
        if transfer.state != Transfer.State.POSTED or transfer.verified_at is None:
            return "Its journal is on its way to the ledger."
    return ""


def _missing(documents: Sequence[Document]) -> dict[str, tuple[str, ...]]:
    """Receipt numbers that a till skipped inside the day and nobody has waived, by register."""
    receipts = [each for each in documents if each.kind != Document.Kind.Z_REPORT]
    gaps = monitoring.receipt_gaps(receipts)
    waived = monitoring.waived_receipts({each.store_code for each in receipts}) if gaps else set()
    found = {
        register: tuple(name for name in names if name not in waived)
        for register, names in gaps.items()
    }
    return {register: names for register, names in found.items() if names}
