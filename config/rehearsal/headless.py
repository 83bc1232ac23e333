"""A rehearsal without a browser: trade, work until idle, verify, one JSON object."""

import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from config.rehearsal.control import Control
from config.rehearsal.digest import ledger_digest
from config.rehearsal.model import BRIGHTPEARL
from config.rehearsal.people import make_people
from config.rehearsal.setup import Trade, prepare
from config.verification import Report, verify
from config.web import WebServer
from integrations import public
from integrations.operating_model.templates import LINK_TEMPLATES

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=30)
LEAST_WORKERS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What a headless rehearsal does."""

    trade: Trade
    retailer: str = BRIGHTPEARL  # the link that is rehearsed
    accounting_mode: str = "daily_journal"
    faults: str = "none"
    seed: int = 1
    kill_seconds: int = 0
    bundle: bool = True
    limits: bool = True

    @property
    def target(self) -> str:
        """The system that the receipts go to."""
        return LINK_TEMPLATES[self.retailer].owner_system


def bring_to_start(control: Control, plan: Plan) -> None:
    """The plan's retailer is set up, and nothing was sold yet."""
    prepare(
        control,
        plan.trade,
        accounting_mode=plan.accounting_mode,
        bundle=plan.bundle,
        link=plan.retailer,
    )


def rehearse(control: Control, plan: Plan, *, root: Path, web_port: int) -> dict[str, Any]:
    """Run one rehearsal in this process and return its figures."""
    started = time.monotonic()
    if not plan.limits:
        control.post("limits", {plan.target: {"per_minute": None}})
    bring_to_start(control, plan)
    make_people()
    rt = public.live()
    public.run_until_idle(rt, patience=PATIENCE)
    web = WebServer(web_port)
    web.start()
    control.post("sitoo/events", subscription(web.url))
    control.delete("requests")
    control.post("faults", {"plan": plan.faults, "seed": plan.seed})
    try:
        plan.trade.ring(control)
        if plan.kill_seconds:
            _work_while_killed(root, plan)
        public.run_until_idle(rt, patience=PATIENCE)
        control.post("faults", {"plan": "none"})
        public.run_until_idle(rt, patience=PATIENCE)
    finally:
        web.stop()
    report = verify(public.system_now())
    return _figures(report, control, plan, seconds=time.monotonic() - started)


def subscription(url: str) -> dict[str, str]:
    return {
        "base_url": f"{url}/webhooks/sitoo",
        "username": "plumbline",
        "password": "rehearsal-tills",
    }


def _work_while_killed(root: Path, plan: Plan) -> None:
    """Real workers do the work while, every second, one of them dies without a warning."""
    nemesis = random.Random(plan.seed)
    command = [sys.executable, "manage.py", "watchdog"]
    watchdog = subprocess.Popen(command, cwd=root, start_new_session=True)
    try:
        deadline = time.monotonic() + plan.kill_seconds
        while time.monotonic() < deadline:
            time.sleep(1)
            _kill_one(watchdog.pid, nemesis)
    finally:
        watchdog.send_signal(signal.SIGTERM)
        watchdog.wait(timeout=120)


def _kill_one(watchdog: int, nemesis: random.Random) -> None:
    cluster, *workers = _descendants(watchdog) or [0]
    if len(workers) >= LEAST_WORKERS:  # nothing is proved by killing what has not begun
        victim = nemesis.choice([cluster, *workers])
        log.warning("kill -9 pid=%s", victim)
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            log.info("it was gone already pid=%s", victim)


def _descendants(pid: int) -> list[int]:
    """Every process below one, from /proc."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found


def _figures(report: Report, control: Control, plan: Plan, *, seconds: float) -> dict[str, Any]:
    requests = control.get("requests")
    counts = {name: row["requests"] for name, row in requests.items() if "requests" in row}
    sales = public.documents().filter(kind="sale", state="posted").count()
    return {
        "events": report.events,
        "posted": report.posted,
        "skipped": report.skipped,
        "superseded": report.superseded,
        "held": report.held,
        "dismissed": report.dismissed,
        "exceptions": report.exceptions,
        "lost": report.lost,
        "duplicates": report.duplicates,
        "phantom": report.phantom,
        "requests": counts,
        "requests_per_1000_sales": {
            name: round(count * 1000 / sales) if sales else 0 for name, count in counts.items()
        },
        "seconds": round(seconds, 1),
        "ledger": ledger_digest(control, plan.target),
        "ok": report.ok,
        "problems": report.problems,
    }


def print_figures(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name:26} {value}\n")
