"""Serve the simulated systems until interrupted."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.trade.control import desk_of

DEFAULT_PORT = 8899


class Command(BaseCommand):
    """Prints the address of each system, then serves in the foreground."""

    help = "Run the simulated systems on this machine, with faults if you like."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free port")
        parser.add_argument("--seed", type=int, default=1, help="of faults and of made-up trade")
        parser.add_argument("--latency-ms", type=int, default=0, help="added to every answer")
        parser.add_argument("--faults", choices=("none", "everything"), default="none")
        parser.add_argument(
            "--estate", action="store_true", help="start with the example retailer in place"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = Sandbox(
            seed=options["seed"],
            faults=options["faults"],
            latency=timedelta(milliseconds=options["latency_ms"]),
        )
        if options["estate"]:
            desk_of(sandbox).open()
        try:
            server = SandboxServer(sandbox, port=options["port"])
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}.") from error
        self._serve(server)

    def _serve(self, server: SandboxServer) -> None:
        self.stdout.write(f"Sandbox running at {server.url}")
        self.stdout.write(f"  Sitoo        {server.url}{server.sandbox.sitoo.base_path}")
        self.stdout.write(f"  Brightpearl  {server.url}/brightpearl/public-api")
        self.stdout.write(f"  BigCommerce  {server.url}{server.sandbox.bigcommerce.base_path}")
        self.stdout.write(f"  Warehouse    {server.url}{server.sandbox.warehouse.base_path}")
        self.stdout.write(f"  Mintsoft     {server.url}{server.sandbox.mintsoft.base_path}")
        self.stdout.write(f"  OrderWise    {server.url}{server.sandbox.orderwise.base_path}")
        self.stdout.write(f"  Control      {server.url}/_sandbox/state")
        self.stdout.write("Press Ctrl-C to stop.")
        self.stdout.flush()
        try:
            server.run()
        except KeyboardInterrupt:
            self.stdout.write("Sandbox stopped.")
