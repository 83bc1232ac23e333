"""Exceptions over the API: read, assign, resolve, replay."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from integrations import public as hub
from integrations.api.documents import Replayed, ReplayRequest
from integrations.api.kit import (
    ApiError,
    Given,
    Id,
    Listing,
    Money,
    Name,
    Operation,
    Paging,
    Reason,
    Scope,
    Text,
    caller,
    choice,
    dropped,
    listing,
    money,
    named,
    one,
)
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.permissions import Capability
from monitoring.pages.triage import people
from monitoring.public import CaseEvent, CaseOccurrence, ExceptionCase, TeamCode, TriageError
from monitoring.words import counted

LINES = 100  # of a story: the latest
Done = TypeVar("Done")


State = Annotated[ExceptionCase.State, choice(ExceptionCase.State)]
Severity = Annotated[ExceptionCase.Severity, choice(ExceptionCase.Severity)]


class CaseFilters(Paging):
    state: State | None = None
    open: bool | None = None
    type: Name | None = None
    severity: Severity | None = None
    team: TeamCode | None = None
    assignee: Name | None = None
    store: Name | None = None


class CaseRow(BaseModel):
    """One cause. `occurrences` counts the records that it holds up now."""

    id: int
    type: str
    subject: str
    title: str
    summary: str
    severity: Severity
    state: State
    team: str
    assignee: str | None
    link: str | None
    connection: str | None
    store: str
    value_at_risk: Money
    value_is_exact: bool
    occurrences: int
    reopened: int
    first_seen: datetime
    opened_at: datetime
    last_seen: datetime
    first_action_due: datetime
    resolve_due: datetime
    snoozed_until: datetime | None
    closed_at: datetime | None
    verified: bool


class StoryLine(BaseModel):
    """`actor` is empty where Plumbline itself acted."""

    at: datetime
    kind: Annotated[CaseEvent.Kind, choice(CaseEvent.Kind)]
    actor: str
    sentence: str


class CaseStory(CaseRow):
    """A case with its latest lines, newest first."""

    first_step: str
    story: list[StoryLine]


class RecordRow(BaseModel):
    """One record that a case holds up."""

    id: int
    document: int | None
    transfer: int | None
    hold: int | None
    sentence: str
    value: Money | None
    opened_at: datetime


class AssignRequest(Given):
    """`to` is a user name; null gives it to nobody."""

    to: Name | None
    reason: Text = ""


class ResolveRequest(Given):
    reason: Reason


def list_exceptions(request: HttpRequest, filters: Query[CaseFilters]) -> Listing[CaseRow]:
    """Exceptions in the order of their ids; `open` asks for those that are not closed."""
    if filters.type and filters.type not in public.TYPES:
        raise ApiError(400, f"There is no type “{filters.type}”.", field="type")
    rows = public.cases()
    if filters.open is not None:
        rows = rows.filter(closed_at__isnull=filters.open)
    wanted = {
        "state": filters.state,
        "type_key": filters.type,
        "severity": filters.severity,
        "team__code": filters.team,
        "assignee__username": filters.assignee,
    }
    if filters.store:
        wanted["store_code"] = named(hub.stores(), filters.store, by="code", field="store").code
    return listing(Listing[CaseRow], rows.filter(**dropped(wanted)), filters, case_row)


def read_exception(request: HttpRequest, exception_id: Id) -> CaseStory:
    """One exception with its story."""
    return case_story(one(public.cases(), exception_id, "exception"))


def list_exception_records(
    request: HttpRequest, exception_id: Id, filters: Query[Paging]
) -> Listing[RecordRow]:
    """What an exception holds up now."""
    case = one(public.cases(), exception_id, "exception")
    rows = CaseOccurrence.objects.filter(case=case, cleared_at__isnull=True)
    return listing(Listing[RecordRow], rows.select_related("hold"), filters, _record)


def assign_exception(request: HttpRequest, exception_id: Id, given: AssignRequest) -> CaseStory:
    """Give it to a person, or to nobody. The team stays the owner. Again changes nothing."""
    case = one(public.cases(), exception_id, "exception")
    to = _person(given.to) if given.to else None
    if case.is_open and case.assignee == to:
        return case_story(case)
    by, now = caller(request).user, now_of(request)
    return _after(
        case, lambda: public.assign(case_id=case.pk, to=to, by=by, reason=given.reason, now=now)
    )


def resolve_exception(request: HttpRequest, exception_id: Id, given: ResolveRequest) -> CaseStory:
    """Say that it is put right; the next check proves it or brings it back. Needs a reason.

    Again changes nothing: what is resolved stays as it was said first.
    """
    case = one(public.cases(), exception_id, "exception")
    if case.state == ExceptionCase.State.RESOLVED:
        return case_story(case)
    by, now = caller(request).user, now_of(request)
    return _after(
        case, lambda: public.resolve(case_id=case.pk, by=by, reason=given.reason, now=now)
    )


def replay_exception(request: HttpRequest, exception_id: Id, given: ReplayRequest) -> Replayed:
    """Read everything that it holds up anew at its source and send it, unless it changed there.

    Safe to repeat: nothing arrives twice.
    """
    case = one(public.cases(), exception_id, "exception")
    holds = [
        pk for pk in public.occurrences(case.pk).values_list("hold_id", flat=True) if pk is not None
    ]
    if not holds:
        raise ApiError(409, "It holds up no records, so there is nothing to send again.")
    by, now = caller(request).user, now_of(request)
    result = _or_409(lambda: hub.replay_holds(hold_ids=holds, by=by, reason=given.reason, now=now))
    text = f"Asked to send {counted(result.replayed, 'record')} again. {given.reason}".strip()
    public.comment(case_id=case.pk, text=text, by=by, now=now)
    return Replayed(replayed=result.replayed, settled=result.already_settled)


def _person(name: str) -> User:
    found: User | None = people().filter(username=name).first()
    if found is None:
        raise ApiError(400, f"Nobody who works here is called “{name}”.", field="to")
    return found


def _after(case: ExceptionCase, do: Callable[[], Any]) -> CaseStory:
    _or_409(do)
    return case_story(one(public.cases(), case.pk, "exception"))


def _or_409(do: Callable[[], Done]) -> Done:
    try:
        return do()
    except (TriageError, hub.CommandError) as error:
        raise ApiError(409, str(error)) from error


def case_story(row: ExceptionCase) -> CaseStory:
    kind = public.TYPES.get(row.type_key)
    lines = public.timeline(row.pk).order_by("-at", "-pk")[:LINES]
    return CaseStory(
        **_case(row),
        first_step=kind.first_step if kind else "",
        story=[
            StoryLine(
                at=line.at,
                kind=CaseEvent.Kind(line.kind),
                actor=line.actor_name,
                sentence=line.sentence,
            )
            for line in lines
        ],
    )


def case_row(row: ExceptionCase) -> CaseRow:
    return CaseRow(**_case(row))


def _case(row: ExceptionCase) -> dict[str, Any]:
    same = ("subject", "title", "summary", "severity", "state", "value_is_exact", "occurrences")
    times = ("first_seen", "opened_at", "last_seen", "first_action_due", "resolve_due")
    ends = ("reopened", "snoozed_until", "closed_at", "verified")
    return {
        "id": row.pk,
        "type": row.type_key,
        "team": row.team.code,
        "assignee": row.assignee.get_username() if row.assignee else None,
        "link": row.link.slug if row.link else None,
        "connection": row.connection.slug if row.connection else None,
        "store": row.store_code,
        "value_at_risk": money(row.value_at_risk, row.currency),
        **{name: getattr(row, name) for name in (*same, *times, *ends)},
    }


def _record(row: CaseOccurrence) -> RecordRow:
    return RecordRow(
        id=row.pk,
        document=row.document_id or (row.hold.document_id if row.hold else None),
        transfer=row.transfer_id or (row.hold.transfer_id if row.hold else None),
        hold=row.hold_id,
        sentence=row.hold.sentence if row.hold else "",
        value=money(row.value, row.currency) if row.currency else None,
        opened_at=row.opened_at,
    )


_ONE = "/exceptions/{exception_id}"
_SEE, _READ = Capability.VIEW_EXCEPTIONS, Scope.READ
OPERATIONS = (
    Operation("GET", "/exceptions", list_exceptions, Listing[CaseRow], _SEE, _READ),
    Operation("GET", _ONE, read_exception, CaseStory, _SEE, _READ),
    Operation("GET", f"{_ONE}/records", list_exception_records, Listing[RecordRow], _SEE, _READ),
    Operation(
        "POST", f"{_ONE}/assign", assign_exception, CaseStory, Capability.TRIAGE, Scope.TRIAGE
    ),
    Operation(
        "POST", f"{_ONE}/resolve", resolve_exception, CaseStory, Capability.TRIAGE, Scope.TRIAGE
    ),
    Operation(
        "POST", f"{_ONE}/replay", replay_exception, Replayed, Capability.REPLAY, Scope.REPLAY
    ),
)
