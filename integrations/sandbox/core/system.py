"""What a simulated system must offer to be served, counted and made to misbehave."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import Request, Response


@dataclass(frozen=True)
class Call:
    """How a request is counted: `METHOD template`, and the same for each message of a bundle."""

    endpoint: str
    messages: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """How many messages the request carries; a plain request is one."""
        return len(self.messages) or 1


class System(Protocol):
    """One simulated vendor. `handle` is called with `lock` held; the other methods are not."""

    name: str

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held around `handle`, and by whoever seeds or rings up directly."""
        ...

    def handle(self, request: Request) -> Response:
        """Answer one request. Paths are whole, beginning with the system's own segment."""
        ...

    def describe(self, request: Request) -> Call:
        """How to count this request."""
        ...

    def admit(self, request: Request) -> Response | None:
        """Called as the request arrives, before latency: a refusal, or None to go on."""
        ...

    def release(self, request: Request) -> None:
        """Called when an admitted request is over, however it ended."""
        ...

    def refuse(self, fault: Fault) -> Response:
        """This vendor's own answer for THROTTLE, HTTP_500 or HTTP_503."""
        ...

    def configure(self, limits: Mapping[str, Any]) -> None:
        """Change limits, e.g. `{"per_minute": 200}`; None switches a limit off."""
        ...
