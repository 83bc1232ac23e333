"""How far a replayed record is, read from what is stored: nothing here is remembered elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Q

from integrations.models import Document, Hold, InboundEvent, ReplayItem, ReplayRun, Transfer
from integrations.services.outcomes import READ_BACK
from integrations.services.replay import LOST

Outcome = ReplayItem.Outcome
NOT_READ = (InboundEvent.State.RECEIVED, InboundEvent.State.SUPERSEDED)
GONE = (Document.State.SKIPPED, Document.State.DISMISSED)
FINISHED = (Transfer.State.POSTED, Transfer.State.DISMISSED, Transfer.State.SUPERSEDED)


class Stage(StrEnum):
    """What a record waits for until its outcome is known."""

    QUEUED = "queued"
    READING = "reading"  # the source is asked how it is now
    POSTING = "posting"
    READING_BACK = "reading back"


@dataclass(frozen=True, slots=True)
class Reason:
    """An open hold: why the record waits."""

    sentence: str
    at_target: bool = False  # it was sent, and refused or found otherwise
    same: bool = False  # what the run was to put right


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one started record is now."""

    state: str
    reason: str = ""
    is_read: bool = True  # the source has answered, and its answer was planned
    is_lost: bool = False  # the source does not know it any more
    holds: tuple[Reason, ...] = ()
    unposted: int = 0
    unverified: int = 0


def outcome_of(one: Standing) -> tuple[Outcome, str] | None:
    """What became of a record, and why; None while it is on its way."""
    if one.state in GONE:
        return Outcome.EXCLUDED, one.reason or "Nothing needs to be transferred any more."
    if not one.is_read:
        return None
    if one.is_lost:
        return Outcome.EXCLUDED, one.reason
    if one.state in (Document.State.HELD, Document.State.PARKED, Document.State.OPEN):
        return _waiting(one)
    if one.holds:
        return Outcome.REFUSED, one.holds[0].sentence
    return None if one.unposted or one.unverified else (Outcome.VERIFIED, "")


def _waiting(one: Standing) -> tuple[Outcome, str]:
    same = next((hold.sentence for hold in one.holds if hold.same), None)
    if same is not None:
        return Outcome.KEPT, same
    return Outcome.MOVED, one.holds[0].sentence if one.holds else one.reason


def stage_of(item: ReplayItem, one: Standing | None) -> Stage:
    """The headline of a record whose outcome is not known yet."""
    if item.started_at is None or one is None:
        return Stage.QUEUED
    if not one.is_read:
        return Stage.READING
    return Stage.POSTING if one.unposted else Stage.READING_BACK


def standings(run: ReplayRun, items: Iterable[ReplayItem]) -> dict[int, Standing]:
    """Where these records are, by document id. Four queries, however many there are."""
    ids = [item.document_id for item in items]
    documents = Document.objects.filter(pk__in=ids).select_related("event")
    found = list(documents.defer("record", "event__payload"))
    asked, holds, effects = _asked(found), _holds(run, ids), _effects(ids)
    return {each.pk: _standing(each, asked, holds[each.pk], effects) for each in found}


def _standing(
    document: Document,
    asked: set[tuple[int, str]],
    holds: Sequence[Reason],
    effects: dict[int, tuple[int, int]],
) -> Standing:
    event = document.event
    waiting = event is not None and (
        (event.connection_id, event.external_id) in asked or event.state in NOT_READ
    )
    unposted, unverified = effects.get(document.pk, (0, 0))
    lost = event is not None and event.reason == LOST and document.state == Document.State.HELD
    return Standing(
        state=document.state,
        reason=LOST if lost else document.reason,
        is_read=not waiting,
        is_lost=lost,
        holds=tuple(holds),
        unposted=unposted,
        unverified=unverified,
    )


def _asked(documents: Sequence[Document]) -> set[tuple[int, str]]:
    """Records whose source was asked by a replay and has not answered yet."""
    events = [document.event for document in documents if document.event is not None]
    hints = InboundEvent.objects.hints().filter(
        state=InboundEvent.State.RECEIVED,
        source=InboundEvent.Source.REPLAY,
        connection__in={event.connection_id for event in events},
        external_id__in=[event.external_id for event in events],
    )
    return set(hints.values_list("connection_id", "external_id"))


def _holds(run: ReplayRun, ids: Sequence[int]) -> dict[int, list[Reason]]:
    found: dict[int, list[Reason]] = defaultdict(list)
    values = {row["value"].casefold() for row in run.content}
    rows = Hold.objects.open().filter(document_id__in=ids).order_by("pk")
    for pk, table, subject, sentence, transfer in rows.values_list(
        "document_id", "table", "subject", "sentence", "transfer_id"
    ):
        same = table == run.table and subject.casefold() in values
        found[pk or 0].append(Reason(sentence, at_target=transfer is not None, same=same))
    return found


def _effects(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Per document: effects that are not at their target, and those not yet read back."""
    unposted = Count("pk", filter=~Q(state__in=FINISHED))
    posted = Q(state=Transfer.State.POSTED, operation__in=READ_BACK, verified_at__isnull=True)
    rows = (
        Transfer.objects.filter(document_id__in=ids)
        .values("document_id")
        .annotate(unposted=unposted, unverified=Count("pk", filter=posted))
        .order_by()
    )
    return {row["document_id"]: (row["unposted"], row["unverified"]) for row in rows}
