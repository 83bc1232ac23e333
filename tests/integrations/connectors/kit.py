"""A limiter and a recorder that remember, and a connector context around any transport."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from integrations.connectors.errors import ThrottledError
from integrations.connectors.spec import Context, Fence
from integrations.ports import Call

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class SpyLimiter:
    """Lets everything through unless `full`; `log` is what was asked of it, in order."""

    full: bool = False
    log: list[str] = field(default_factory=list)
    learnt: list[tuple[int | None, int | None, timedelta | None]] = field(default_factory=list)
    refused: list[timedelta] = field(default_factory=list)

    def acquire(self, cost: int = 1) -> None:
        if self.full:
            raise ThrottledError("The budget is used up.", retry_after=timedelta(seconds=9))
        self.log.append("acquire")

    def release(self) -> None:
        self.log.append("release")

    def learn(
        self, *, limit: int | None, remaining: int | None, reset_after: timedelta | None
    ) -> None:
        self.learnt.append((limit, remaining, reset_after))

    def refuse(self, *, retry_after: timedelta) -> None:
        self.refused.append(retry_after)


@dataclass
class SpyRecorder:
    calls: list[Call] = field(default_factory=list)

    def record(self, call: Call) -> None:
        self.calls.append(call)


@dataclass
class HandClock:
    """Moves only when told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Bench:
    """A context and everything in it that a test looks at."""

    transport: httpx.BaseTransport
    limiter: SpyLimiter = field(default_factory=SpyLimiter)
    recorder: SpyRecorder = field(default_factory=SpyRecorder)
    clock: HandClock = field(default_factory=HandClock)
    fence: Fence = field(default_factory=Fence)

    @property
    def context(self) -> Context:
        return Context(
            limiter=self.limiter,
            recorder=self.recorder,
            clock=self.clock,
            transport=self.transport,
            fence=self.fence,
        )


def bench(handler: Callable[[httpx.Request], httpx.Response]) -> Bench:
    """A bench whose vendor is a function."""
    return Bench(httpx.MockTransport(handler))
