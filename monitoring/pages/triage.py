"""What people do with exceptions, one or many at once: POST only, each with its capability."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from integrations import public as hub
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, back_to, person
from monitoring.kit.permissions import Capability
from monitoring.public import ExceptionCase, TriageError
from monitoring.words import counted

MOST = 200  # of one bulk action: more is a rule or a dismissal of the cause
MORNING = time(8)


@dataclass(frozen=True)
class Snooze:
    """One answer to “until when?”; `hours` 0 means the next morning of the team."""

    key: str
    label: str
    hours: int = 0


def snoozes() -> tuple[Snooze, ...]:
    return (
        Snooze("1", "For an hour", 1),
        Snooze("4", "For four hours", 4),
        Snooze("morning", "Until tomorrow morning"),
    )


def people() -> Any:
    """Return who an exception can be given to."""
    users = get_user_model().objects.filter(is_active=True, groups__isnull=False)
    return users.distinct().order_by("first_name", "username")


def chosen(request: HttpRequest) -> list[ExceptionCase]:
    """Return the cases that were ticked; what is not a number is nobody's case."""
    ids = [int(pk) for pk in request.POST.getlist("pk")[:MOST] if pk.isascii() and pk.isdigit()]
    return list(public.cases().filter(pk__in=ids))


def back(request: HttpRequest) -> HttpResponse:
    """Go back where the form was; never to another site."""
    return back_to(request, reverse("exceptions"))


def each(
    request: HttpRequest,
    cases: Iterable[ExceptionCase],
    do: Callable[[ExceptionCase], Any],
    done: str,
) -> HttpResponse:
    """Do it to every case on its own; say how many it was done to, and why not to the others."""
    worked, problems = 0, dict[str, int]()
    for case in cases:
        try:
            do(case)
            worked += 1
        except (TriageError, hub.CommandError) as error:
            problems[str(error)] = problems.get(str(error), 0) + 1
    if worked:
        messages.success(request, f"{counted(worked, 'exception')} {done}")
    for sentence, times in problems.items():
        messages.warning(request, f"{counted(times, 'exception')} not changed. {sentence}")
    if not worked and not problems:
        messages.warning(request, "Nothing was ticked, so nothing was changed.")
    return back(request)


def claim(request: HttpRequest) -> HttpResponse:
    now = now_of(request)
    done = "claimed. The team stays the owner."
    return each(
        request,
        chosen(request),
        lambda case: public.claim(case_id=case.pk, by=person(request), now=now),
        done,
    )


def assign(request: HttpRequest) -> HttpResponse:
    whom = people().filter(pk=request.POST.get("to") or 0).first()
    now = now_of(request)
    name = (whom.get_full_name() or whom.get_username()) if whom else "nobody"
    return each(
        request,
        chosen(request),
        lambda case: public.assign(case_id=case.pk, to=whom, by=person(request), now=now),
        f"given to {name}.",
    )


def snooze(request: HttpRequest) -> HttpResponse:
    wanted = next((s for s in snoozes() if s.key == request.POST.get("until")), snoozes()[0])
    now, reason = now_of(request), request.POST.get("reason", "")
    return each(
        request,
        chosen(request),
        lambda case: public.snooze(
            case_id=case.pk,
            until=until(wanted, case, now=now),
            by=person(request),
            reason=reason,
            now=now,
        ),
        "snoozed. It comes back by itself.",
    )


def until(snooze: Snooze, case: ExceptionCase, *, now: datetime) -> datetime:
    """Return the end of a snooze; the morning is the one of the owning team."""
    if snooze.hours:
        return now + timedelta(hours=snooze.hours)
    local = now.astimezone(ZoneInfo(case.team.timezone))
    tomorrow = local.date() + timedelta(days=1)
    return datetime.combine(tomorrow, MORNING, local.tzinfo)


def wake(request: HttpRequest) -> HttpResponse:
    now = now_of(request)
    return each(
        request,
        chosen(request),
        lambda case: public.wake(case_id=case.pk, by=person(request), now=now),
        "back on the list.",
    )


def replay(request: HttpRequest) -> HttpResponse:
    """Read what is held up anew at its source and send it, unless it changed there."""
    now, sent = now_of(request), [0]

    def do(case: ExceptionCase) -> None:
        ids = public.occurrences(case.pk).filter(hold__isnull=False)
        holds = [pk for pk in ids.values_list("hold_id", flat=True) if pk is not None]
        if not holds:
            raise TriageError("It holds up no records, so there is nothing to send again.")
        result = hub.replay_holds(hold_ids=holds, by=person(request), now=now)
        sent[0] += result.replayed
        text = f"Asked to send {counted(result.replayed)} again."
        public.comment(case_id=case.pk, text=text, by=person(request), now=now)

    response = each(request, chosen(request), do, "sent again: the source is asked first.")
    return response


def comment(request: HttpRequest) -> HttpResponse:
    now, text = now_of(request), request.POST.get("text", "")
    return each(
        request,
        chosen(request),
        lambda case: public.comment(case_id=case.pk, text=text, by=person(request), now=now),
        "has your comment.",
    )


def move(request: HttpRequest) -> HttpResponse:
    now, team = now_of(request), request.POST.get("team", "")
    reason = request.POST.get("reason", "")
    return each(
        request,
        chosen(request),
        lambda case: public.move(
            case_id=case.pk, team=team, by=person(request), reason=reason, now=now
        ),
        "moved to another team.",
    )


def resolve(request: HttpRequest) -> HttpResponse:
    now, reason = now_of(request), request.POST.get("reason", "")
    return each(
        request,
        chosen(request),
        lambda case: public.resolve(case_id=case.pk, by=person(request), reason=reason, now=now),
        "said to be put right. The next check proves it or brings it back.",
    )


def dismiss(request: HttpRequest) -> HttpResponse:
    now, reason = now_of(request), request.POST.get("reason", "")
    return each(
        request,
        chosen(request),
        lambda case: public.dismiss(case_id=case.pk, by=person(request), reason=reason, now=now),
        "dismissed, with what it held up.",
    )


def undo(request: HttpRequest) -> HttpResponse:
    """Take back what this person did last."""
    at = parse_datetime(request.POST.get("at", "")) or now_of(request)
    try:
        restored = public.undo(by=person(request), at=at, now=now_of(request))
    except TriageError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"Taken back for {counted(restored, 'exception')}.")
    return back(request)


ACTIONS = (
    *(
        Action(f"exceptions/{view.__name__}/", f"exceptions-{view.__name__}", view, capability)
        for view, capability in (
            (claim, Capability.TRIAGE),
            (assign, Capability.TRIAGE),
            (snooze, Capability.TRIAGE),
            (wake, Capability.TRIAGE),
            (comment, Capability.TRIAGE),
            (move, Capability.TRIAGE),
            (resolve, Capability.TRIAGE),
            (undo, Capability.TRIAGE),
            (replay, Capability.REPLAY),
            (dismiss, Capability.REPLAY),
        )
    ),
)
