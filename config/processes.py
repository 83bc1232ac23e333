"""A command in a process group of its own, so that nothing it started outlives it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

POLL = 0.05  # seconds between looks while a group ends
KILL_PATIENCE = 5  # seconds; the kernel removes killed processes well within


class ProcessGroup:
    """Fills the `Cluster` port of supervision with real processes."""

    def __init__(self, command: Sequence[str], *, folder: Path) -> None:
        self._command = list(command)
        self._folder = folder
        self._leader: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._leader.pid if self._leader else None

    def start(self) -> None:
        self._leader = subprocess.Popen(self._command, cwd=self._folder, start_new_session=True)

    def is_alive(self) -> bool:
        return self._leader is not None and self._leader.poll() is None

    def stop(self, *, patience: float) -> None:
        if self._leader is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._leader.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._leader.wait(timeout=patience)
        self._kill_group(self._leader.pid)
        self._leader.wait()
        self._leader = None

    def _kill_group(self, group: int) -> None:
        """Kill what is left, orphans of a dead leader included, and wait until they are gone."""
        deadline = time.monotonic() + KILL_PATIENCE
        while time.monotonic() < deadline:
            try:
                os.killpg(group, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return
            if self._leader is not None:
                self._leader.poll()
            time.sleep(POLL)
