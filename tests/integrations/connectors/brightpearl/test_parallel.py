"""Several requests at once, and one thread that owns the limiter."""

import threading
from datetime import timedelta

import pytest

from integrations.connectors.brightpearl.parallel import HomeLimiter, _serve, run_parallel
from integrations.connectors.errors import ThrottledError
from tests.integrations.connectors.kit import SpyLimiter


class OneThread(SpyLimiter):
    """Remembers which threads called it."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[int] = set()

    def acquire(self, cost: int = 1) -> None:
        self.threads.add(threading.get_ident())
        super().acquire(cost)

    def refuse(self, *, retry_after: timedelta) -> None:
        self.threads.add(threading.get_ident())
        super().refuse(retry_after=retry_after)


def test_results_keep_the_order_of_their_parts():
    assert run_parallel(lambda number: number * 2, range(20), threads=4) == list(range(0, 40, 2))


def test_parts_run_at_the_same_time():
    meeting = threading.Barrier(3, timeout=5)  # broken unless three threads are there together

    run_parallel(lambda _: meeting.wait(), range(3), threads=3)


def test_only_the_waiting_thread_touches_the_limiter():
    spy = OneThread()
    limiter = HomeLimiter(spy)

    def work(_: int) -> int:
        limiter.acquire()
        limiter.learn(limit=None, remaining=5, reset_after=None)
        limiter.refuse(retry_after=timedelta(seconds=1))
        limiter.release()
        return threading.get_ident()

    workers = run_parallel(work, range(12), threads=4)

    assert spy.threads == {threading.get_ident()}
    assert threading.get_ident() not in workers
    assert (len(spy.learnt), spy.log.count("release")) == (12, 12)


def test_an_empty_budget_is_told_to_the_thread_that_asked():
    limiter = HomeLimiter(SpyLimiter(full=True))

    def work(_: int) -> str:
        try:
            limiter.acquire()
        except ThrottledError:
            return "throttled"
        return "through"

    assert run_parallel(work, range(3), threads=2) == ["throttled"] * 3


def test_a_mistake_of_ours_is_not_hidden():
    def work(number: int) -> float:
        return 1 // number

    with pytest.raises(ZeroDivisionError):
        run_parallel(work, [1, 0, 1], threads=2)


def test_one_part_needs_no_thread():
    assert run_parallel(lambda _: threading.get_ident(), [1], threads=4) == [threading.get_ident()]


def test_an_interruption_leaves_no_thread_waiting():
    class Desk:
        """Stands in for the queue: the first look is interrupted."""

        def __init__(self) -> None:
            self.looks = 0
            self.items: list = [None]

        def get(self):
            self.looks += 1
            if self.looks == 1:
                raise KeyboardInterrupt
            return self.items.pop()

    desk = Desk()

    with pytest.raises(KeyboardInterrupt):
        _serve(desk, until=1)

    assert desk.items == []
