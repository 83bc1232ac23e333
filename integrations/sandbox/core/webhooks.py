"""Outgoing webhooks: queued by the systems, delivered by `pump`, retried by each vendor's rules.

A `Lane` is one destination with its rules. Items queued on a lane are rendered into calls only when
they are delivered, so a vendor that sends batches (or coalesces ids) says so with `max_batch`.
"""

import http.client
import urllib.error
import urllib.request
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from integrations.sandbox.core.faults import FaultPlan, HookFault, NoFaults

REORDER_DELAY = timedelta(seconds=3)
DUPLICATE_DELAY = timedelta(seconds=2)


@dataclass(frozen=True)
class OutgoingCall:
    """One webhook as it goes over the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class RetryRules:
    """Waits before each further attempt, and which answers deserve one.

    `status` is None when no answer came.
    """

    waits: tuple[timedelta, ...] = ()
    retry_on: Callable[[int | None], bool] = lambda status: False

    def wait_after(self, attempts: int, status: int | None) -> timedelta | None:
        """How long to wait after `attempts` failed ones, or None to give up."""
        if attempts > len(self.waits) or not self.retry_on(status):
            return None
        return self.waits[attempts - 1]


@dataclass(frozen=True)
class Lane:
    """One destination. An `ordered` lane waits for its first call before it tries the next."""

    system: str
    key: str
    render: Callable[[Sequence[Any]], OutgoingCall]
    max_batch: int = 1
    ordered: bool = False
    retries: RetryRules = RetryRules()


@dataclass
class _Batch:
    lane: Lane
    items: list[Any]
    due: datetime
    attempts: int = 0


@dataclass
class _LaneState:
    waiting: deque[tuple[datetime, Any]] = field(default_factory=deque)
    retrying: list[_Batch] = field(default_factory=list)


Send = Callable[[OutgoingCall], int | None]


class HookQueue:
    """Webhooks on their way out. Safe between threads; `pump` is called by one thread at a time."""

    def __init__(self, faults: FaultPlan | None = None) -> None:
        self.faults: FaultPlan = faults or NoFaults()
        self.counts: Counter[str] = Counter()
        self._lanes: dict[Lane, _LaneState] = {}
        self._enqueued: Counter[str] = Counter()
        self._lock = Lock()

    def enqueue(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        not_before: datetime,
        *,
        system: str = "",
    ) -> None:
        """Queue one ready-made POST without retries."""
        call = OutgoingCall("POST", url, headers, body)
        lane = Lane(system, url, _render_ready_made)
        self.enqueue_item(lane, call, not_before)

    def enqueue_item(self, lane: Lane, item: Any, not_before: datetime) -> None:
        """Queue one item for `lane`, unless the fault plan loses, doubles or delays it."""
        with self._lock:
            self._enqueued[lane.system] += 1
            fault = self.faults.decide_hook(lane.system, self._enqueued[lane.system])
            self.counts[f"{fault or 'queued'}"] += 1
            state = self._lanes.setdefault(lane, _LaneState())
            if fault is HookFault.LOSE:
                return
            if fault is HookFault.REORDER:
                state.retrying.append(_Batch(lane, [item], not_before + REORDER_DELAY))
                return
            state.waiting.append((not_before, item))
            if fault is HookFault.DUPLICATE:
                state.retrying.append(_Batch(lane, [item], not_before + DUPLICATE_DELAY))

    def pump(self, send: Send, now: datetime) -> int:
        """Deliver what is due and return how many calls were answered with 2xx."""
        delivered = 0
        while due := self._take_due(now):
            delivered += sum(self._attempt(batch, send, now) for batch in due)
        return delivered

    def pending(self) -> int:
        """How many items wait to be delivered."""
        with self._lock:
            states = self._lanes.values()
            return sum(
                len(state.waiting) + sum(len(batch.items) for batch in state.retrying)
                for state in states
            )

    def next_due(self) -> datetime | None:
        """When the next call may be made, or None when nothing waits."""
        with self._lock:
            times = [batch.due for state in self._lanes.values() for batch in state.retrying]
            times += [state.waiting[0][0] for state in self._lanes.values() if state.waiting]
            return min(times, default=None)

    def clear(self) -> None:
        """Forget everything that waits."""
        with self._lock:
            self._lanes.clear()

    def _take_due(self, now: datetime) -> list[_Batch]:
        with self._lock:
            return [
                batch for lane, state in self._lanes.items() for batch in _due(lane, state, now)
            ]

    def _attempt(self, batch: _Batch, send: Send, now: datetime) -> int:
        status = send(batch.lane.render(batch.items))
        batch.attempts += 1
        if status is not None and 200 <= status < 300:
            self.counts["delivered"] += 1
            return 1
        wait = batch.lane.retries.wait_after(batch.attempts, status)
        if wait is None:
            self.counts["dropped"] += 1
            return 0
        batch.due = now + wait
        with self._lock:
            self._lanes.setdefault(batch.lane, _LaneState()).retrying.append(batch)
        return 0


def _due(lane: Lane, state: _LaneState, now: datetime) -> list[_Batch]:
    """Take what may go now: of an ordered lane one call, and none while one is retried."""
    due = [batch for batch in state.retrying if batch.due <= now]
    state.retrying = [batch for batch in state.retrying if batch.due > now]
    if lane.ordered and any(batch.attempts for batch in [*due, *state.retrying]):
        return due
    while state.waiting and state.waiting[0][0] <= now:
        batch = _Batch(lane, [], now)
        while state.waiting and state.waiting[0][0] <= now and len(batch.items) < lane.max_batch:
            batch.items.append(state.waiting.popleft()[1])
        due.append(batch)
        if lane.ordered:
            break
    return due


def _render_ready_made(items: Sequence[Any]) -> OutgoingCall:
    call = items[0]
    if not isinstance(call, OutgoingCall):
        raise TypeError("a ready-made lane carries OutgoingCall items only")
    return call


def send_over_http(call: OutgoingCall, *, timeout: int = 10) -> int | None:
    """Make the call and return its status, or None when no answer came."""
    request = urllib.request.Request(
        call.url, data=call.body or None, headers=dict(call.headers), method=call.method
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError, http.client.HTTPException):  # ValueError: not a URL
        return None
