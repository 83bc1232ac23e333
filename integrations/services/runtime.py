"""What the shell needs from outside: the clock, patience, connectors, an identity.

Everything that varies between production, tests and simulation is here and nowhere else.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from integrations.connectors.spec import Fence
from integrations.models import Connection
from integrations.ports import Call, Connector


def system_now() -> datetime:
    """The one place that reads the clock."""
    return datetime.now(UTC)


def worker_name() -> str:
    """host:pid:thread, so that a dead process's claims can be told from a slow one's."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def is_gone(owner: str) -> bool:
    """True when `owner` was a process of this machine that no longer exists."""
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def new_token() -> str:
    return secrets.token_hex(16)


class CallBuffer:
    """Collects calls during a send; the worker stores them afterwards, outside the request.

    `fence` tells the connector until when this worker may write.
    """

    def __init__(self) -> None:
        self.fence = Fence()
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def record(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def drain(self) -> list[Call]:
        with self._lock:
            calls, self._calls = self._calls, []
        return calls


class Opener(Protocol):
    def __call__(self, connection: Connection) -> tuple[Connector, CallBuffer]:
        """The live connector of a connection, and the buffer its calls are recorded in."""


@dataclass(frozen=True, slots=True)
class Runtime:
    open: Opener
    clock: Callable[[], datetime] = system_now
    sleep: Callable[[float], None] = time.sleep
    token: Callable[[], str] = new_token
    owner: Callable[[], str] = worker_name
