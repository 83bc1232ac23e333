import os
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.connectors.addresses import check_url
from integrations.connectors.registry import system
from integrations.models import Connection, RateBudget
from integrations.ports import Probe
from integrations.services import wiring
from integrations.services.calls import store_calls
from integrations.services.runtime import Runtime


class Command(BaseCommand):
    help = "Ask every connection whether credentials, permissions, clock and rate budget are right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("check",))
        parser.add_argument("slugs", nargs="*", help="only these connections")

    def handle(self, *args: Any, **options: Any) -> None:
        rt = wiring.live()
        connections = _chosen(options["slugs"])
        failed = [each.slug for each in connections if not self._check(rt, each)]
        if failed:
            raise CommandError(f"Not ready: {', '.join(failed)}.", returncode=1)
        self.stdout.write("Every connection is ready.")

    def _check(self, rt: Runtime, connection: Connection) -> bool:
        probe = check(rt, connection)
        mark = "ok  " if probe.ok else "FAIL"
        self.stdout.write(f"{mark} {connection.slug:<16} {connection.label}: {probe.sentence}")
        facts = {**probe.facts, "budget": budget_sentence(connection, rt.clock())}
        if connection.state != Connection.State.ACTIVE:
            facts["state"] = " ".join((connection.state, connection.state_reason)).strip()
        for name, fact in facts.items():
            self.stdout.write(f"     {name}: {fact}")
        return probe.ok


def check(rt: Runtime, connection: Connection) -> Probe:
    """Credentials first (all that are missing at once), then one question to the vendor."""
    missing = missing_secrets(connection)
    if missing:
        names = ", ".join(missing)
        return Probe(ok=False, sentence=f"Not set in the environment: {names}.")
    try:
        if address := connection.settings.get("base_url"):  # files have none, some have a default
            check_url(address, settings.PLUMBLINE_ALLOWED_ORIGINS)
        connector, buffer = rt.open(connection)
    except ValueError as error:
        return Probe(ok=False, sentence=f"Its settings are wrong: {error}")
    probe = connector.check()
    store_calls(connection, buffer.drain())
    return probe


def missing_secrets(connection: Connection) -> list[str]:
    """Environment variables that its credentials name and that are empty."""
    names = [reference.partition(":")[2] for reference in connection.credentials.values()]
    return sorted(name for name in names if not os.environ.get(name))


def budget_sentence(connection: Connection, now: datetime) -> str:
    """How much of the rate limit is left, as far as anybody knows."""
    budget = RateBudget.objects.filter(connection=connection).first()
    limit = budget.limit if budget else system(connection.system).rate_limit.requests
    parts = [f"{limit} requests a window" if limit else "no window known"]
    if budget and budget.limit:
        parts[0] = f"{budget.limit} requests in {budget.window_seconds} s"
    if budget and budget.remaining is not None:
        parts.append(f"{budget.remaining} left by the vendor's count")
    if budget and budget.concurrency:
        parts.append(f"{budget.concurrency} at a time")
    if budget and budget.blocked_until and budget.blocked_until > now:
        parts.append(f"blocked until {budget.blocked_until:%H:%M:%S} UTC")
    return ", ".join(parts)


def _chosen(slugs: list[str]) -> list[Connection]:
    connections = Connection.objects.exclude(state=Connection.State.DISABLED)
    if slugs:
        connections = connections.filter(slug__in=slugs)
    found = list(connections)
    unknown = sorted(set(slugs) - {each.slug for each in found})
    if unknown:
        raise CommandError(f"There is no connection called {', '.join(unknown)}.")
    if not found:
        raise CommandError("No connection is set up. Run manage.py operating_model apply first.")
    return found
