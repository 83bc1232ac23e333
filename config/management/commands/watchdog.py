import signal
import sys
import threading
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from config import schedules
from config.processes import ProcessGroup
from config.supervision import Watchdog
from integrations.services import schedule


class Command(BaseCommand):
    help = "Run the workers: wake them when something is due, restart them when they hang."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=0.25, help="seconds between looks")

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        finish = settings.WORK_SECONDS + 10
        watchdog = Watchdog(_workers(), _Schedule(), finish=finish)
        watchdog.start(timezone.now())
        try:
            while not stopping.wait(options["every"]):
                watchdog.tick(timezone.now())
        finally:
            watchdog.stop()


def _workers() -> ProcessGroup:
    command = [sys.executable, "manage.py", "qcluster"]
    return ProcessGroup(command, folder=settings.ROOT)


class _Schedule:
    """Our schedule table, with a fresh connection when the old one broke."""

    def __init__(self) -> None:
        self._synced = False

    def enqueue_due(self, now: datetime) -> None:
        close_old_connections()
        if not self._synced:  # an upgrade may have brought new sweeps
            schedules.sync(now)
            self._synced = True
        schedule.enqueue_due(now)

    def newest_heartbeat(self) -> datetime | None:
        return schedule.newest_heartbeat()
