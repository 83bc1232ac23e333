"""What people do to a case. Each is one conditional update, one line and one audit entry."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from integrations import public
from monitoring import registry
from monitoring.models import CaseEvent, ExceptionCase, Notice, Team
from monitoring.services.notices import mentioned
from monitoring.services.timeline import append, line
from monitoring.words import counted

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MENTION = re.compile(r"(?<![\w@])@([\w.+-]*\w)")
MOST_NAMED = 20

State = ExceptionCase.State
Kind = CaseEvent.Kind


class TriageError(ValueError):
    """It cannot be done now; the sentence says why, and nothing was changed."""


def acknowledge(*, case_id: int, by: "User", now: datetime | None = None) -> None:
    """Say that somebody has it in hand: stops the first clock. Twice is harmless."""
    now = now or public.system_now()
    _change(
        case_id,
        ExceptionCase.objects.queue(),
        {"state": State.ACKNOWLEDGED, "acknowledged_at": Coalesce(F("acknowledged_at"), now)},
        kind=Kind.ACKNOWLEDGED,
        sentence=f"{_name(by)} has seen it.",
        by=by,
        now=now,
        instead="It is closed or snoozed by now.",
    )


def claim(*, case_id: int, by: "User", now: datetime | None = None) -> None:
    """Assign it to oneself and acknowledge it. The team stays the owner."""
    now = now or public.system_now()
    free = ExceptionCase.objects.unresolved().filter(
        Q(assignee__isnull=True) | Q(assignee_id=by.pk)
    )
    _change(
        case_id,
        free,
        {
            "assignee_id": by.pk,
            "state": State.ACKNOWLEDGED,
            "snoozed_until": None,
            "acknowledged_at": Coalesce(F("acknowledged_at"), now),
        },
        kind=Kind.CLAIMED,
        sentence=f"{_name(by)} took it.",
        by=by,
        now=now,
        instead="Somebody else has it, or it is closed. Assign it to yourself to take it over.",
    )


def assign(
    *, case_id: int, to: "User | None", by: "User", reason: str = "", now: datetime | None = None
) -> None:
    """Give it to a person of any team, or to nobody. The team stays the owner."""
    now = now or public.system_now()
    whom = _name(to) if to else "nobody"
    _change(
        case_id,
        ExceptionCase.objects.unresolved(),
        {"assignee_id": to.pk if to else None},
        kind=Kind.ASSIGNED,
        sentence=_because(f"{_name(by)} gave it to {whom}.", reason),
        by=by,
        now=now,
        reason=reason,
        instead="It is closed by now.",
    )


def move(*, case_id: int, team: str, by: "User", reason: str, now: datetime | None = None) -> None:
    """Give it to another team for good: routing rules no longer move it. Needs a reason."""
    now = now or public.system_now()
    target = Team.objects.filter(code=team).first()
    if target is None:
        raise TriageError("There is no such team.")
    _change(
        case_id,
        ExceptionCase.objects.unresolved(),
        {"team_id": target.pk, "team_chosen": True, "assignee_id": None},
        kind=Kind.ROUTED,
        sentence=_because(f"{_name(by)} moved it to {target.name}.", _needed(reason)),
        by=by,
        now=now,
        reason=reason,
        instead="It is closed by now.",
    )


def snooze(
    *, case_id: int, until: datetime, by: "User", reason: str = "", now: datetime | None = None
) -> None:
    """Take it off the list until `until`, at most as long as its type allows."""
    now = now or public.system_now()
    known = registry.TYPES.get(_get(case_id).type_key)
    if until <= now:
        raise TriageError("Choose a time that is still to come.")
    if known is not None and until > now + known.snooze_limit:
        hours = int(known.snooze_limit.total_seconds()) // 3600
        raise TriageError(f"This kind of exception sleeps for {hours} hours at most.")
    _change(
        case_id,
        ExceptionCase.objects.unresolved(),
        {"state": State.SNOOZED, "snoozed_until": until},
        kind=Kind.SNOOZED,
        sentence=_because(f"{_name(by)} put it to sleep.", reason),
        by=by,
        now=now,
        reason=reason,
        instead="It is closed by now.",
        until=until.isoformat(),
    )


def wake(*, case_id: int, by: "User", now: datetime | None = None) -> None:
    """Put a snoozed case back on the list."""
    now = now or public.system_now()
    _change(
        case_id,
        ExceptionCase.objects.snoozed(),
        {"state": State.ACKNOWLEDGED, "snoozed_until": None},
        kind=Kind.WOKE,
        sentence=f"{_name(by)} woke it up.",
        by=by,
        now=now,
        instead="It is not asleep.",
    )


def comment(*, case_id: int, text: str, by: "User", now: datetime | None = None) -> None:
    """Add a line to the story, and tell whom it names; allowed on closed cases too."""
    now = now or public.system_now()
    case = _get(case_id)
    if not text.strip():
        raise TriageError("Write something.")
    with transaction.atomic():
        event = line(case, Kind.COMMENTED, text.strip(), at=now, by=by)
        event.case = case
        event.save()
        Notice.objects.bulk_create(mentioned(event, _named_in(text)))


def _named_in(text: str) -> "QuerySet[User]":
    """Return who is written to with an @ before their user name."""
    names = set(MENTION.findall(text)[:MOST_NAMED])
    return get_user_model().objects.filter(username__in=names, is_active=True)


def resolve(*, case_id: int, by: "User", reason: str, now: datetime | None = None) -> None:
    """Say that it is put right. The next refresh verifies it, or brings it back as not fixed."""
    now = now or public.system_now()
    _change(
        case_id,
        ExceptionCase.objects.unresolved(),
        {"state": State.RESOLVED, "closed_at": now, "snoozed_until": None},
        kind=Kind.RESOLVED,
        sentence=_because(f"{_name(by)} says it is put right.", _needed(reason)),
        by=by,
        now=now,
        reason=reason,
        instead="It is closed already.",
    )


def dismiss(*, case_id: int, by: "User", reason: str, now: datetime | None = None) -> int:
    """Accept it as it is, with a reason. Returns how many held records were dismissed with it.

    Held records are not transferred any more: each is dismissed with the reason, or none is.
    Something new of the same cause opens the case again.
    """
    now = now or public.system_now()
    _needed(reason)
    case = _get(case_id)
    with transaction.atomic():
        holds = _open_holds(case)
        for pk in holds:
            # dismissing a record settles all its holds at once: look before each
            if public.holds().filter(pk=pk, closed_at__isnull=True).exists():
                public.dismiss_hold(hold_id=pk, by=by, reason=reason, now=now)
        records = f" with {counted(len(holds), 'held record')}" if holds else ""
        _change(
            case_id,
            ExceptionCase.objects.unresolved(),
            {"state": State.DISMISSED, "closed_at": now, "snoozed_until": None},
            kind=Kind.DISMISSED,
            sentence=_because(f"{_name(by)} dismissed it{records}.", reason),
            by=by,
            now=now,
            reason=reason,
            instead="It is closed already.",
        )
    return len(holds)


def _open_holds(case: ExceptionCase) -> list[int]:
    current = case.records.filter(cleared_at__isnull=True, hold__closed_at__isnull=True)
    ids = current.filter(hold__isnull=False).order_by("hold_id").values_list("hold_id", flat=True)
    return [pk for pk in ids if pk is not None]


def _change(
    case_id: int,
    allowed: "QuerySet[ExceptionCase]",
    fields: dict[str, Any],
    *,
    kind: CaseEvent.Kind,
    sentence: str,
    by: "User",
    now: datetime,
    instead: str,
    reason: str = "",
    **detail: Any,
) -> None:
    """Move the case if it is among `allowed`, and write down who did it; else TriageError."""
    before = _get(case_id)
    with transaction.atomic():
        if not allowed.filter(pk=case_id).update(**fields):
            raise TriageError(instead)
        after = _get(case_id)
        detail = {**detail, "before": _audited(before), "after": _audited(after)}
        append([line(after, kind, sentence, at=now, by=by, **detail)])
        public.record_audit(
            by=by,
            action=f"case.{kind.value}",
            subject=f"{before.type_key} {before.subject}",
            before=_audited(before),
            after=_audited(after),
            reason=reason,
            now=now,
        )


def _get(case_id: int) -> ExceptionCase:
    case = ExceptionCase.objects.select_related("team").filter(pk=case_id).first()
    if case is None:
        raise TriageError("There is no such exception.")
    return case


def _audited(case: ExceptionCase) -> dict[str, Any]:
    return {
        "case": case.pk,
        "state": case.state,
        "team": case.team.code,
        "assignee": case.assignee_id,
        "snoozed_until": case.snoozed_until.isoformat() if case.snoozed_until else None,
        "acknowledged_at": case.acknowledged_at.isoformat() if case.acknowledged_at else None,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "team_chosen": case.team_chosen,
    }


def _needed(reason: str) -> str:
    if not reason.strip():
        raise TriageError("Say why; the others will see it.")
    return reason


def _because(sentence: str, reason: str) -> str:
    return f"{sentence} {reason.strip()}".strip()


def _name(user: "User") -> str:
    return user.get_full_name() or user.get_username()
