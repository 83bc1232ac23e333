"""A whole catalogue's stock told to one channel: how many requests it takes, and how long.

The shop's catalogue and the owner's readings are written straight into our tables; what is measured
is working the levels out, queueing them, sending them and recording the answers, in this process.
"""

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from config.rehearsal.world import Sandbox
from integrations.connectors.sitoo.assumed import LEVELS_PER_REQUEST
from tests.benchmarks import bed, traffic
from tests.benchmarks.report import tell

STORE = "LDS01"
BATCH = 2000  # rows of one INSERT


@dataclass(slots=True)
class BigSandbox(Sandbox):
    """A sandbox in a thread of this process, whose tills know `skus` products more."""

    skus: int = 0
    server: object = field(default=None)

    def start(self) -> None:
        from integrations.sandbox.app import Sandbox as Systems
        from integrations.sandbox.core.server import SandboxServer
        from integrations.sandbox.trade.control import desk_of

        systems = Systems(seed=self.seed)
        server = SandboxServer(systems, port=self.port)
        server.start()
        self.server = server
        desk_of(systems).open()
        stocked = next(p for p in systems.sitoo.state.products.values() if p["stockcountenable"])
        with systems.sitoo.lock:
            for number in range(self.skus):
                row = {**stocked, "sku": sku(number), "barcode": "", "title": f"Thing {number}"}
                systems.sitoo.backoffice.stock_product(row)

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()  # type: ignore[attr-defined]


def sku(number: int) -> str:
    return f"BULK-{number:06d}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="publication", description=__doc__)
    parser.add_argument("--skus", type=int, default=100_000)
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    options = parser.parse_args(arguments)
    sandbox = BigSandbox(bed.free_port(), bed.ROOT, skus=options.skus)
    with bed.open_bed(database=options.database, sandbox=sandbox) as own:
        return _measure(own, options)


def _measure(own: bed.Bed, options: argparse.Namespace) -> int:
    from integrations import public

    bed.open_shops(own, latency_ms=options.latency_ms)
    after = traffic.newest(own.control)
    _fill(own, options.skus, now=public.system_now())
    own.control.delete("requests")
    began = time.monotonic()
    bed.run_until_idle()
    seconds = time.monotonic() - began
    counts = own.control.get("requests")["sitoo"]["by_endpoint"]
    told = len(traffic.Books(own.control, after=after).of("stock-level"))
    _tell(options, counts, told=told, seconds=seconds)
    return 0


def _fill(own: bed.Bed, skus: int, *, now: datetime) -> None:
    """Products and readings of the owner, and every level of one store due to be told."""
    from integrations import public
    from integrations.services.bulk import upsert_many

    shown = own.control.get("estate")
    owner = public.connections().get(role="erp").pk
    channel = public.connections().get(role="pos").pk
    theirs = str(shown["brightpearl"]["warehouses"][STORE])
    place = str(shown["sitoo"]["warehouses"][STORE])
    public.CatalogueItem.objects.bulk_create(
        (
            public.CatalogueItem(
                connection_id=owner, external_id=f"9{n:08d}", sku=sku(n), name="", seen_at=now
            )
            for n in range(skus)
        ),
        batch_size=BATCH,
    )
    levels: Iterator[tuple[object, ...]] = (
        (owner, theirs, sku(n), Decimal(1 + n % 90), Decimal(1 + n % 90), now) for n in range(skus)
    )
    upsert_many(
        public.StockReading,
        levels,
        fields=("connection", "location_code", "sku", "on_hand", "sellable", "began_at"),
        unique=("connection", "location_code", "sku"),
        update=("on_hand", "sellable", "began_at"),
    )
    public.ChannelLevel.objects.bulk_create(
        (
            public.ChannelLevel(
                connection_id=channel,
                location_code=place,
                sku=sku(n),
                in_flight=0,
                safety=0,
                dirty_at=now,
            )
            for n in range(skus)
        ),
        batch_size=BATCH,
    )


def _tell(
    options: argparse.Namespace, counts: dict[str, int], *, told: int, seconds: float
) -> None:
    writes = sum(n for endpoint, n in counts.items() if endpoint.startswith(("PUT", "POST")))
    least = math.ceil(options.skus / LEVELS_PER_REQUEST)
    rows = [
        ("levels accepted", told),
        ("requests that write levels", writes),
        (f"the least possible at {LEVELS_PER_REQUEST} rows a request", least),
        ("other requests meanwhile", sum(counts.values()) - writes),
        ("seconds", round(seconds, 1)),
        ("levels a second", round(told / seconds)),
    ]
    figures = {
        "database": options.database,
        "skus": options.skus,
        "latency_ms": options.latency_ms,
        "levels": told,
        "requests": writes,
        "least": least,
        "rows_per_request": LEVELS_PER_REQUEST,
        "by_endpoint": counts,
        "seconds": round(seconds, 1),
        "met": writes == least and told == options.skus,
    }
    tell("publication", heads=("", "measured"), rows=rows, figures=figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
