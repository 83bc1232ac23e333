"""Check the invariants."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.verification import verify
from integrations.public import system_now


class Command(BaseCommand):
    help = "Check that every fact is somewhere, once; exits 1 when it is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(system_now())
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            self._tell(report.as_json())
        if not report.ok:
            raise SystemExit(1)

    def _tell(self, found: dict[str, Any]) -> None:
        for name in ("events", "posted", "skipped", "superseded", "held", "dismissed"):
            self.stdout.write(f"{name:12} {found[name]:>8}")
        for name in ("lost", "duplicates", "phantom"):
            self.stdout.write(f"{name:12} {found[name]:>8}")
        for sentence in found["problems"]:
            self.stdout.write(f"  {sentence}")
        if not found["compared_with_target"]:
            self.stdout.write("No connection is a sandbox: the targets were not compared.")
        self.stdout.write("Every invariant holds." if found["ok"] else "Not every invariant holds.")
