"""The one schedule that django-q2 keeps. Every other interval is a `Sweep` row of ours.

It only matters while no watchdog runs: the watchdog looks every second, this every minute.
"""

from datetime import datetime

from django.db import transaction
from django_q.models import Schedule

from integrations.services import schedule

FALLBACK = "plumbline-fallback-clock"
TASK = "integrations.tasks.tick"


def sync(now: datetime) -> None:
    """Make the stored schedules what the code says. Safe to repeat, and run by every start.

    Schedules that are not ours are removed: one malformed row blocks all the others.
    """
    schedule.sync_sweeps(now)
    with transaction.atomic():
        Schedule.objects.exclude(name=FALLBACK).delete()
        wanted = {"func": TASK, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
        row, made = Schedule.objects.update_or_create(name=FALLBACK, defaults=wanted)
        if made:
            Schedule.objects.filter(pk=row.pk).update(next_run=now)
