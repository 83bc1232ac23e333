"""A rehearsal to look at: workers, pages, and a day that goes on while you watch."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

from config.rehearsal.control import Control
from config.rehearsal.headless import Plan, bring_to_start, subscription
from config.rehearsal.people import PASSWORD, make_people
from config.web import WebServer
from integrations import public

BUSY_START = 0.7  # of the day's trade is rung up before the pages open
EVERY_SECONDS = 6


def run_live(control: Control, plan: Plan, *, root: Path, port: int) -> None:
    """Set up, trade, print where to look, and go on until interrupted."""
    say("Setting up the simulated systems and the example retailer …")
    bring_to_start(control, plan)
    people = make_people()
    public.run_until_idle(public.live())
    web = WebServer(port)
    web.start()
    control.post("sitoo/events", subscription(web.url))
    control.post("faults", {"plan": plan.faults, "seed": plan.seed})
    workers = subprocess.Popen(
        [sys.executable, "manage.py", "watchdog"], cwd=root, start_new_session=True
    )
    ticker = Ticker(control)
    try:
        _trade(control, plan)
        _compare_stock()
        ticker.start()
        _tell(web.url, people)
        signal.pause()
    except KeyboardInterrupt:
        say("Stopping …")
    finally:
        ticker.stopping.set()
        workers.terminate()
        workers.wait(timeout=90)
        web.stop()


def _trade(control: Control, plan: Plan) -> None:
    """Most of the day at once, the rest while people watch."""
    if plan.trade.files:
        plan.trade.ring(control)
        return
    control.post("trade/generate", {**plan.trade.body(), "ring": False})
    control.post("trade/next", {"count": int(plan.trade.events * BUSY_START)})


def _compare_stock() -> None:
    """What happens each night: so that the stock desk has something to say in the morning."""
    for link in public.links().filter(enabled=True):
        public.start_census(link_slug=link.slug, by="rehearsal", now=public.system_now())


def _tell(url: str, people: list[tuple[str, str]]) -> None:
    say(f"\nPlumbline is at {url}\n")
    for name, role in people:
        say(f"  {name:22} {role}")
    say(f"\nEverybody's password: {PASSWORD}\nCtrl-C stops everything.\n")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Ticker(threading.Thread):
    """Rings up the waiting trade little by little."""

    def __init__(self, control: Control) -> None:
        super().__init__(daemon=True)
        self._control = control
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.wait(EVERY_SECONDS):
            if not self._control.post("trade/next", {"count": 1})["items"]:
                return
