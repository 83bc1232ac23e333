"""How long a sale takes to reach the ERP, and its lower stock level the channel.

Times are the sandbox's own: from the receipt in its ledger to the sales order, and to the first
level written to the store's warehouse that is at least as low as the sale makes it. Stores whose
till system counts for itself (FIFO) are told nothing, so they have no such time; neither have
services and gift cards, nor places where something was returned meanwhile.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.benchmarks import bed, traffic
from tests.benchmarks.report import spread, tell

FREE = {"rate": 20, "budget": 2.0}
LIMITED = {"rate": 4, "budget": 5.0}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="latency", description=__doc__)
    parser.add_argument("--limited", action="store_true", help="with Brightpearl's own limit")
    parser.add_argument("--rate", type=int, help="receipts a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--warm-up", type=int, default=10)
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--mode", choices=("daily_journal", "per_order"), default="daily_journal")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    options = parser.parse_args(arguments)
    setting: dict[str, Any] = LIMITED if options.limited else FREE
    rate = options.rate or setting["rate"]
    with bed.open_bed(database=options.database) as own:
        return _measure(own, options, rate=rate, budget=setting["budget"])


def _measure(own: bed.Bed, options: argparse.Namespace, *, rate: int, budget: float) -> int:
    events = rate * (options.seconds + options.warm_up)
    bed.open_shops(
        own,
        mode=options.mode,
        limited=options.limited,
        latency_ms=options.latency_ms,
        stock_for=max(500, events),
    )
    _start(own)
    traffic.load(own.control, events=events + 50)
    traffic.ring_steadily(own.control, rate=rate, seconds=options.warm_up)
    opening, after = traffic.opening_levels(own.control), traffic.newest(own.control)
    own.control.delete("requests")
    before = own.cpu_seconds()
    reached = traffic.ring_steadily(own.control, rate=rate, seconds=options.seconds)
    settled = bed.wait_until(_is_settled, patience=120)
    cpu = {name: round(used - before[name], 1) for name, used in own.cpu_seconds().items()}
    _tell(own, options, budget=budget, reached=reached, opening=opening, after=after, cpu=cpu)
    if not settled:
        print("  Two minutes after the last sale the work was not finished.")
    return 0


def _start(own: bed.Bed) -> None:
    from config.rehearsal.headless import subscription
    from integrations import public

    own.control.post("sitoo/events", subscription(own.start_web()))
    began = public.system_now()
    own.start_workers()
    beat = public.sweeps().filter(name="heartbeat", finished_at__gte=began)
    if not bed.wait_until(beat.exists, patience=60):
        sys.exit("The workers did not start.")


def _is_settled() -> bool:
    from integrations import public

    left = public.pending()
    return not (left.received or left.ready or left.sending or left.dirty_levels)


def _tell(
    own: bed.Bed,
    options: argparse.Namespace,
    *,
    budget: float,
    reached: float,
    opening: dict[traffic.Place, Any],
    after: int,
    cpu: dict[str, float],
) -> None:
    books = traffic.Books(own.control, after=after)
    orders, held = traffic.order_seconds(books)
    levels, missing = traffic.level_seconds(books, opening)
    requests = own.control.get("requests")
    stages = _stages(moment_of(books))
    rows = [
        ("sale → order accepted at the ERP", *spread(orders).values(), len(orders)),
        ("sale → lower level accepted at the tills", *spread(levels).values(), len(levels)),
        *((f"  of it: {name}", *spread(each).values(), len(each)) for name, each in stages.items()),
    ]
    figures = {
        "limited": options.limited,
        "mode": options.mode,
        "database": options.database,
        "latency_ms": options.latency_ms,
        "sales_per_second": round(reached, 1),
        "order_seconds": spread(orders),
        "level_seconds": spread(levels),
        "sales": len(orders),
        "held_for_a_person": held,
        "levels": len(levels),
        "levels_never": missing,
        "requests": {name: counts["requests"] for name, counts in requests.items()},
        "answers": {name: counts["answers"] for name, counts in requests.items()},
        "cpu_seconds": cpu,
        "load_average": os.getloadavg(),
        "budget_p99": budget,
        "met": spread(orders)["p99"] <= budget and spread(levels)["p99"] <= budget,
    }
    tell("latency", heads=("seconds", "p50", "p95", "p99", "max", "n"), rows=rows, figures=figures)


def moment_of(books: traffic.Books) -> datetime:
    """When the first receipt of these books was rung up."""
    return min(traffic.moment(entry["at"]) for entry in books.of("receipt"))


def _stages(since: datetime) -> dict[str, list[float]]:
    """Where the time of an order goes, by our own rows; the same machine's clock."""
    from integrations import public

    documents = dict(
        public.documents()
        .filter(kind="sale", received_at__gte=since)
        .values_list("external_id", "planned_at")
    )
    hints = _first(public.events().hints().filter(topic="orders", received_at__gte=since))
    facts = _first(public.events().facts().filter(topic="orders", received_at__gte=since))
    sent = {
        transfer["document__external_id"]: transfer
        for transfer in public.transfers()
        .filter(operation="create-order", created_at__gte=since, posted_at__isnull=False)
        .values("document__external_id", "created_at", "first_sent_at", "posted_at")
    }
    done = [key for key in sent if key in hints and key in facts and documents.get(key)]
    return {
        "hint stored → object fetched": _between(hints, facts, done),
        "fetched → planned": _between(facts, documents, done),
        "planned → sent": [_gap(documents[key], sent[key]["first_sent_at"]) for key in done],
        "sent → recorded as accepted": [
            _gap(sent[key]["first_sent_at"], sent[key]["posted_at"]) for key in done
        ],
    }


def _first(events: Any) -> dict[str, datetime]:
    rows = events.order_by("-received_at").values_list("external_id", "received_at")
    return {external_id: at for external_id, at in rows if at is not None}


def _between(early: dict[str, Any], late: dict[str, Any], keys: list[str]) -> list[float]:
    return [_gap(early[key], late[key]) for key in keys]


def _gap(early: datetime, late: datetime) -> float:
    return max(late - early, timedelta(0)).total_seconds()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
