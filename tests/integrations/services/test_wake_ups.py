"""A wake-up is queued once, and one that found the sweep busy makes room for the next."""

from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest

from integrations.models import Sweep
from integrations.services import schedule
from integrations.services.runtime import Runtime

LATER = timedelta(seconds=30)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names that somebody was woken up for."""
    names: list[str] = []
    monkeypatch.setattr(schedule, "wake", names.append)
    return names


@pytest.fixture
def sweep(db: None, now: datetime) -> Sweep:
    """The heartbeat, which nobody runs and nobody was woken up for."""
    return Sweep.objects.create(name="heartbeat", every_seconds=20, due_at=now + LATER)


def test_two_kicks_wake_somebody_up_once(
    sweep: Sweep, woken: list[str], now: datetime, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        schedule.kick("heartbeat", now=now)
        schedule.kick("heartbeat", now=now)

    assert woken == ["heartbeat"]


def test_a_wake_up_that_found_it_busy_does_not_hold_up_the_next(
    sweep: Sweep, woken: list[str], now: datetime
) -> None:
    Sweep.objects.update(leased_until=now + LATER, lease_owner="elsewhere:1:1", queued_at=now)
    ran = schedule.run(Runtime(open=Mock(), clock=lambda: now), "heartbeat")
    Sweep.objects.update(leased_until=None, due_at=now)

    assert not ran
    assert schedule.enqueue_due(now) == 1
    assert woken == ["heartbeat"]


def test_a_short_rest_is_slept_through_instead_of_handed_over(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    clock = [now]
    answers = [now + timedelta(milliseconds=50), False]
    kind = schedule.SweepKind("heartbeat", 20, lambda rt, _: answers.pop(0), lambda: [""])
    monkeypatch.setitem(schedule._kinds, "heartbeat", kind)
    rt = Runtime(
        open=Mock(),
        clock=lambda: clock[0],
        sleep=lambda seconds: clock.append(clock.pop() + timedelta(seconds=seconds)),
    )

    schedule.run(rt, "heartbeat")

    assert (answers, clock) == ([], [now + timedelta(milliseconds=50)])
