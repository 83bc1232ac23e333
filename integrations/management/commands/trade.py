"""Ring trade files up in a running sandbox."""

import json
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.management.commands.sandbox import DEFAULT_PORT

PATIENCE_SECONDS = 600  # a large file is read, checked and rung up in one request


class Command(BaseCommand):
    """Posts the files to the sandbox's control API. Nothing is rung if any file is refused."""

    help = "Ring up trade in the sandbox from CSV files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE.csv")
        parser.add_argument("--stores", type=int, help="how many stores share the trade")
        parser.add_argument("--currency", default="GBP")
        parser.add_argument("--timezone", help="how the files' wall clock is meant")
        parser.add_argument("--days", help="trading days, e.g. 2011-01-05..2011-01-18")
        parser.add_argument("--settlement", type=Path, help="expected.json: who paid what")
        parser.add_argument("--url", default=f"http://127.0.0.1:{DEFAULT_PORT}")
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {
            "paths": [str(path.resolve()) for path in options["files"]],
            "settlement": str(options["settlement"].resolve()) if options["settlement"] else None,
            **{name: options[name] for name in ("stores", "currency", "timezone", "days")},
        }
        answer = _post(f"{options['url'].rstrip('/')}/_sandbox/trade/csv", wanted)
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        rung = ", ".join(f"{count} {kind}" for kind, count in answer["rung"].items())
        self.stdout.write(f"Rung up {answer['items']} items. The sandbox now holds {rung}.")


def _post(url: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """The sandbox's answer. Raises CommandError with the sandbox's own words."""
    if not url.startswith(("http://", "https://")):
        raise CommandError(f"{url} is not the address of a sandbox.")
    body = json.dumps(wanted).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        with error:
            raise CommandError(_reason(error)) from error
    except urllib.error.URLError as error:
        raise CommandError(f"No sandbox answers at {url}: {error.reason}.") from error


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError, TypeError):
        return f"The sandbox answered {error.code}."
