"""Notices become messages: gathered by channel and person, at the pace that each may be told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from integrations import public
from monitoring import registry
from monitoring.alert_words import ORDER, Item, say
from monitoring.models import AlertChannel, ExceptionCase, Message, Notice, Team, Told
from monitoring.pace import digest_due, may_tell

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KEPT = timedelta(days=3)  # a notice that nobody could be told for so long has long been worked on
HOUR = timedelta(hours=1)
MOST = 2000  # notices in one message; what is beyond goes into the next


@dataclass(frozen=True, slots=True)
class Target:
    """One channel, or one person's own e-mail, with the hours in which it is told."""

    key: str  # "channel:3" or "person:7"
    name: str
    team: Team
    channel: AlertChannel | None = None
    person: "User | None" = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a target heard lately."""

    last: datetime | None
    recent: int


def compose(*, now: datetime) -> int:
    """Write the messages that may be sent now; returns how many. Safe to repeat.

    A message and the marks of what it tells are one transaction: nothing is told twice, and what
    could not be told yet is gathered for the next one.
    """
    return sum(_compose(target, notices, now=now) for target, notices in _waiting(now))


def _waiting(now: datetime) -> Iterable[tuple[Target, list[Notice]]]:
    for channel in AlertChannel.objects.filter(enabled=True).select_related("team"):
        target = Target(f"channel:{channel.pk}", str(channel.team), channel.team, channel=channel)
        yield target, list(_for_channel(channel, _unheard(target, now))[:MOST])
    for person in _people_to_tell(now):
        team = person.teams.first() or Team.objects.get(code="ADM")
        name = person.get_full_name() or person.get_username()
        target = Target(f"person:{person.pk}", name, team, person=person)
        yield target, list(_unheard(target, now).filter(person=person)[:MOST])


def _unheard(target: Target, now: datetime) -> QuerySet[Notice]:
    heard = Told.objects.filter(notice=OuterRef("pk"), to=target.key)
    rows = Notice.objects.filter(~Exists(heard), made_at__gte=now - KEPT)
    return rows.select_related("case__team", "case__assignee").order_by("pk")


def _for_channel(channel: AlertChannel, notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """What is meant for the team, and for members of it who have no e-mail of their own."""
    wanted = ORDER[: ORDER.index(channel.severity) + 1]
    new = Q(kind=Notice.Kind.NEW, case__severity__in=wanted)
    unreachable = Q(person__isnull=True) | Q(person__email="")
    late_or_named = ~Q(kind=Notice.Kind.NEW) & unreachable
    return notices.filter(new | late_or_named, team=channel.team, made_at__gte=channel.made_at)


def _people_to_tell(now: datetime) -> "QuerySet[User]":
    waiting = Notice.objects.filter(person=OuterRef("pk"), made_at__gte=now - KEPT)
    users = get_user_model().objects.filter(is_active=True).exclude(email="")
    return users.filter(Exists(waiting)).order_by("pk")


def _compose(target: Target, notices: list[Notice], *, now: datetime) -> bool:
    if not notices:
        return False
    current = [notice for notice in notices if notice.case.is_open]
    over = [notice for notice in notices if not notice.case.is_open]
    urgent = [notice for notice in current if _is_urgent(notice)]
    history = _history(target, now)
    if _may(target, history, urgent=False, now=now):
        return _write(target, current, over, now=now)
    if urgent and _may(target, history, urgent=True, now=now):
        return _write(target, urgent, [], now=now)
    return False


def _is_urgent(notice: Notice) -> bool:
    """Harm now, a clock that never stops, or somebody who asks: these do not wait for the morning.

    A mention waits for nobody, because a person wrote it.
    """
    if notice.kind == Notice.Kind.MENTIONED:
        return True
    known = registry.TYPES.get(notice.case.type_key)
    never_stops = known is not None and known.sla_first.round_the_clock
    return never_stops or notice.case.severity == ExceptionCase.Severity.CRITICAL


def _history(target: Target, now: datetime) -> Heard:
    rows = Message.objects.filter(channel=target.channel, person=target.person)
    lately = Count("pk", filter=Q(made_at__gt=now - HOUR))
    found = rows.aggregate(last=Max("made_at"), recent=lately)
    return Heard(found["last"], found["recent"])


def _may(target: Target, history: Heard, *, urgent: bool, now: datetime) -> bool:
    channel, hours = target.channel, target.team.hours
    if channel is not None and channel.pace == AlertChannel.Pace.DIGEST:
        return not urgent and digest_due(now=now, hours=hours, last=history.last)
    return may_tell(now=now, hours=hours, urgent=urgent, last=history.last, recent=history.recent)


@transaction.atomic
def _write(
    target: Target, current: Sequence[Notice], over: Sequence[Notice], *, now: datetime
) -> bool:
    message = None
    if current:
        cleared = len({notice.case_id for notice in over})
        words = say(items(current), to=target.name, cleared=cleared)
        message = Message.objects.create(
            ref=public.new_token(),
            channel=target.channel,
            person=target.person,
            subject=words.subject,
            text=words.text,
            items=words.items,
            is_urgent=any(_is_urgent(notice) for notice in current),
            made_at=now,
            not_before=now,
        )
    marks = [Told(notice=notice, message=message, to=target.key) for notice in (*current, *over)]
    Told.objects.bulk_create(marks, batch_size=500)
    return message is not None


def items(notices: Sequence[Notice]) -> list[Item]:
    """Return one item per case: of several notices about it, the latest says why."""
    latest = {notice.case_id: notice for notice in notices}
    return [item(notice.case, why=notice.why) for notice in latest.values()]


def item(case: ExceptionCase, *, why: str) -> Item:
    known = registry.TYPES.get(case.type_key)
    person = case.assignee
    return Item(
        case=case.pk,
        type=case.type_key,
        type_title=known.title if known else case.type_key,
        title=case.title,
        why=why,
        team=case.team.name,
        assignee=(person.get_full_name() or person.get_username()) if person else "",
        severity=case.severity,
        value=case.value_at_risk,
        currency=case.currency,
        is_exact=case.value_is_exact,
        held=case.occurrences,
        due=min(filter(None, (case.deadline, case.next_due()))),
        zone=case.team.timezone,
        first_check=known.first_step if known else "Open it and read what was answered.",
        url=f"{settings.PLUMBLINE_PUBLIC_URL}{case.get_absolute_url()}"
        if settings.PLUMBLINE_PUBLIC_URL
        else "",
    )
