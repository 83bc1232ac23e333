"""Taking back what one has just done to cases: only as long as nobody did anything since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from integrations import public
from monitoring.models import CaseEvent, ExceptionCase, Team
from monitoring.services.timeline import append, line
from monitoring.services.triage import TriageError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Kind = CaseEvent.Kind
WINDOW = timedelta(minutes=10)
MOST = 200  # of one bulk action
# A dismissal is missing: it settles records for good, and says so before.
WORDS = {
    Kind.CLAIMED: "claimed",
    Kind.ASSIGNED: "assigned",
    Kind.SNOOZED: "snoozed",
    Kind.WOKE: "woke",
    Kind.ROUTED: "moved",
    Kind.RESOLVED: "put right",
}
TIMES = ("snoozed_until", "acknowledged_at", "closed_at")
SAME = ("state", "assignee_id", "team_id", *TIMES)  # what must still be as the action left it


@dataclass(frozen=True, slots=True)
class Batch:
    """What one person did in one click: the lines of all its cases."""

    kind: CaseEvent.Kind
    at: datetime
    events: Sequence[CaseEvent]

    @property
    def words(self) -> str:
        return WORDS[self.kind]


def last_batch(user: "User", *, now: datetime) -> Batch | None:
    """Return what `user` did last, if it was a moment ago and can be taken back. One query."""
    lines = CaseEvent.objects.filter(actor=user, at__gt=now - WINDOW).order_by("-id")
    found = list(lines.select_related("case")[:MOST])
    if not found or found[0].kind not in WORDS or "before" not in found[0].detail:
        return None
    newest = found[0]
    events = [each for each in found if (each.kind, each.at) == (newest.kind, newest.at)]
    return Batch(Kind(newest.kind), newest.at, events)


def undo(*, by: "User", at: datetime, now: datetime) -> int:
    """Take back what `by` did at `at`; returns for how many cases it could be.

    Each case is restored only when it still is as that click left it. Raises TriageError when
    something else was done last, or it is too long ago.
    """
    batch = last_batch(by, now=now)
    if batch is None or batch.at != at:
        raise TriageError("That cannot be taken back any more.")
    teams = dict(Team.objects.values_list("code", "pk"))
    return sum(_restore(event, teams, by=by, now=now) for event in batch.events)


@transaction.atomic
def _restore(event: CaseEvent, teams: dict[str, int], *, by: "User", now: datetime) -> bool:
    before = _columns(event.detail["before"], teams)
    after = _columns(event.detail["after"], teams)
    untouched = ExceptionCase.objects.filter(
        pk=event.case_id, cause_gone_at__isnull=True, **{name: after[name] for name in SAME}
    )
    if not untouched.update(**before):
        return False
    text = f"{by.get_full_name() or by.get_username()} took that back."
    append([line(event.case, Kind.UNDONE, text, at=now, by=by)])
    public.record_audit(
        by=by,
        action="case.undone",
        subject=f"{event.case.type_key} {event.case.subject}",
        before=event.detail["after"],
        after=event.detail["before"],
        now=now,
    )
    return True


def _columns(kept: dict[str, Any], teams: dict[str, int]) -> dict[str, Any]:
    """Return the state that a line kept, as columns of the case."""
    times = {name: parse_datetime(kept[name]) if kept[name] else None for name in TIMES}
    return {
        **times,
        "state": kept["state"],
        "assignee_id": kept["assignee"],
        "team_id": teams[kept["team"]],
        "team_chosen": kept["team_chosen"],
    }
