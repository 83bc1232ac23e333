"""Kills the simulated worker at a chosen boundary: around each request and each commit."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection as database

WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
SAVEPOINT = re.compile(r'\s*(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) "?([^"]+)"?')


class SimulatedCrash(BaseException):
    """The process is gone: nothing after this line of the pipeline ran."""


@dataclass(frozen=True, slots=True)
class Point:
    """A boundary: the `index`-th request or commit, and on which side of it."""

    where: str  # request, commit
    index: int
    side: str  # before, after


class Nemesis:
    """Counts boundaries and crashes at those it was told. Dead until `revive`.

    The harness keeps one outer transaction for its snapshots, so what would be a commit in
    production is here the release of the outermost savepoint, or a write outside of any.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.commits = 0
        self.crashes = 0
        self.dead = False
        self.watching = False  # only while product code runs, not the harness's own
        # (endpoint, what another worker does before the answer to its next call arrives)
        self.interlude: tuple[str, Callable[[], None]] | None = None
        # where the worker sleeps, and what another one does meanwhile
        self.freezes: dict[Point, Callable[[], None]] = {}
        self._points: set[Point] = set()
        self._open: list[str] = []

    def plan(self, points: Collection[Point]) -> None:
        """Crash at these from now on; counts begin at one again. Nobody sleeps."""
        self.requests = self.commits = self.crashes = 0
        self._points = set(points)
        self.interlude = None
        self.freezes = {}

    def revive(self) -> None:
        """A new process takes over: what was not committed is gone."""
        self.dead = False
        self._open.clear()
        database.needs_rollback = False

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Product code runs inside: here it may die."""
        before, self.watching = self.watching, True
        try:
            yield
        finally:
            self.watching = before

    def around_request(self, send: Callable[[], Any]) -> Any:
        """Do one request, with a chance to die on either side of it."""
        self._refuse_the_dead()
        self.requests += 1
        number = self.requests
        self._at("request", number, "before")
        answer = send()
        self._at("request", number, "after")
        return answer

    def around_sql(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Django's execute wrapper."""
        found = SAVEPOINT.match(sql)
        if found:
            return self._around_savepoint(found[1], found[2], execute, (sql, params, many, context))
        self._refuse_the_dead()
        if self._open or not self.watching or not WRITE.match(sql):
            return execute(sql, params, many, context)
        return self._commit(lambda: execute(sql, params, many, context))

    def _around_savepoint(
        self, verb: str, name: str, execute: Callable[..., Any], args: tuple[Any, ...]
    ) -> Any:
        if not self.watching:
            return execute(*args)
        if self.dead or verb.startswith("ROLLBACK"):
            if verb.startswith("ROLLBACK") and name in self._open:
                del self._open[self._open.index(name) :]
            return execute(*args)
        if verb == "SAVEPOINT":
            self._open.append(name)
            return execute(*args)
        if name in self._open:
            del self._open[self._open.index(name) :]
            if not self._open:
                return self._commit(lambda: execute(*args), undo=name)
        return execute(*args)

    def _commit(self, execute: Callable[[], Any], *, undo: str = "") -> Any:
        self.commits += 1
        number = self.commits
        if undo and Point("commit", number, "before") in self._points:
            # Django rolls back only after database errors, and this is none.
            cursor = database.connection.cursor()
            cursor.execute(database.ops.savepoint_rollback_sql(undo))
            cursor.close()
        self._at("commit", number, "before")
        if not undo:  # a statement that returns rows is not over when it returns: sleep before it
            self._sleep(Point("commit", number, "after"))
        answer = execute()
        self._at("commit", number, "after")
        return answer

    def _at(self, where: str, index: int, side: str) -> None:
        self._sleep(Point(where, index, side))
        if Point(where, index, side) in self._points:
            self.dead = True
            self.crashes += 1
            raise SimulatedCrash(f"{side} {where} {index}")

    def _sleep(self, point: Point) -> None:
        meanwhile = self.freezes.pop(point, None)
        if meanwhile is not None:
            self.crashes += 1
            meanwhile()

    def _refuse_the_dead(self) -> None:
        if self.dead:
            raise SimulatedCrash("dead processes do nothing")
