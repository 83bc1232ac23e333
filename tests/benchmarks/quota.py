"""How much of Brightpearl's limit is used while a backlog waits, over any rolling minute.

Counted at the sandbox, as the requests arrive, five times a second, from the moment when more waits
than a minute can carry; none may be refused.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from tests.benchmarks import bed
from tests.benchmarks.report import tell

LIMIT, WINDOW = 200, 60  # requests, seconds
MESSAGES = 10  # in a full request
TARGET = 97  # percent
EVERY = 0.2  # seconds between looks
Sample = tuple[float, int]  # when, and how many requests had arrived


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="quota", description=__doc__)
    parser.add_argument("--seconds", type=int, default=190)
    parser.add_argument("--events", type=int, default=2500)
    parser.add_argument("--mode", choices=("daily_journal", "per_order"), default="per_order")
    parser.add_argument("--single", action="store_true", help="never bundle")
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    options = parser.parse_args(arguments)
    with bed.open_bed(database=options.database) as own:
        return _measure(own, options)


def _measure(own: bed.Bed, options: argparse.Namespace) -> int:
    bed.open_shops(
        own,
        mode=options.mode,
        bundle=not options.single,
        limited=True,
        latency_ms=options.latency_ms,
        stock_for=options.events,
    )
    own.control.post("trade/generate", {"events": options.events, "seed": 1})
    own.control.delete("requests")
    own.start_workers()
    if not bed.wait_until(_is_backlog, patience=120):
        sys.exit("No backlog came together.")
    samples = _watch(own, options.seconds)
    counts = own.control.get("requests")["brightpearl"]
    windows = rolling(samples)
    refused = sum(n for status, n in counts["answers"].items() if status in ("429", "503"))
    _tell(options, windows, counts, refused=refused)
    return 0


def _is_backlog() -> bool:
    """More than can be sent in a minute: from here on, what is not used is wasted."""
    from integrations import public

    return public.pending().ready > LIMIT * MESSAGES


def _watch(own: bed.Bed, seconds: int) -> list[Sample]:
    samples: list[Sample] = []
    while not samples or time.monotonic() - samples[0][0] < seconds:
        counts = own.control.get("requests").get("brightpearl", {"requests": 0})
        samples.append((time.monotonic(), counts["requests"]))
        time.sleep(EVERY)
    return samples


def rolling(samples: Sequence[Sample]) -> list[int]:
    """Requests that arrived in each whole minute that begins after a sample."""
    found, end = [], 0
    for at, count in samples:
        while end < len(samples) and samples[end][0] < at + WINDOW:
            end += 1
        if end == len(samples):
            break
        found.append(samples[end - 1][1] - count)
    return found


def _tell(options, windows, counts, *, refused) -> None:  # type: ignore[no-untyped-def]
    shares = [round(100 * count / LIMIT, 1) for count in windows]
    mean = round(sum(shares) / len(shares), 1)
    rows = [
        ("rolling minutes", len(windows)),
        ("least used of any, percent", min(shares)),
        ("mean, percent", mean),
        ("most, percent", max(shares)),
        ("busiest minute by the sandbox, requests", counts["busiest_minute"]),
        ("requests", counts["requests"]),
        ("messages in them", counts["messages"]),
        ("refused", refused),
    ]
    figures = {
        "mode": options.mode,
        "bundled": not options.single,
        "seconds": options.seconds,
        "least_percent": min(shares),
        "mean_percent": mean,
        "most_percent": max(shares),
        "busiest_minute": counts["busiest_minute"],
        "requests": counts["requests"],
        "messages": counts["messages"],
        "refused": refused,
        "target_percent": TARGET,
        "met": min(shares) >= TARGET and not refused,
    }
    tell("quota", heads=("", "measured"), rows=rows, figures=figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
