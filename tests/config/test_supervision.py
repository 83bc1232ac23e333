from datetime import datetime, timedelta

import pytest

from config.supervision import SILENCE, Verdict, Watchdog
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


class FakeCluster:
    def __init__(self) -> None:
        self.alive = False
        self.log: list[str] = []

    def start(self) -> None:
        self.alive = True
        self.log.append("start")

    def is_alive(self) -> bool:
        return self.alive

    def stop(self, *, patience: float) -> None:
        self.alive = False
        self.log.append(f"stop after {patience} s")


class FakeSchedule:
    def __init__(self) -> None:
        self.enqueued: list[datetime] = []
        self.heartbeat: datetime | None = None
        self.down = False

    def enqueue_due(self, now: datetime) -> None:
        if self.down:
            raise ConnectionError("database away")
        self.enqueued.append(now)

    def newest_heartbeat(self) -> datetime | None:
        return self.heartbeat


@pytest.fixture
def cluster():
    return FakeCluster()


@pytest.fixture
def schedule():
    return FakeSchedule()


@pytest.fixture
def watchdog(cluster, schedule):
    watchdog = Watchdog(cluster, schedule, finish=70)
    watchdog.start(NOW)
    return watchdog


def test_it_is_the_clock(watchdog, schedule):
    watchdog.tick(NOW)
    watchdog.tick(NOW + SECOND)

    assert schedule.enqueued == [NOW, NOW + SECOND]


def test_a_working_cluster_is_left_alone(watchdog, cluster, schedule):
    later = NOW + timedelta(hours=1)
    schedule.heartbeat = later - SILENCE

    assert watchdog.tick(later) is Verdict.WELL
    assert cluster.log == ["start"]


def test_a_dead_cluster_is_restarted_and_its_orphans_are_ended(watchdog, cluster):
    cluster.alive = False

    assert watchdog.tick(NOW + SECOND) is Verdict.RESTARTED_DEAD
    assert cluster.log == ["start", "stop after 1 s", "start"]


def test_a_hung_cluster_is_restarted(watchdog, cluster, schedule):
    schedule.heartbeat = NOW

    assert watchdog.tick(NOW + SILENCE) is Verdict.WELL
    assert watchdog.tick(NOW + SILENCE + SECOND) is Verdict.RESTARTED_SILENT
    assert cluster.alive


def test_a_cluster_that_never_gave_a_sign_is_restarted_too(watchdog):
    assert watchdog.tick(NOW + SILENCE + SECOND) is Verdict.RESTARTED_SILENT


def test_a_restarted_cluster_gets_its_full_patience(watchdog, cluster):
    restarted = NOW + SILENCE + SECOND
    watchdog.tick(restarted)

    assert watchdog.tick(restarted + SILENCE) is Verdict.WELL


def test_a_lost_database_is_not_taken_for_a_hang(watchdog, cluster, schedule):
    schedule.down = True
    assert watchdog.tick(NOW + 10 * SILENCE) is Verdict.BLIND

    schedule.down = False
    assert watchdog.tick(NOW + 10 * SILENCE + SECOND) is Verdict.WELL
    assert cluster.log == ["start"]


def test_a_cluster_that_dies_while_the_database_is_away_is_restarted(watchdog, cluster, schedule):
    schedule.down, cluster.alive = True, False

    assert watchdog.tick(NOW + SECOND) is Verdict.RESTARTED_DEAD


def test_a_clean_stop_lets_running_tasks_finish(watchdog, cluster):
    watchdog.stop()

    assert cluster.log == ["start", "stop after 70 s"]
