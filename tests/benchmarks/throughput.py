"""How many sales a second leave a backlog, and what the workers' memory does meanwhile.

Vendor limits are off. The receipts wait at the tills before the workers start; time runs from their
first sweep to the last goods note shipped at the ERP.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from tests.benchmarks import bed, traffic
from tests.benchmarks.report import tell

LAST_EFFECTS = ("sales-order", "goods-out-note", "goods-out-shipped")
TARGET, STRETCH = 60, 150
PATIENCE = 900  # seconds


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="throughput", description=__doc__)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--sales", type=int, default=2000)
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--mode", choices=("daily_journal", "per_order"), default="daily_journal")
    parser.add_argument("--single", action="store_true", help="never bundle")
    options = parser.parse_args(arguments)
    with bed.open_bed(database=options.database) as own:
        return _measure(own, options)


def _measure(own: bed.Bed, options: argparse.Namespace) -> int:
    from integrations import public

    events = options.sales * 108 // 100  # one receipt in thirteen is a return
    bed.open_shops(
        own,
        mode=options.mode,
        bundle=not options.single,
        latency_ms=options.latency_ms,
        stock_for=events,
    )
    after = traffic.newest(own.control)
    own.control.post("trade/generate", {"events": events, "seed": 1})
    began = public.system_now()
    before = own.cpu_seconds()
    memory = bed.Memory(own.start_workers())
    memory.start()
    finished = bed.wait_until(is_drained, patience=PATIENCE, every=1)
    grown = memory.stop()
    cpu = {name: round(used - before.get(name, 0), 1) for name, used in own.cpu_seconds().items()}
    books = traffic.Books(own.control, after=after)
    first_sweep = public.sweeps().filter(started_at__gte=began).earliest("started_at").started_at
    _tell(
        own, options, books, grown, cpu, started=min(first_sweep, _first(books)), finished=finished
    )
    return 0 if finished else 1


def is_drained() -> bool:
    """Every receipt is planned, and nothing more can be sent."""
    from integrations import public

    left = public.pending()
    began = public.documents().receipts().exists()
    return began and not (left.received or left.ready or left.sending or left.unknown)


def _first(books: traffic.Books):  # type: ignore[no-untyped-def]
    return min(traffic.moment(entry["at"]) for entry in books.of("sales-order"))


def _tell(own, options, books, grown, cpu, *, started, finished) -> None:  # type: ignore[no-untyped-def]
    effects = [entry for kind in LAST_EFFECTS for entry in books.of(kind)]
    seconds = (max(traffic.moment(entry["at"]) for entry in effects) - started).total_seconds()
    sales, credits = len(books.of("sales-order")), len(books.of("sales-credit"))
    levels = books.of("stock-level")
    told = max((traffic.moment(entry["at"]) for entry in levels), default=started)
    level_seconds = (told - started).total_seconds()
    rate = sales / seconds
    counts = own.control.get("requests")
    requests = {name: each["requests"] for name, each in counts.items()}
    rows = [
        ("sales at the ERP, shipped", sales),
        ("returns credited", credits),
        ("seconds to the last of them", round(seconds, 1)),
        ("sales a second", round(rate, 1)),
        ("seconds to the last stock level", round(level_seconds, 1)),
        *((f"requests to {name}", count) for name, count in requests.items()),
        *((f"processor seconds, {name}", used) for name, used in cpu.items()),
        *((f"workers' memory at {when}, MiB", size) for when, size in grown.items()),
    ]
    figures = {
        "database": options.database,
        "mode": options.mode,
        "bundled": not options.single,
        "latency_ms": options.latency_ms,
        "sales": sales,
        "seconds": round(seconds, 1),
        "sales_per_second": round(rate, 1),
        "level_seconds": round(level_seconds, 1),
        "requests": requests,
        "memory_mib": list(grown.values()),
        "cpu_seconds": cpu,
        "load_average": os.getloadavg(),
        "drained": finished,
        "target": TARGET,
        "stretch": STRETCH,
        "met": rate >= TARGET,
    }
    tell("throughput", heads=("", "measured"), rows=rows, figures=figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
