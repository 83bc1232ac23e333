"""How long orders may stand still: measured from those that got through, or decided by a person."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from integrations import public
from integrations.public import Document, Link
from monitoring.models import StagePatience
from monitoring.pipeline import RETURN, SALE, Step, dwells, stages_of, usual

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

SAMPLE = 1000  # the latest orders; older ones say how it was, not how it is
LONGEST = 7 * 24 * 60  # minutes


class PatienceError(ValueError):
    """It was not changed; the sentence says why."""


def measure(*, now: datetime) -> None:
    """Note within what time 99 of 100 of the latest orders left each stage. Safe to repeat."""
    for link in public.links().filter(enabled=True):
        for kind in (SALE, RETURN):
            _measure(link, kind, now=now)


def _measure(link: Link, kind: str, *, now: datetime) -> None:
    """Three queries, however many orders there are."""
    stages = stages_of(link.template, kind)
    samples: dict[str, list[timedelta]] = {stage.key: [] for stage in stages}
    for received_at, steps in _finished(link, kind):
        for stage, dwell in dwells(received_at, steps, stages).items():
            samples[stage].append(dwell)
    for stage, found in samples.items():
        span = usual(found)
        if span is not None:
            StagePatience.objects.update_or_create(
                link=link,
                kind=kind,
                stage=stage,
                defaults={
                    "usual_seconds": -(-span // timedelta(seconds=1)),
                    "sample": len(found),
                    "measured_at": now,
                },
            )


def _finished(link: Link, kind: str) -> list[tuple[datetime, list[Step]]]:
    """The latest orders that are complete, each with what was written for it."""
    latest = public.documents().filter(link=link, kind=kind, state=Document.State.POSTED)
    received = dict(latest.order_by("-placed_at").values_list("pk", "received_at")[:SAMPLE])
    steps: dict[int, list[Step]] = {pk: [] for pk in received}
    done = public.transfers().filter(document__in=list(received), posted_at__isnull=False)
    fields = ("document_id", "operation", "posted_at", "verified_at")
    for pk, operation, posted_at, verified_at in done.values_list(*fields):
        if pk is not None and posted_at is not None:
            steps[pk].append(Step(operation, posted_at, verified_at))
    return [(received_at, steps[pk]) for pk, received_at in received.items()]


def decide(
    *,
    link_id: int,
    kind: str,
    stage: str,
    minutes: int | None,
    by: "AbstractBaseUser",
    reason: str,
    now: datetime,
) -> None:
    """Set how long an order of this link may stand in a stage; None goes back to what is usual.

    Raises PatienceError for a stage that the link does not have, or a time out of bounds.
    """
    link = public.links().filter(pk=link_id).first()
    if link is None or stage not in {each.key for each in stages_of(link.template, kind)}:
        raise PatienceError("This link has no such stage.")
    if minutes is not None and not 1 <= minutes <= LONGEST:
        raise PatienceError(f"Give whole minutes from 1 to {LONGEST:,}, or nothing.")
    with transaction.atomic():
        row, _ = StagePatience.objects.get_or_create(link=link, kind=kind, stage=stage)
        StagePatience.objects.filter(pk=row.pk).update(minutes=minutes)
        public.record_audit(
            by=by,
            action="patience.change",
            subject=f"{link.slug} {kind} {stage}",
            before={"minutes": row.minutes},
            after={"minutes": minutes},
            reason=reason,
            now=now,
        )
