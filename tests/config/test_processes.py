"""With real processes: nothing that was started may outlive the group."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from config.processes import ProcessGroup

# Writes its child's process id, then waits; `{stubborn}` may ignore SIGTERM.
PARENT = """
import os, pathlib, signal, subprocess, sys, time
{stubborn}
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
part = pathlib.Path("child.part")
part.write_text(str(child.pid))
part.rename("child")
time.sleep(60)
"""
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def until(claim, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.02)
    return False


def runs(pid: int) -> bool:
    """A killed process that nobody has collected yet does not run."""
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


@pytest.fixture
def start(tmp_path):
    groups = []

    def begin(stubborn: str = "") -> tuple[ProcessGroup, int]:
        script = PARENT.format(stubborn=stubborn)
        group = ProcessGroup([sys.executable, "-c", script], folder=tmp_path)
        groups.append(group)
        group.start()
        assert until((tmp_path / "child").exists)
        return group, int((tmp_path / "child").read_text())

    yield begin
    for group in groups:
        group.stop(patience=0)


def test_a_polite_stop_ends_the_whole_group(start):
    group, child = start()

    group.stop(patience=5)

    assert not group.is_alive()
    assert not runs(child)


def test_a_process_that_ignores_the_request_is_killed(start):
    group, child = start(STUBBORN)

    group.stop(patience=0.2)

    assert not group.is_alive()
    assert not runs(child)


def test_orphans_of_a_dead_leader_do_not_count_as_alive_and_are_ended(start):
    group, child = start()
    os.kill(group.pid, signal.SIGKILL)
    assert until(lambda: not group.is_alive())
    assert runs(child)

    group.stop(patience=1)

    assert not runs(child)


def test_stopping_twice_is_harmless(start):
    group, _ = start()

    group.stop(patience=1)
    group.stop(patience=1)

    assert not group.is_alive()
