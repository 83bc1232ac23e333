import sys
from argparse import ArgumentParser
from getpass import getuser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.operating_model_sections import SECTIONS
from integrations import public
from integrations.operating_model import OperatingModel, OperatingModelError, report
from integrations.services import operating_model as service

CHANGES = 2  # exit code of a plan that would change something


class Command(BaseCommand):
    help = (
        "Compare (plan), set up (apply) or write (export) connections, owners, stores, links, "
        "mappings, teams and routing as one YAML file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("plan", "apply", "export"))
        parser.add_argument("file", help="the YAML file; export writes it, “-” to the screen")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            dest="overrides",
            metavar="PATH=VALUE",
            help="replace one value: connections.sitoo.settings.base_url=https://…",
        )
        parser.add_argument("--reason", default="", help="why, for the record of changes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["action"])(options)
        except (OperatingModelError, service.NotAppliedError) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from None

    def plan(self, options: dict[str, Any]) -> None:
        found = service.plan(self._read(options), sections=SECTIONS)
        if not found:
            self.stdout.write("Nothing to change.")
            return
        self.stdout.write(report(found))
        self.stdout.write(f"{len(found)} changes. Nothing was written; run apply to make them.")
        sys.exit(CHANGES)

    def apply(self, options: dict[str, Any]) -> None:
        now = public.system_now()
        found = service.apply(
            self._read(options),
            sections=SECTIONS,
            by=f"{getuser()} (operating model)",
            reason=options["reason"] or f"Applied {Path(options['file']).name}",
            now=now,
        )
        public.sync_sweeps(now)
        self.stdout.write(report(found) if found else "Nothing to change.")
        if found:
            self.stdout.write(f"{len(found)} changes made.")

    def export(self, options: dict[str, Any]) -> None:
        text = service.export(SECTIONS)
        if options["file"] == "-":
            self.stdout.write(text, ending="")
            return
        Path(options["file"]).write_text(text, encoding="utf-8")
        self.stdout.write(f"Wrote {options['file']}.")

    def _read(self, options: dict[str, Any]) -> OperatingModel:
        path = Path(options["file"])
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise CommandError(f"{path} is not in UTF-8.") from None
        return service.read_file(text, name=path.name, overrides=options["overrides"])
