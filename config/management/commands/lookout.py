import signal
import threading
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from config import alarm
from config.lookout import Lookout, Sign
from integrations.services import schedule


class Command(BaseCommand):
    help = (
        "Watch whether the background work lives, and tell those named in PLUMBLINE_ALARM_EMAILS "
        "and PLUMBLINE_ALARM_URL when it does not. Run it apart from the watchdog, best on "
        "another machine."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=15, help="seconds between looks")
        parser.add_argument("--test", action="store_true", help="tell them something, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["test"]:
            told = alarm.tell("This is a test of Plumbline’s alarm. Nothing is wrong.")
            self.stdout.write("Told." if told else "Nobody could be told.")
            if not told:
                raise SystemExit(1)
            return
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        lookout = Lookout(timezone.now())
        while not stopping.wait(options["every"]):
            look_once(lookout, now=timezone.now())


def look_once(lookout: Lookout, *, now: datetime) -> None:
    """Look, and tell what there is to tell."""
    sentence = lookout.look(now, sign())
    if sentence:
        alarm.tell(sentence)


def sign() -> Sign:
    """Read the newest heartbeat; a database that does not answer is a finding and no error."""
    close_old_connections()
    try:
        return Sign(readable=True, heartbeat=schedule.newest_heartbeat())
    except (DatabaseError, InterfaceError):
        return Sign(readable=False)
