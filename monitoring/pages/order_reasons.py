"""Why an order stands where it stands: in business words, with who has it and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from integrations import public as hub
from integrations.public import Document, Hold, Transfer
from monitoring.kit.formats import relative
from monitoring.orders import Limits, is_stuck, standing
from monitoring.pages.states import operation_words
from monitoring.pipeline import KEYS, OPEN, Stage, stage_named
from monitoring.public import TYPES, CaseOccurrence, ExceptionCase

PROVED = Q(state="posted", verify_after__isnull=True)  # read back, or proved by what follows it
BY_ITSELF = "Nothing: it goes on by itself."


@dataclass(frozen=True)
class Reason:
    """What a list or a trace says of one order that is not finished."""

    stage: Stage
    since: datetime
    is_stuck: bool
    why: str
    owner: str
    next: str
    case: ExceptionCase | None = None


def reasons(documents: Iterable[Document], limits: Limits, *, now: datetime) -> dict[int, Reason]:
    """Return the reason of each document that is not finished. Four queries, whatever they are."""
    ids = [document.pk for document in documents]
    pending = _pending(ids)
    holds = list(hub.holds().open().filter(document__in=ids).order_by("-opened_at"))
    held = {hold.document_id: hold for hold in holds}
    cases = _cases(ids, holds)
    rows = standing(hub.documents().filter(pk__in=ids)).select_related("link__owner")
    moving = ("open", "parked", "held", "posting")
    return {
        row.pk: _reason(row, held.get(row.pk), pending.get(row.pk), cases.get(row.pk), limits, now)
        for row in rows
        if row.state in moving or row.pk in pending
    }


def _pending(ids: list[int]) -> dict[int, Transfer]:
    """The first effect of each document that is not at its target, or not proved to be."""
    mine = hub.transfers().filter(document__in=ids).defer("payload", "error_detail")
    rows = mine.exclude(state__in=("dismissed", "superseded")).exclude(PROVED)
    found: dict[int, Transfer] = {}
    for row in rows.select_related("connection", "waits_for__document").order_by("step", "pk"):
        if row.document_id is not None:
            first = found.setdefault(row.document_id, row)
            if first.state == "posted" and row.state != "posted":
                found[row.document_id] = row  # what is unsent says more than what is unproved
    return found


def _cases(ids: list[int], holds: list[Hold]) -> dict[int, ExceptionCase]:
    """The open exception that each document belongs to; the worst when there are several."""
    named = Q(document__in=ids) | Q(hold__in=[hold.pk for hold in holds])
    rows = (
        CaseOccurrence.objects.filter(named, cleared_at__isnull=True, case__closed_at__isnull=True)
        .select_related("case__team", "case__assignee", "hold")
        .order_by("case__rank")
    )
    found: dict[int, ExceptionCase] = {}
    for row in rows:
        pk = row.document_id or (row.hold.document_id if row.hold else None)
        if pk is not None:
            found[pk] = row.case
    return found


def _reason(
    row: Any,
    hold: Hold | None,
    pending: Transfer | None,
    case: ExceptionCase | None,
    limits: Limits,
    now: datetime,
) -> Reason:
    key = KEYS[row.place]
    template = row.link.template if row.link else ""
    return Reason(
        stage=stage_named(key, template=template, kind=row.kind),
        since=row.since,
        is_stuck=is_stuck(limits, (row.link_id, row.kind, key), row.since, now=now),
        why=hold.sentence if hold else _why(row, pending, now),
        owner=_owner(key, case),
        next=TYPES[case.type_key].first_step if case and case.type_key in TYPES else _next(key),
        case=case,
    )


def _owner(stage: str, case: ExceptionCase | None) -> str:
    if case is None:
        return "The store" if stage == OPEN else "Plumbline"
    person = case.assignee
    name = (person.get_full_name() or person.get_username()) if person else "nobody yet"
    return f"{case.team.name}, {name}"


def _next(stage: str) -> str:
    return "The store completes or cancels it." if stage == OPEN else BY_ITSELF


def _why(row: Any, pending: Transfer | None, now: datetime) -> str:
    if row.state == "open":
        return "The till has not finished it."
    if pending is None:
        return row.reason or ("It waits for another record." if row.state == "parked" else "")
    return _of_target(pending) or WORDS[pending.state](pending, now)


def _of_target(pending: Transfer) -> str:
    """What keeps everything from this system, if something does."""
    target = pending.connection
    if target.state != "active":
        because = f": {target.state_reason}" if target.state_reason else ""
        return f"{target} is {target.get_state_display().lower()}{because}."
    if target.trouble == "throttled":
        return f"{target} is at its limit of requests; it takes more in a moment."
    return target.trouble_sentence if target.trouble else ""


def _ready(pending: Transfer, now: datetime) -> str:
    name = operation_words(pending.operation)
    if pending.waiting and pending.waits_for is not None:
        first = pending.waits_for
        of = f" of {first.document}" if first.document else ""
        return f"{name} waits for {operation_words(first.operation).lower()}{of}."
    if pending.waiting:
        return f"{name} waits for the step before it."
    if pending.not_before > now:
        again = relative(pending.not_before, now=now)
        return f"{pending.error_sentence or f'{name} was put off.'} It is tried again {again}."
    return f"{name} is next to go."


def _held(pending: Transfer, now: datetime) -> str:
    return pending.error_sentence or f"{operation_words(pending.operation)} needs a person."


def _unknown(pending: Transfer, now: datetime) -> str:
    name = operation_words(pending.operation)
    return f"{name}: nobody knows yet whether {pending.connection} took it; it is being asked."


def _sending(pending: Transfer, now: datetime) -> str:
    return f"{operation_words(pending.operation)} is being sent."


def _posted(pending: Transfer, now: datetime) -> str:
    return f"{operation_words(pending.operation)} is sent and has not been read back yet."


WORDS = {
    "ready": _ready,
    "held": _held,
    "unknown": _unknown,
    "sending": _sending,
    "posted": _posted,
}
