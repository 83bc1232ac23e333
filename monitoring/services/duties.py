"""Ticks of the checklists, and who read which chapter of the manual: each with name and time."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from integrations import public
from monitoring.checklist import Check, checks_of
from monitoring.manual import CHAPTERS, digest_of
from monitoring.models import CheckTick, ManualReading, ManualRevision
from monitoring.services.setup import read_setup, read_systems

if TYPE_CHECKING:
    from django.contrib.auth.models import User

HISTORY = timedelta(days=14)


class DutyError(ValueError):
    """It was not done; the sentence says why."""


def day_of(check: Check, today: date) -> date:
    """Return the day under which a check is ticked: a weekly one under its Monday."""
    return today - timedelta(days=today.weekday()) if check.weekly else today


def tick(*, role: str, key: str, today: date, by: "User", now: datetime) -> None:
    """Say that it was looked at. Twice is harmless: who was first stays named."""
    check = _check(role, key)
    CheckTick.objects.get_or_create(
        role=role,
        check_key=check.key,
        on=day_of(check, today),
        defaults={"ticked_at": now, "ticked_by": by, "ticked_name": by.get_username()},
    )


@transaction.atomic
def untick(*, role: str, key: str, today: date, by: "User", now: datetime) -> None:
    """Take a tick of today back; it is recorded who had ticked and who took it back."""
    check = _check(role, key)
    found = CheckTick.objects.filter(role=role, check_key=key, on=day_of(check, today)).first()
    if found is None:
        return
    public.record_audit(
        by=by,
        action="checklist.untick",
        subject=f"{role} {check.text}",
        before={"ticked by": found.ticked_name, "on": found.on.isoformat()},
        now=now,
    )
    found.delete()


def ticks(role: str, *, since: date) -> dict[tuple[str, date], CheckTick]:
    """Return who ticked what since then, by check and day. One query."""
    rows = CheckTick.objects.filter(role=role, on__gte=since)
    return {(row.check_key, row.on): row for row in rows}


def _check(role: str, key: str) -> Check:
    checks = checks_of(role, read_systems())
    found = next((check for check in checks if check.key == key), None)
    if found is None:
        raise DutyError("This is no longer on the checklist. Look at it anew.")
    return found


def record_revisions(*, now: datetime) -> int:
    """Remember since when each chapter states what it states; returns how many changed."""
    setup, changed = read_setup(), 0
    for chapter in CHAPTERS:
        digest = digest_of(chapter.facts(setup))
        latest = ManualRevision.objects.filter(chapter=chapter.key).first()
        if latest is None or latest.digest != digest:
            ManualRevision.objects.create(chapter=chapter.key, digest=digest, since=now)
            changed += 1
    return changed


def mark_read(*, chapter: str, digest: str, by: "User", now: datetime) -> None:
    """Note that somebody understood a chapter, as it was on their screen. Raises DutyError."""
    known = next((each for each in CHAPTERS if each.key == chapter), None)
    if known is None:
        raise DutyError("There is no such chapter.")
    if digest != digest_of(known.facts(read_setup())):
        raise DutyError("It changed while you read. Read it again.")
    ManualReading.objects.update_or_create(
        chapter=chapter, reader=by, defaults={"digest": digest, "read_at": now}
    )


def latest_revisions() -> dict[str, ManualRevision]:
    """Return the newest revision of each chapter. One query."""
    found: dict[str, ManualRevision] = {}
    keys = [chapter.key for chapter in CHAPTERS]
    for row in ManualRevision.objects.filter(chapter__in=keys).order_by("since", "pk"):
        found[row.chapter] = row
    return found


def readings_of(user: "User") -> dict[str, ManualReading]:
    """Return what somebody read last, by chapter. One query."""
    return {row.chapter: row for row in ManualReading.objects.filter(reader=user)}
