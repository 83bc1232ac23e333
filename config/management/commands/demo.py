"""One command that shows everything: simulated systems, a retailer, a trading day, pages."""

import os
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config.rehearsal.control import ControlError
from config.rehearsal.model import RETAILERS
from config.rehearsal.world import RehearsalError, Sandbox, drop_database, environment, free_port


class Command(BaseCommand):
    help = (
        "Run a trading day on simulated systems, in a database of its own. With --headless: work "
        "until idle, verify, print the figures, exit 0 only if every invariant holds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retailer", choices=RETAILERS, default=RETAILERS[0])
        parser.add_argument("--headless", action="store_true")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--input", nargs="+", default=[], metavar="FILE.csv")
        parser.add_argument("--events", type=int, default=400, help="generated events")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--faults", choices=("none", "everything"), default="none")
        parser.add_argument("--kill-workers", type=int, default=0, metavar="SECONDS")
        parser.add_argument(
            "--accounting-mode", choices=("daily_journal", "per_order"), default="daily_journal"
        )
        parser.add_argument("--single", action="store_true", help="never bundle messages")
        parser.add_argument("--no-limits", action="store_true", help="vendor limits off")
        parser.add_argument("--stores", type=int, help="stores to spread a file over")
        parser.add_argument("--currency", default="GBP")
        parser.add_argument("--timezone", help="how a file's wall clock is meant")
        parser.add_argument("--days", help="2011-01-05 or 2011-01-05..2011-01-18")
        parser.add_argument("--port", type=int, default=8000, help="of the pages")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in options["input"]:
            if not Path(name).is_file():
                raise CommandError(f"There is no file {name}. Nothing was started.")
        if "PLUMBLINE_REHEARSAL" not in os.environ:
            self._start_again(free_port() if options["headless"] else options["port"])
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops as Ctrl-C does
        sandbox = Sandbox(int(os.environ["PLUMBLINE_REHEARSAL"]), settings.ROOT, options["seed"])
        try:
            sandbox.start()
            self._run(sandbox, options)
        except (ControlError, RehearsalError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stderr.write("Stopped; nothing of the rehearsal is kept.")
        finally:
            sandbox.stop()
            connections.close_all()
            drop_database(os.environ["DATABASE_URL"])

    def _start_again(self, web_port: int) -> None:
        """Become this same command in the environment of a rehearsal, with its own database."""
        try:
            env = environment(settings.ROOT, base=os.environ, port=free_port(), web_port=web_port)
        except RehearsalError as error:
            raise CommandError(str(error)) from error
        os.execve(sys.executable, [sys.executable, *sys.argv], env)  # noqa: S606

    def _run(self, sandbox: Sandbox, options: dict[str, Any]) -> None:
        from config.rehearsal.headless import Plan, print_figures, rehearse
        from config.rehearsal.live import run_live
        from config.rehearsal.setup import Trade

        trade = Trade(
            files=tuple(str(Path(name).resolve()) for name in options["input"]),
            events=options["events"],
            seed=options["seed"],
            stores=options["stores"],
            currency=options["currency"],
            timezone=options["timezone"],
            days=options["days"],
        )
        plan = Plan(
            trade=trade,
            retailer=options["retailer"],
            accounting_mode=options["accounting_mode"],
            faults=options["faults"],
            seed=options["seed"],
            kill_seconds=options["kill_workers"],
            bundle=not options["single"],
            limits=not options["no_limits"],
        )
        if not options["headless"]:
            run_live(sandbox.control, plan, root=settings.ROOT, port=options["port"])
            return
        web_port = urlsplit(settings.PLUMBLINE_PUBLIC_URL).port or free_port()
        figures = rehearse(sandbox.control, plan, root=settings.ROOT, web_port=web_port)
        print_figures(figures, as_json=options["json"])
        if not figures["ok"]:
            raise SystemExit(1)
