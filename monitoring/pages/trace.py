"""One receipt and everything that became of it, across all systems."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString

from integrations.public import CallLog, Document, Transfer, TransferAttempt
from monitoring.kit import charts
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability, can
from monitoring.pages.states import State, document_state, operation_words, transfer_state

OURS = "Plumbline"
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
    """One line of the story: what happened when, and the request behind it if there was one."""

    at: datetime
    where: str
    words: str
    tone: str = "agrees"
    sentence: str = ""
    call: CallLog | None = None
    label: str = ""


def trace(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole story of one receipt: a fixed number of queries, however long it is."""
    document = get_object_or_404(
        Document.objects.select_related("store", "connection", "event", "original"), pk=pk
    )
    transfers = list(document.transfers.select_related("connection", "waits_for").order_by("step"))
    attempts = TransferAttempt.objects.filter(transfer__in=transfers).select_related("call")
    steps = story(document, transfers, list(attempts.order_by("at", "id")))
    for transfer in transfers:
        transfer.shown = transfer_state(transfer)  # type: ignore[attr-defined]
        transfer.words = operation_words(transfer.operation)  # type: ignore[attr-defined]
    context = {
        "page": PAGE,
        "document": document,
        "state": document_state(document),
        "zone": document.store.timezone if document.store else "UTC",
        "holds": document.holds.filter(closed_at__isnull=True).order_by("opened_at"),
        "steps": steps,
        "drawing": drawn(steps),
        "transfers": transfers,
        "lines": document.lines.order_by("line_id"),
        "tenders": document.tenders.order_by("index"),
        "links": document.links.select_related("connection").order_by("kind"),
        "returns": document.returns.order_by("placed_at"),
        "shows_messages": can(request.user, Capability.VIEW_MESSAGES),
    }
    partial = "monitoring/partials/_trace.html"
    return render(request, "monitoring/trace.html", context, partial=partial)


def story(
    document: Document, transfers: list[Transfer], attempts: list[TransferAttempt]
) -> list[Step]:
    """Return what happened, in order of time."""
    till = document.connection.label
    steps = [Step(document.placed_at, till, "Rung up at the till", label="Till")]
    steps.append(Step(document.received_at, OURS, "Received and kept", label="Received"))
    if document.planned_at:
        steps.append(Step(document.planned_at, OURS, "Checked and prepared", label="Prepared"))
    by_pk = {transfer.pk: transfer for transfer in transfers}
    steps += [_attempt(attempt, by_pk[attempt.transfer_id]) for attempt in attempts]
    steps += [_checked(transfer) for transfer in transfers if transfer.verified_at]
    return sorted(steps, key=lambda step: step.at)


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


def drawn(steps: Iterable[Step]) -> SafeString:
    """Draw the story as lanes; read-backs are in the list only, to keep the drawing quiet."""
    kept = [step for step in steps if not step.words.endswith(EQUAL)]
    marks = [charts.Mark(step.where, step.at, step.label, step.tone) for step in kept]
    lanes = list(dict.fromkeys(mark.lane for mark in marks))
    hops = [
        charts.Hop(index - 1, index)
        for index in range(1, len(marks))
        if marks[index].lane != marks[index - 1].lane
    ]
    return charts.trace(marks, lanes=lanes, hops=hops, title="The way of this receipt")


PAGE = Page(
    path="orders/<int:pk>/",
    name="trace",
    title="Receipt",
    view=trace,
    capability=Capability.VIEW_ORDERS,
    section="Orders",
)
