"""Bad days on purpose: which request is broken, and how. Deterministic from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Protocol


class Fault(StrEnum):
    """What goes wrong with one request."""

    TIMEOUT_APPLIED = "timeout_applied"
    TIMEOUT_NOT_APPLIED = "timeout_not_applied"
    RESET = "reset"  # applied, then the connection is dropped
    HTTP_500 = "http_500"
    HTTP_503 = "http_503"
    THROTTLE = "throttle"
    HTML = "html"
    TRUNCATED = "truncated"  # applied, the answer is cut short
    PARTIAL_BATCH = "partial_batch"  # some items of a batch fail
    DELAY = "delay"


class HookFault(StrEnum):
    """What goes wrong with one webhook."""

    DUPLICATE = "duplicate"
    REORDER = "reorder"
    LOSE = "lose"


class BrokenConnectionError(Exception):
    """No usable answer reached the caller. `applied` says what the server did with the request."""

    def __init__(self, *, applied: bool) -> None:
        self.applied = applied
        super().__init__(
            f"{type(self).__name__}: the request was {'' if applied else 'not '}applied"
        )


class ConnectionDropped(BrokenConnectionError):
    """The connection was closed without an answer."""


class TimedOut(BrokenConnectionError):
    """The caller's patience ran out."""


@dataclass(frozen=True)
class Boundary:
    """One request, counted from 1: `number` over all systems, `index` within its system."""

    number: int
    system: str
    index: int
    endpoint: str


class FaultPlan(Protocol):
    """Decides what goes wrong. The same questions get the same answers."""

    def decide(self, boundary: Boundary) -> Fault | None:
        """The fault of this request, or None."""
        ...

    def decide_hook(self, system: str, index: int) -> HookFault | None:
        """The fault of the system's `index`-th webhook, counted from 1, or None."""
        ...


class NoFaults:
    """Nothing goes wrong."""

    def decide(self, boundary: Boundary) -> Fault | None:
        return None

    def decide_hook(self, system: str, index: int) -> HookFault | None:
        return None


class Everything:
    """Every kind of fault, at a bounded density, with a clean request after two bad ones."""

    PER_MILLE = 120
    HOOK_PER_MILLE = 60

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def decide(self, boundary: Boundary) -> Fault | None:
        system, index = boundary.system, boundary.index
        if self._strikes(system, index - 1) and self._strikes(system, index - 2):
            return None
        kinds = tuple(Fault)
        number = self._number(f"request:{system}:{index}")
        return kinds[number // 1000 % len(kinds)] if self._strikes(system, index) else None

    def decide_hook(self, system: str, index: int) -> HookFault | None:
        number = self._number(f"hook:{system}:{index}")
        kinds = tuple(HookFault)
        return kinds[number // 1000 % len(kinds)] if number % 1000 < self.HOOK_PER_MILLE else None

    def _strikes(self, system: str, index: int) -> bool:
        return self._number(f"request:{system}:{index}") % 1000 < self.PER_MILLE

    def _number(self, text: str) -> int:
        return int.from_bytes(sha256(f"{self._seed}:{text}".encode()).digest()[:8])


class FaultScript:
    """Exact faults at exact requests: of one system when named, else counted over all systems."""

    def __init__(
        self,
        faults: Mapping[int, Fault | str] | None = None,
        *,
        system: str | None = None,
        hooks: Mapping[int, HookFault | str] | None = None,
    ) -> None:
        self._faults = {number: Fault(kind) for number, kind in (faults or {}).items()}
        self._hooks = {number: HookFault(kind) for number, kind in (hooks or {}).items()}
        self._system = system

    def decide(self, boundary: Boundary) -> Fault | None:
        if self._system is None:
            return self._faults.get(boundary.number)
        if self._system != boundary.system:
            return None
        return self._faults.get(boundary.index)

    def decide_hook(self, system: str, index: int) -> HookFault | None:
        return self._hooks.get(index) if self._system in (None, system) else None


def named_plan(name: str, *, seed: int) -> FaultPlan:
    """The plan called `none` or `everything`. Raises ValueError for any other name."""
    if name == "none":
        return NoFaults()
    if name == "everything":
        return Everything(seed)
    raise ValueError(f"There is no fault plan called {name!r}: use 'none' or 'everything'.")
