"""How many requests each system received, by endpoint, by answer and by fault."""

from collections import Counter, defaultdict
from datetime import datetime
from threading import Lock
from typing import Any

from integrations.sandbox.core.faults import Boundary, Fault
from integrations.sandbox.core.system import Call


class RequestCounters:
    """Counts requests as they arrive. Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._total = 0
        self._endpoints: dict[str, Counter[str]] = defaultdict(Counter)
        self._messages: dict[str, Counter[str]] = defaultdict(Counter)
        self._answers: dict[str, Counter[int]] = defaultdict(Counter)
        self._faults: dict[str, Counter[str]] = defaultdict(Counter)
        self._seconds: dict[str, Counter[int]] = defaultdict(Counter)

    def arrived(self, system: str, call: Call, at: datetime) -> Boundary:
        """Count one request and return its place among all of them."""
        with self._lock:
            self._total += 1
            endpoints = self._endpoints[system]
            endpoints[call.endpoint] += 1
            self._messages[system].update(call.messages or (call.endpoint,))
            self._seconds[system][int(at.timestamp())] += 1
            return Boundary(self._total, system, endpoints.total(), call.endpoint)

    def broken(self, system: str, fault: Fault) -> None:
        """Count one injected fault."""
        with self._lock:
            self._faults[system][fault.value] += 1

    def answered(self, system: str, status: int) -> None:
        """Count one answer by its status; a broken connection counts as 0."""
        with self._lock:
            self._answers[system][status] += 1

    def requests(self, system: str) -> int:
        """Requests received by `system`; a bundle is one."""
        with self._lock:
            return self._endpoints[system].total()

    def snapshot(self) -> dict[str, Any]:
        """All counts by system, ready for JSON. `messages` counts a bundle as its messages."""
        with self._lock:
            return {system: self._of(system) for system in sorted(self._endpoints)}

    def reset(self) -> None:
        """Forget everything counted, e.g. after warming up."""
        with self._lock:
            for counts in (self._endpoints, self._messages, self._answers, self._faults):
                counts.clear()
            self._seconds.clear()

    def _of(self, system: str) -> dict[str, Any]:
        endpoints, messages = self._endpoints[system], self._messages[system]
        return {
            "requests": endpoints.total(),
            "messages": messages.total(),
            "by_endpoint": dict(endpoints.most_common()),
            "messages_by_endpoint": dict(messages.most_common()),
            "answers": {str(status): n for status, n in sorted(self._answers[system].items())},
            "faults": dict(self._faults[system].most_common()),
            "busiest_minute": _busiest_minute(self._seconds[system]),
        }


def _busiest_minute(seconds: Counter[int]) -> int:
    """The most requests in any 60 consecutive whole seconds."""
    best = running = 0
    window: list[int] = []
    for second in sorted(seconds):
        window.append(second)
        running += seconds[second]
        while window[0] <= second - 60:
            running -= seconds[window.pop(0)]
        best = max(best, running)
    return best
