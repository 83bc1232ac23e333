"""Sweeps: one at a time, none forgotten, and a missed period is caught up once."""

from datetime import datetime, timedelta

import pytest

from integrations.models import Sweep
from integrations.services import schedule
from integrations.services.runtime import Runtime
from integrations.services.schedule import LEASE, SweepKind
from tests.conftest import NOW
from tests.fakes import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def sweep(log: list[str], monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """A sweep that writes down when it ran, every minute."""

    def work(rt: Runtime, _: str) -> bool:
        log.append("ran")
        return False

    monkeypatch.setattr(schedule, "wake", lambda name: None)
    monkeypatch.setitem(schedule._kinds, "test", SweepKind("test", 60, work, lambda: [""]))
    return Sweep.objects.create(name="test", every_seconds=60, due_at=NOW)


def change(monkeypatch: pytest.MonkeyPatch, run: schedule.Runner) -> None:
    monkeypatch.setitem(schedule._kinds, "test", SweepKind("test", 60, run, lambda: [""]))


def now_of(sweep: Sweep) -> Sweep:
    sweep.refresh_from_db()
    return sweep


def test_after_a_run_it_is_due_at_its_interval(hub: Worker, sweep: Sweep, log: list[str]) -> None:
    schedule.run(hub.rt, "test")

    assert log == ["ran"]
    assert now_of(sweep).due_at == NOW + timedelta(seconds=60)


def test_a_period_missed_many_times_is_caught_up_once(
    hub: Worker, sweep: Sweep, log: list[str]
) -> None:
    hub.clock.pass_time(hours=3)

    while "test" in schedule.due_names(hub.clock()):
        schedule.run(hub.rt, "test")

    assert log == ["ran"]


def test_two_workers_do_not_run_it_at_the_same_time(
    hub: Worker, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    second: list[bool] = []

    def work(rt: Runtime, _: str) -> bool:
        second.append(schedule.run(hub.another(), "test"))
        return False

    change(monkeypatch, work)

    assert schedule.run(hub.rt, "test")
    assert second == [False]


def test_a_sweep_whose_worker_died_runs_again_when_its_lease_is_over(
    hub: Worker, sweep: Sweep, log: list[str]
) -> None:
    Sweep.objects.update(lease_token="dead", leased_until=NOW + LEASE, lease_owner="other:1:1")

    before = schedule.run(hub.rt, "test")
    hub.clock.pass_time(seconds=LEASE.total_seconds())
    after = schedule.run(hub.rt, "test")

    assert (before, after, log) == (False, True, ["ran"])


def test_an_error_is_kept_and_the_sweep_runs_again(
    hub: Worker, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(rt: Runtime, _: str) -> bool:
        raise RuntimeError("out of paper")

    change(monkeypatch, work)

    schedule.run(hub.rt, "test")

    assert now_of(sweep).last_error == "RuntimeError: out of paper"
    assert sweep.leased_until is None
    assert sweep.due_at > NOW


def test_a_sweep_says_when_it_wants_to_run_next(
    hub: Worker, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = NOW + timedelta(seconds=7)

    def work(rt: Runtime, _: str) -> datetime:
        return wanted

    change(monkeypatch, work)

    schedule.run(hub.rt, "test")

    assert now_of(sweep).due_at == wanted


def test_a_kick_during_a_run_is_not_lost(
    hub: Worker, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(rt: Runtime, _: str) -> bool:
        schedule.kick("test", now=rt.clock())
        return False

    change(monkeypatch, work)

    schedule.run(hub.rt, "test")

    assert now_of(sweep).due_at <= NOW


def test_rows_of_what_is_gone_are_removed(sweep: Sweep) -> None:
    Sweep.objects.create(name="intake:closed-shop", every_seconds=10, due_at=NOW)

    schedule.sync_sweeps(NOW)

    assert not Sweep.objects.filter(name="intake:closed-shop").exists()
    assert Sweep.objects.filter(name="test").exists()
