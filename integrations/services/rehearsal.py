"""What a change of a mapping would do, decided by the real flows. Writes nothing, sends nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from pydantic import ValidationError

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.flows.bearings import Bearing, bearings
from integrations.flows.decisions import Blocked, Decision, Park, Post, Skip
from integrations.flows.receipts import Receipt
from integrations.mapping.lookups import Lookups, Need
from integrations.mapping.tables import MappingTable
from integrations.models import Document, Link
from integrations.services import originals as sales
from integrations.services.deciding import decide
from integrations.services.lookups import load_lookups
from integrations.services.policy import receipt_policy

WAITS = Park("It waits.", waits_for="")  # not posted anywhere, whatever the rows say by now
Originals = Mapping[str, sales.OriginalSale]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One row as somebody would save it; `target` None: it would be removed."""

    link: Link
    table: MappingTable
    source_value: str
    target: Mapping[str, str] | None
    effective_from: date | None = None

    @property
    def need(self) -> Need:
        return Need(self.table.key, self.source_value)

    def explains(self, table: str, subject: str) -> bool:
        """Whether a record that waits for this value would wait for it no longer."""
        key = self.table.source_key
        return table == self.table.key and key(subject) == key(self.source_value)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One receipt, as it is decided now and as it would be. What waits is decided as waiting."""

    document: Document
    receipt: Receipt
    before: Decision
    after: Decision

    @property
    def goes(self) -> bool:
        return isinstance(self.after, Post)

    @property
    def reason(self) -> str:
        """Why it would not go, in words; empty when it would."""
        match self.after:
            case Blocked(obstacles):
                return obstacles[0].sentence
            case Park(reason) | Skip(reason):
                return reason
        return ""

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Moved:
    """Money on one code of the target, as it is decided now and as it would be."""

    bearing: Bearing
    currency: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """After − before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Each receipt once; `unread` could not be decided about, because their record is too old."""

    receipts: tuple[Rehearsed, ...]
    unread: int = 0
    moved: tuple[Moved, ...] = field(default=())


def rehearse(proposal: Proposal, documents: Iterable[Document]) -> Rehearsal:
    """Decide about these receipts twice: by the rows as they are, and with the proposal."""
    read, unread = _revive(documents)
    lookups = _lookups(proposal, [receipt for _, receipt in read])
    after = lookups.changed(proposal.need, proposal.target, proposal.effective_from)
    policy = receipt_policy(proposal.link)
    originals = sales.load(proposal.link.channel, [receipt for _, receipt in read])
    released = _released(originals, proposal)

    def answer(receipt: Receipt, on: date, rows: Lookups, known: Originals) -> Decision:
        return decide(receipt, rows, on=on, policy=policy, originals=known)

    found = tuple(
        Rehearsed(
            document,
            receipt,
            WAITS
            if document.state in sales.REPLANNABLE
            else answer(receipt, _day(document), lookups, originals),
            answer(receipt, _day(document), after, released),
        )
        for document, receipt in read
    )
    return Rehearsal(found, unread, moved=tuple(_moved(found)))


def _revive(documents: Iterable[Document]) -> tuple[list[tuple[Document, Receipt]], int]:
    """The receipts as they were read; and how many of them are of an older shape."""
    read: list[tuple[Document, Receipt]] = []
    unread = 0
    for document in documents:
        kind = SalesCredit if document.kind == Document.Kind.RETURN else SalesOrder
        try:
            read.append((document, kind.model_validate(document.record)))
        except ValidationError:
            unread += 1
    return read, unread


def _lookups(proposal: Proposal, receipts: Sequence[Receipt]) -> Lookups:
    skus = {line.sku for receipt in receipts for line in receipt.lines}
    if proposal.target and proposal.table.key == "sku-alias":
        skus.add(proposal.target.get("sku", ""))
    return load_lookups(proposal.link, skus=skus)


def _day(document: Document) -> date:
    """Its trading day; a receipt without a store is never released by a row."""
    return document.business_date or document.placed_at.date()


def _released(originals: Originals, proposal: Proposal) -> Originals:
    """The sales behind the returns, those that the proposal lets go as if they had gone."""

    def mended(sale: sales.OriginalSale) -> sales.OriginalSale:
        left = tuple(o for o in sale.obstacles if not proposal.explains(o.table, o.subject))
        return replace(sale, obstacles=left, is_going=bool(sale.obstacles) and not left)

    return {key: mended(sale) for key, sale in originals.items()}


def _moved(receipts: Sequence[Rehearsed]) -> list[Moved]:
    """Money by code before and after, only where they differ, the largest first."""
    before = _sums((one.receipt, one.before) for one in receipts)
    after = _sums((one.receipt, one.after) for one in receipts)
    zero = Decimal(0)
    moved = [
        Moved(*key, before=before.get(key, zero), after=after.get(key, zero))
        for key in before.keys() | after.keys()
        if before.get(key, zero) != after.get(key, zero)
    ]
    return sorted(moved, key=lambda each: (-abs(each.difference), each.bearing))


def _sums(decided: Iterable[tuple[Receipt, Decision]]) -> dict[tuple[Bearing, str], Decimal]:
    sums: dict[tuple[Bearing, str], Decimal] = {}
    for receipt, decision in decided:
        for bearing, amount in (
            bearings(receipt, decision) if isinstance(decision, Post) else {}
        ).items():
            key = (bearing, receipt.currency)
            sums[key] = sums.get(key, Decimal(0)) + amount
    return sums
