"""Before a mapping is saved: what it lets go, what stays, which days and accounts it touches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max

from integrations.models import (
    Document,
    Hold,
    InboundEvent,
    Link,
    MappingRow,
    StreamCursor,
)
from integrations.services import originals, replay
from integrations.services.audit import By
from integrations.services.coverage import documents_using
from integrations.services.policy import link_policy
from integrations.services.rehearsal import Moved, Proposal, Rehearsal, Rehearsed, rehearse
from integrations.services.replay_progress import GONE
from integrations.services.replay_runs import needs_approval, values_of, waiting_for
from integrations.services.schedule import kick

LOOKED_AT = 500  # receipts that are decided about; more are counted only
PAST = timedelta(days=7)  # receipts of so long are rehearsed
POSTED = timedelta(days=90)  # records sent so long ago are counted as unchanged
COUNTED = 10_000  # and no more than this
EXCLUDED = timedelta(days=14)  # how long ago a record may have dropped out to be shown
PLANNED = originals.PLANNED
RECHECK = "recheck"


@dataclass(frozen=True, slots=True)
class Day:
    """One store's trading day that would be touched. `store` None: its store is not set up."""

    store: int | None
    store_code: str
    on: date | None
    records: int
    value: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Asked:
    """When the source last told us about these records, and whether it is being asked now."""

    known_at: datetime | None  # the stream was read to its end
    checked_at: datetime | None  # each of these records was asked for by its number
    under_way: int


@dataclass(frozen=True, slots=True)
class Blast:
    """What saving (or removing) one row would do. Counts are of receipts, each once.

    `waiting` is everything that waits for the value; of the first `LOOKED_AT` the flows decided
    that they would go or why they stay. `excluded` dropped out by themselves since they waited.
    `posted` were sent in the last 90 days and do not change. `past` are receipts of the last days
    that were sent, as they are and as they would have been decided.
    """

    proposal: Proposal
    waiting: int
    value: dict[str, Decimal]
    go: tuple[Rehearsed, ...]
    stay: tuple[Rehearsed, ...]
    excluded: tuple[Document, ...]
    edited: int  # changed at the source while they waited; they go as they are now
    returned: int  # returns that wait for one of these sales, and follow it
    unread: int
    days: tuple[Day, ...]
    moved: tuple[Moved, ...]
    posted: int
    past: Rehearsal
    past_days: int
    needs_approval: bool
    limit: Decimal | None
    asked: Asked

    @property
    def beyond(self) -> int:
        """Records that wait beyond those that were looked at."""
        return self.waiting - len(self.go) - len(self.stay) - self.unread

    @property
    def past_changed(self) -> list[Rehearsed]:
        return [each for each in self.past.receipts if each.changes]

    @property
    def past_held(self) -> list[Rehearsed]:
        """Receipts that were sent and would have waited for a person instead."""
        return [each for each in self.past_changed if not each.goes]


def preview_change(proposal: Proposal, *, by: By, now: datetime) -> Blast:
    """What this change would do. Reads only, a fixed number of queries; no vendor is asked."""
    link, table = proposal.link, proposal.table
    documents = waiting_for(link, table, [_row(proposal)]) if proposal.target is not None else []
    seen = list(_with_records(documents[:LOOKED_AT]))
    waiting = rehearse(proposal, seen)
    used = documents_using(link, table.key, proposal.source_value).filter(
        state__in=PLANNED, placed_at__gte=now - POSTED
    )
    recent = used.filter(placed_at__gte=now - PAST)[:LOOKED_AT]
    value = values_of(documents)
    return Blast(
        proposal=proposal,
        waiting=len(documents),
        value=value,
        go=tuple(each for each in waiting.receipts if each.goes),
        stay=tuple(each for each in waiting.receipts if not each.goes),
        excluded=tuple(_excluded(proposal, now)),
        edited=_edited(link, documents[:LOOKED_AT]),
        returned=_returned(link, documents[:LOOKED_AT]),
        unread=waiting.unread,
        days=tuple(_days(documents)),
        moved=waiting.moved,
        posted=used[:COUNTED].count(),
        past=rehearse(proposal, recent),
        past_days=PAST.days,
        needs_approval=needs_approval(link, by=by, value=value),
        limit=link_policy(link).replay_limit,
        asked=_asked(link, documents[:LOOKED_AT]),
    )


def recheck(proposal: Proposal, *, now: datetime) -> int:
    """Ask the source for each waiting record by its number; workers do it. Returns how many.

    What it answers is stored like any fact: cancelled records drop out, edited ones are planned
    as they are, and those that are as they were keep waiting.
    """
    documents = waiting_for(proposal.link, proposal.table, [_row(proposal)])[:LOOKED_AT]
    asked = replay.ask_about(
        _with_records(documents), version=f"{RECHECK}-{now:%Y%m%d%H%M%S}", now=now
    )
    kick(f"intake:{proposal.link.channel.slug}", now=now)
    return asked


def _row(proposal: Proposal) -> MappingRow:
    return MappingRow(
        link=proposal.link,
        table=proposal.table.key,
        source_value=proposal.source_value,
        effective_from=proposal.effective_from,
    )


def _with_records(documents: Sequence[Document]) -> Iterable[Document]:
    """The same documents with what is too large to read for all of them; sales first."""
    ids = [document.pk for document in documents]
    found = Document.objects.filter(pk__in=ids).select_related("event__connection").in_bulk()
    return [found[pk] for pk in ids if pk in found]


def _excluded(proposal: Proposal, now: datetime) -> list[Document]:
    """Records that waited for this value and dropped out at their source meanwhile."""
    holds = Hold.objects.filter(
        link=proposal.link,
        table=proposal.table.key,
        closed_at__gte=now - EXCLUDED,
        document__state__in=GONE,
    )
    subjects = holds.values_list("subject", flat=True).distinct()
    ours = [each for each in subjects if proposal.explains(proposal.table.key, each)]
    ids = holds.filter(subject__in=ours).values("document_id")
    return list(Document.objects.filter(pk__in=ids).defer("record").order_by("-placed_at")[:50])


def _edited(link: Link, documents: Sequence[Document]) -> int:
    """How many came in a newer version while they waited."""
    events = [document.external_id for document in documents]
    versions = (
        InboundEvent.objects.facts()
        .filter(connection=link.channel, external_id__in=events, topic="orders")
        .values_list("external_id", "pk")
    )
    first: dict[str, int] = {}
    for external_id, pk in versions:
        first[external_id] = min(pk, first.get(external_id, pk))
    return sum(
        1
        for each in documents
        if each.event_id
        and first.get(each.external_id, 0) < each.event_id
        and each.external_id in first
    )


def _returned(link: Link, documents: Sequence[Document]) -> int:
    mine = {document.pk for document in documents}
    sales = [each.external_id for each in documents if each.kind == Document.Kind.SALE]
    waiting = originals.waiting_for(link.channel, sales, states=originals.REPLANNABLE)
    return sum(1 for each in waiting if each.pk not in mine)


def _days(documents: Iterable[Document]) -> list[Day]:
    found: dict[tuple[int | None, str, date | None], list[Document]] = {}
    for document in documents:
        key = (document.store_id, document.store_code, document.business_date)
        found.setdefault(key, []).append(document)
    days = [Day(*key, len(each), values_of(each)) for key, each in found.items()]
    return sorted(days, key=lambda day: (day.on or date.min, day.store_code))


def _asked(link: Link, documents: Sequence[Document]) -> Asked:
    cursor = StreamCursor.objects.filter(connection=link.channel, stream="orders").first()
    hints = InboundEvent.objects.hints().filter(
        connection=link.channel,
        external_id__in=[document.external_id for document in documents],
        version__startswith=RECHECK,
    )
    waiting = InboundEvent.State.RECEIVED
    answered = dict(
        hints.exclude(state=waiting).values_list("external_id").annotate(Max("received_at"))
    )
    complete = bool(documents) and all(each.external_id in answered for each in documents)
    return Asked(
        known_at=cursor.caught_up_at if cursor else None,
        checked_at=min(answered.values()) if complete else None,
        under_way=hints.filter(state=waiting).count(),
    )
