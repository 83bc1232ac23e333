"""Requests in several threads, while the limiter stays in one.

A limiter may live on a database connection, which belongs to the thread that opened it. So threads
that make requests send their errands to the limiter home, to the thread that waits for them.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from queue import SimpleQueue
from typing import TypeVar

from integrations.ports import Limiter

Part = TypeVar("Part")
Result = TypeVar("Result")
Errand = tuple[Callable[[], None], "Future[None]"]
Desk = SimpleQueue[Errand | None]  # None: one part is done

_away = threading.local()  # .desk: where this thread's errands go


def run_parallel(
    work: Callable[[Part], Result], parts: Sequence[Part], *, threads: int
) -> list[Result]:
    """`work` of every part, in order, in up to `threads` threads. Raises what `work` raised."""
    if threads == 1 or len(parts) == 1:
        return [work(part) for part in parts]
    desk: Desk = SimpleQueue()
    with ThreadPoolExecutor(threads, initializer=_leave, initargs=(desk,)) as pool:
        results = [pool.submit(work, part) for part in parts]
        for result in results:
            result.add_done_callback(lambda _: desk.put(None))
        _serve(desk, until=len(parts))
    return [result.result() for result in results]


class HomeLimiter:
    """A limiter for requests in any thread; its work is done in the thread that called first."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    def acquire(self, cost: int = 1) -> None:
        _at_home(lambda: self._limiter.acquire(cost))

    def release(self) -> None:
        _at_home(self._limiter.release)

    def learn(
        self, *, limit: int | None, remaining: int | None, reset_after: timedelta | None
    ) -> None:
        _at_home(
            lambda: self._limiter.learn(limit=limit, remaining=remaining, reset_after=reset_after)
        )

    def refuse(self, *, retry_after: timedelta) -> None:
        _at_home(lambda: self._limiter.refuse(retry_after=retry_after))


def _leave(desk: Desk) -> None:
    _away.desk = desk


def _at_home(errand: Callable[[], None]) -> None:
    desk: Desk | None = getattr(_away, "desk", None)
    if desk is None:
        errand()
        return
    done: Future[None] = Future()
    desk.put((errand, done))
    done.result()


def _serve(desk: Desk, *, until: int) -> None:
    """Run errands until so many parts are done, even when we are interrupted: nobody is left
    waiting for an answer."""
    try:
        while until:
            until -= _serve_one(desk)
    except BaseException:
        while until:
            until -= _serve_one(desk)
        raise


def _serve_one(desk: Desk) -> int:
    """1 when it was the end of a part, 0 when it was an errand."""
    item = desk.get()
    if item is None:
        return 1
    errand, done = item
    try:
        errand()
    except BaseException as error:  # it belongs to the thread that sent the errand
        done.set_exception(error)
    else:
        done.set_result(None)
    return 0
