"""Run flows in this process, without workers."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.services import wiring
from integrations.services.sync import FLOWS, Result, sweeps_of, sync


class Command(BaseCommand):
    help = "Run flows in this process. Exits with 1 when something was held for a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--link", default="", help="only this link")
        parser.add_argument("--flow", default="", help=f"only this flow: {', '.join(FLOWS)}")
        parser.add_argument(
            "--until-idle", action="store_true", help="go on until nothing is left to do"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            names = sweeps_of(link=options["link"], flow=options["flow"])
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        result = sync(wiring.live(), names=names, until_idle=options["until_idle"])
        self.stdout.write(json.dumps(result.as_json()) if options["json"] else _words(result))
        if result.held:
            raise SystemExit(1)


def _words(result: Result) -> str:
    lines = [
        f"{result.facts} records read, {result.documents} planned, "
        f"{result.posted} effects at their target, {result.held} held for a person."
    ]
    if result.pending:
        left = ", ".join(f"{count} {name}" for name, count in result.pending.items())
        lines.append(f"Still to do: {left}.")
    return "\n".join(lines)
