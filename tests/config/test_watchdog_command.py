"""The watchdog as the operating system sees it: with a real cluster below it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.config.test_processes import runs, until


def manage(*arguments: str, folder: Path) -> "subprocess.Popen[bytes]":
    env = {"PATH": os.environ["PATH"], "PLUMBLINE_VAR": str(folder), "PLUMBLINE_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(command, cwd=settings.ROOT, env=env)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def watchdog(tmp_path):
    assert manage("migrate", "--verbosity", "0", folder=tmp_path).wait() == 0
    process = manage("watchdog", "--every", "0.2", folder=tmp_path)
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_cluster_comes_back_and_a_stop_leaves_nothing_behind(watchdog):
    assert until(lambda: len(children(watchdog.pid)) == 1)
    first = children(watchdog.pid)[0]
    assert until(lambda: children(first))
    sentinel = children(first)[0]

    os.kill(first, signal.SIGKILL)
    assert until(lambda: children(watchdog.pid) not in ([], [first]))
    assert not runs(sentinel)
    second = children(watchdog.pid)[0]
    assert until(lambda: children(second))
    workers = [second, *children(second)]

    watchdog.send_signal(signal.SIGTERM)

    assert watchdog.wait(timeout=30) == 0
    assert not any(runs(pid) for pid in workers)
