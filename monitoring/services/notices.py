"""Who must hear what: read from the cases as they stand, so that a missed run repairs itself."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from monitoring import registry
from monitoring.escalation import Overdue, Rung, ladder, reached
from monitoring.kit.formats import age
from monitoring.models import CaseEvent, ExceptionCase, Notice
from monitoring.services.figures import figures_in_force
from monitoring.services.timeline import append, line

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LADDER = timedelta(days=7)  # no ladder is longer, weekends and holidays of the team included
CHUNK = 500

Kind = Notice.Kind


def notice_changes(*, now: datetime) -> int:
    """Note every open case that came, came back, or came to its team and was not noted yet.

    Repeating it changes nothing. Snoozed cases are left in peace.
    """
    noted = Notice.objects.filter(
        case=OuterRef("pk"), kind=Kind.NEW, made_at__gte=OuterRef("opened_at")
    )
    cases = (
        ExceptionCase.objects.queue()
        .filter(~Exists(noted.filter(team=OuterRef("team"))))
        .annotate(moved=Exists(noted))
        .select_related("team")
    )
    return _add(_new(case, moved=case.moved, now=now) for case in cases.iterator(CHUNK))


def _new(case: ExceptionCase, *, moved: bool, now: datetime) -> Notice:
    why = "It is new."
    if moved:
        why = f"It belongs to {case.team} now."
    elif case.reopened:
        why = "It is back: its cause is there again."
    key = f"new:{case.pk}:{case.reopened}:{case.team_id}"
    return Notice(key=key, kind=Kind.NEW, case=case, team=case.team, why=why, made_at=now)


def notice_overdue(*, now: datetime) -> int:
    """Note, rung by rung, whom a case concerns whose clock has run out. Each rung once."""
    figures = figures_in_force()
    late = _late(now)
    known = _known([case.pk for case in late])
    notices, story = [], []
    for case in late:
        overdue, rungs = _overdue(case), _rungs(case)
        for rung in reached(overdue, rungs, now=now, figures=figures):
            notice = _escalated(case, rung, now=now)
            if notice.key not in known:
                notices.append(notice)
                story.append(line(case, CaseEvent.Kind.ESCALATED, _told(notice, rung), at=now))
    with transaction.atomic():
        append(story)
        return _add(notices)


def _late(now: datetime) -> list[ExceptionCase]:
    first = Q(acknowledged_at__isnull=True, first_action_due__range=(now - LADDER, now))
    second = Q(acknowledged_at__isnull=False, resolve_due__range=(now - LADDER, now))
    cases = ExceptionCase.objects.queue().filter(first | second)
    return list(cases.select_related("team__lead", "team__backup", "assignee"))


def _known(ids: list[int]) -> set[str]:
    found = set[str]()
    for start in range(0, len(ids), CHUNK):
        batch = ids[start : start + CHUNK]
        rows = Notice.objects.filter(case__in=batch, kind=Kind.ESCALATED)
        found.update(rows.values_list("key", flat=True))
    return found


def _overdue(case: ExceptionCase) -> Overdue:
    known = registry.TYPES.get(case.type_key)
    wait = (known.sla_resolve if case.acknowledged_at else known.sla_first) if known else None
    return Overdue(
        due=case.next_due(),
        hours=case.team.hours,
        round_the_clock=bool(wait and wait.round_the_clock),
        severity=case.severity,
        value=case.value_at_risk,
        currency=case.currency,
    )


def _rungs(case: ExceptionCase) -> tuple[Rung, ...]:
    team = case.team
    return ladder(
        claimant=case.assignee_id is not None,
        lead=team.lead_id is not None,
        backup=team.backup_id is not None,
    )


def _escalated(case: ExceptionCase, rung: Rung, *, now: datetime) -> Notice:
    people = {
        Rung.CLAIMANT: case.assignee,
        Rung.LEAD: case.team.lead,
        Rung.BACKUP: case.team.backup,
    }
    wanted, clock = ("put right", "fix") if case.acknowledged_at else ("looked at", "first")
    late = age(now - case.next_due())
    return Notice(
        key=f"late:{case.pk}:{case.reopened}:{clock}:{rung}",
        kind=Kind.ESCALATED,
        case=case,
        team=case.team,
        person=people.get(rung),
        why=f"It should have been {wanted} {late} ago.",
        made_at=now,
    )


def _told(notice: Notice, rung: Rung) -> str:
    person = notice.person
    whom = (person.get_full_name() or person.get_username()) if person else str(notice.team)
    part = {Rung.LEAD: ", who leads the team,", Rung.BACKUP: ", who stands in,"}.get(rung, "")
    return f"Its time ran out, so {whom}{part} is told. {notice.why}"


def mentioned(event: CaseEvent, people: Iterable["User"]) -> list[Notice]:
    """Return a notice for each person that a comment names; not saved."""
    return [
        Notice(
            key=f"mention:{event.pk}:{person.pk}",
            kind=Kind.MENTIONED,
            case_id=event.case_id,
            team=event.case.team,
            person=person,
            why=f"{event.actor_name} wrote to you: {event.sentence}"[:300],
            made_at=event.at,
        )
        for person in people
    ]


def _add(notices: Iterable[Notice]) -> int:
    rows = list(notices)
    Notice.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    return len(rows)


def for_person(user: "User", *, since: datetime) -> Iterator[Notice]:
    """Yield what somebody was told personally and is still open, newest first."""
    rows = Notice.objects.filter(person=user, made_at__gte=since, case__closed_at__isnull=True)
    yield from rows.select_related("case").order_by(F("made_at").desc())[:20]
