"""What happened to one receipt, in order of time: what the systems did, and what people did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from integrations import public as hub
from integrations.public import CallLog, Document, Hold, Transfer, TransferAttempt
from monitoring.kit import charts
from monitoring.kit.charts.trace import latency
from monitoring.pages.audit import in_words
from monitoring.pages.states import State, operation_words
from monitoring.public import CaseEvent, CaseOccurrence

OURS = "Plumbline"
PEOPLE = "People"
MOST = 50  # lines of people, of versions and of replays each
EQUAL = "equal to what was meant"
ACTIONS = {
    "send": "Sent",
    "look-up": "Looked up",
    "read-back": "Read back",
    "replay": "Asked for again",
    "accept": "Accepted by a person",
    "adopt": "Settled by a person",
    "dismiss": "Dismissed",
}
OUTCOMES = {
    "Done": State("accepted", "agrees"),
    "Found": State("found there", "agrees"),
    "accepted": State("as it is", "agrees"),
    "Absent": State("not there", "waiting"),
    "asked": State("the source is read first", "waiting"),
    "Failed": State("not accepted", "soon"),
    "Unclear": State("cannot be told", "soon"),
    "Different": State("not what was meant", "wrong"),
}


@dataclass(frozen=True)
class Step:
    """One line of the story: what happened when, and the request behind it if there was one.

    `after` is how long after the line before it, in words. A step without a `label` is told and
    not drawn.
    """

    at: datetime
    where: str
    words: str
    tone: str = "agrees"
    sentence: str = ""
    call: CallLog | None = None
    label: str = ""
    after: str = ""


def story(document: Document, transfers: Sequence[Transfer], holds: Sequence[Hold]) -> list[Step]:
    """Return what happened, in order of time. Five queries, however long it is."""
    by_pk = {transfer.pk: transfer for transfer in transfers}
    attempts = TransferAttempt.objects.filter(transfer__in=by_pk).select_related("call")
    steps = [
        *_beginning(document),
        *_versions(document),
        *(step for hold in holds for step in _held(hold)),
        *(_attempt(each, by_pk[each.transfer_id]) for each in attempts.order_by("at", "id")),
        *(_checked(transfer) for transfer in transfers if transfer.verified_at),
        *_triage(document, holds),
        *_decisions(transfers),
        *_runs(document),
    ]
    return _spaced(sorted(steps, key=lambda step: step.at))


def _spaced(steps: Sequence[Step]) -> list[Step]:
    """Say of each step how long after the one before it came."""
    pairs = zip(steps[1:], steps, strict=False)
    return [*steps[:1], *(replace(step, after=latency(step.at - last.at)) for step, last in pairs)]


def _beginning(document: Document) -> Iterable[Step]:
    if document.kind in (Document.Kind.SALE, Document.Kind.RETURN):
        till = document.connection.label
        yield Step(document.placed_at, till, "Rung up at the till", label="Till")
    yield Step(document.received_at, OURS, "Received and kept", label="Received")
    if document.planned_at:
        yield Step(document.planned_at, OURS, "Checked and prepared", label="Prepared")


def _versions(document: Document) -> Iterable[Step]:
    """Later versions of the record, and the times when its source was asked for it again."""
    if document.event is None:
        return
    rows = hub.events().filter(
        connection=document.event.connection_id,
        topic=document.event.topic,
        external_id=document.event.external_id,
    )
    for row in rows.exclude(source="webhook", kind="hint").order_by("pk")[1:MOST]:
        if row.source == "replay":
            by = row.payload.get("replay", {}).get("by", "")
            who = f" by {by}" if by else ""
            yield Step(row.received_at, PEOPLE, f"Asked for again{who}", "waiting", label="Replay")
        elif row.kind == "fact":
            words = "A newer version arrived from the till"
            yield Step(row.received_at, OURS, words, "waiting", row.reason, label="Newer version")


def _held(hold: Hold) -> Iterable[Step]:
    yield Step(hold.opened_at, OURS, "Held for a person", "soon", hold.sentence, label="Held")
    if hold.closed_at:
        yield Step(hold.closed_at, OURS, "Let go", "agrees", hold.closed_reason, label="Let go")


def _attempt(attempt: TransferAttempt, transfer: Transfer) -> Step:
    outcome = OUTCOMES.get(attempt.outcome, State(attempt.outcome, "unknown"))
    name = operation_words(transfer.operation)
    action = ACTIONS.get(attempt.action, attempt.action.capitalize())
    found = f" as {transfer.external_ref}" if outcome.word == "accepted" else ""
    return Step(
        at=attempt.at,
        where=transfer.connection.label,
        words=f"{name}: {action.lower()}, {outcome.word}{found}",
        tone=outcome.tone,
        sentence=attempt.sentence,
        call=attempt.call,
        label=name if attempt.action == "send" else action,
    )


def _checked(transfer: Transfer) -> Step:
    assert transfer.verified_at is not None
    words = f"{operation_words(transfer.operation)}: read back, {EQUAL}"
    return Step(transfer.verified_at, transfer.connection.label, words)


def _triage(document: Document, holds: Sequence[Hold]) -> Iterable[Step]:
    """What people did with the exceptions that this record belongs, or belonged, to."""
    named = Q(document=document) | Q(hold__in=[hold.pk for hold in holds])
    cases = CaseOccurrence.objects.filter(named).values("case")
    rows = CaseEvent.objects.filter(case__in=cases).exclude(actor_name="").order_by("at", "id")
    for row in rows[:MOST]:
        words = f"{row.actor_name}: {row.get_kind_display().lower()}"
        yield Step(row.at, PEOPLE, words, "unknown", row.sentence)


def _decisions(transfers: Sequence[Transfer]) -> Iterable[Step]:
    """What people decided about its transfers: taken as sent, sent again."""
    keys = [transfer.key for transfer in transfers]
    for row in hub.audit_entries().filter(subject__in=keys).order_by("at", "id")[:MOST]:
        words = f"{row.actor_name}: {in_words(row.action).lower()}"
        yield Step(row.at, PEOPLE, words, "unknown", row.reason)


def _runs(document: Document) -> Iterable[Step]:
    """The replays that a saved mapping began, and what became of this record in them."""
    rows = hub.desk.items().filter(document=document).select_related("run").order_by("pk")
    for row in rows[:MOST]:
        if row.started_at:
            words = f"Released by {row.run.asked_name}, who saved the mapping"
            yield Step(row.started_at, PEOPLE, words, "waiting", label="Replay")
        if row.ended_at and row.cause:
            words = f"The replay ended: {row.get_outcome_display().lower()}"
            yield Step(row.ended_at, OURS, words, "unknown", row.cause)


def drawn(steps: Iterable[Step], *, is_waiting: bool, now: datetime) -> Any:
    """Draw the story as lanes. An order that is not finished ends with its wait until now."""
    kept = [step for step in steps if step.label]
    marks = [charts.Mark(step.where, step.at, step.label, step.tone) for step in kept]
    if is_waiting and marks:
        marks.append(charts.Mark(OURS, max(now, marks[-1].at), "Waits", "waiting"))
    lanes = list(dict.fromkeys(mark.lane for mark in marks))
    hops = [
        charts.Hop(index - 1, index, latency(marks[index].at - marks[index - 1].at))
        for index in range(1, len(marks))
        if marks[index].lane != marks[index - 1].lane
    ]
    return charts.trace(marks, lanes=lanes, hops=hops, title="The way of this receipt")
