"""What a benchmark runs on: a database of its own, the sandbox, the receivers, real workers.

Import nothing of Django before `open_bed`: it decides which database the settings name.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.rehearsal.control import Control
from config.rehearsal.world import Sandbox, drop_database, environment, free_port
from config.tooling import postgres

ROOT = Path(__file__).resolve().parents[2]
STOP_PATIENCE = 90  # seconds; running tasks may finish
SYNC_PATIENCE = 600  # seconds for the first catalogue and stock of the example retailer
NO_LIMITS = {"brightpearl": {"per_minute": None}, "sitoo": {"per_minute": None}}


@dataclass(slots=True)
class Bed:
    """One benchmark's machinery. Everything it starts ends with it."""

    sandbox: Sandbox
    database: str
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def control(self) -> Control:
        return self.sandbox.control

    def start_web(self) -> str:
        """Serve pages and receivers as the image does; returns the address."""
        port = free_port()
        options = ["--bind", f"127.0.0.1:{port}", "--workers", "4", "--log-level", "error"]
        self._start("web", "-m", "gunicorn", "config.wsgi:application", *options)
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/healthz")
        return url

    def start_workers(self) -> int:
        """Start the watchdog and its workers; returns its process id."""
        return self._start("workers", "manage.py", "watchdog").pid

    def stop(self) -> None:
        """End everything, workers first."""
        for process in reversed(self.processes.values()):
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait(timeout=STOP_PATIENCE)
        self.processes.clear()

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time of each part so far; the database's is not ours to see."""
        parts = {name: process.pid for name, process in self.processes.items()}
        if self.sandbox.process is not None:
            parts["sandbox"] = self.sandbox.process.pid
        return {name: cpu_seconds(pid) for name, pid in parts.items()}

    def _start(self, name: str, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        self.processes[name] = process
        return process


@contextmanager
def open_bed(*, database: str = "postgres", sandbox: Sandbox | None = None) -> Iterator[Bed]:
    """A migrated database and a sandbox that has nothing in it yet; Django is ready to use."""
    folder = Path(tempfile.mkdtemp(prefix="plumbline-benchmark-"))
    with postgres.server() if database == "postgres" else _sqlite() as server:
        if server is None:
            sys.exit("PostgreSQL is neither running here nor installed.")
        sandbox = sandbox or Sandbox(free_port(), ROOT)
        os.environ |= {"PLUMBLINE_VAR": str(folder), "PLUMBLINE_LOG_LEVEL": "ERROR"}
        base = {**os.environ, "DATABASE_URL": server}
        os.environ |= environment(ROOT, base=base, port=sandbox.port)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        _make_tables()
        bed = Bed(sandbox, database)
        try:
            yield bed
        finally:
            bed.stop()
            sandbox.stop()
            _let_go()
            drop_database(os.environ["DATABASE_URL"])
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _sqlite() -> Iterator[str]:
    yield ""


def _make_tables() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _let_go() -> None:
    from django.db import connections

    connections.close_all()


def open_shops(
    bed: Bed,
    *,
    mode: str = "daily_journal",
    bundle: bool = True,
    limited: bool = False,
    latency_ms: int = 0,
    stock_for: int = 0,
) -> None:
    """Start the sandbox with the example retailer, apply its model, fetch catalogue and stock.

    `limited` keeps Brightpearl's own limit, from the moment the shelves are full; Sitoo takes one
    call at a time either way. `stock_for` events nothing may sell out.
    """
    from config.rehearsal.setup import Trade, prepare
    from integrations import public

    bed.sandbox.start()
    bed.control.post("limits", NO_LIMITS)
    if stock_for:
        bed.control.post("estate", {"opening_each": stock_for})
    prepare(bed.control, Trade(), accounting_mode=mode, bundle=bundle)
    lift_limits()
    run_until_idle()
    limits: dict[str, Any] = {"latency_ms": latency_ms}
    if limited:
        limits["brightpearl"] = {"per_minute": 200}
        public.budgets().filter(connection__slug="brightpearl").update(limit=200, grants=[])
    bed.control.post("limits", limits)
    bed.control.delete("requests")


def lift_limits() -> None:
    """What a vendor without limits would have us believe: no window; places as they are."""
    from integrations import public
    from integrations.services.wiring import ensure_budget

    for connection in public.connections():
        ensure_budget(connection)
    public.budgets().update(limit=None, grants=[])


def run_until_idle() -> None:
    """Do everything that is due in this process."""
    from datetime import timedelta

    from integrations import public

    left = public.run_until_idle(public.live(), patience=timedelta(seconds=SYNC_PATIENCE))
    if left.total:
        sys.exit(f"Not idle after {SYNC_PATIENCE} s: {left}.")


def wait_until(done: Any, *, patience: float, every: float = 0.5) -> bool:
    """Ask `done` until it is true; False when `patience` seconds went by."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(every)
    return False


def _wait_for(url: str) -> None:
    from urllib.error import URLError
    from urllib.request import urlopen

    def answers() -> bool:
        try:
            with urlopen(url, timeout=2):
                return True
        except (URLError, OSError):
            return False

    if not wait_until(answers, patience=30, every=0.1):
        sys.exit(f"{url} does not answer.")


class Memory(threading.Thread):
    """Samples the memory of a process and all below it, in MiB; what they share counts once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._stopping = threading.Event()
        self.samples: list[int] = []

    def run(self) -> None:
        while not self._stopping.wait(1):
            self.samples.append(sum(_memory_kib(pid) for pid in family(self._pid)) // 1024)

    def stop(self) -> dict[str, int]:
        """What it was at the quarters of the run; the first seconds of start-up left out."""
        self._stopping.set()
        self.join()
        kept = self.samples[3:] or self.samples or [0]
        return {f"{n * 25} %": kept[min(len(kept) - 1, len(kept) * n // 4)] for n in range(5)}


def family(pid: int) -> list[int]:
    """The process and everything that it and its children started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue  # it ended while we looked
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and all below it have used, those that ended included."""
    ticks = 0
    for each in family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
