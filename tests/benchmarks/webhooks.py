"""How quickly webhooks are answered while nobody works: stored, committed, 200.

Events leave at a steady rate whether or not the last answer has come, and their time runs from the
moment they should have left, so a receiver that falls behind cannot hide it.
"""

import argparse
import base64
import json
import secrets
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.benchmarks import bed
from tests.benchmarks.report import percentile, tell

TARGETS = {"p50": 30, "p99": 250, "p99.9": 1000}  # milliseconds
SHARES = {"p50": 50.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
THREADS = 32
Answer = tuple[int, float]  # status and milliseconds; status 0: no answer


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="webhooks", description=__doc__)
    parser.add_argument("--rate", type=int, default=200, help="webhooks a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    options = parser.parse_args(arguments)
    with bed.open_bed(database=options.database) as own:
        return _measure(own, options)


def _measure(own: bed.Bed, options: argparse.Namespace) -> int:
    from integrations import public

    bed.open_shops(own)
    host = own.start_web().removeprefix("http://")
    _send(host, options.rate, seconds=3)  # every process of the receiver has loaded everything
    before = public.events().hints().count()
    answers = _send(host, options.rate, seconds=options.seconds)
    stored = public.events().hints().count() - before
    _tell(options, answers, stored=stored)
    return 0


def _send(host: str, rate: int, *, seconds: int) -> list[Answer]:
    began = time.monotonic() + 0.2
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [pool.submit(_one, host, began + n / rate) for n in range(rate * seconds)]
        return [job.result() for job in jobs]


def _one(host: str, due: float) -> Answer:
    request = _request(host)
    time.sleep(max(0.0, due - time.monotonic()))
    name, _, port = host.partition(":")
    try:
        with socket.create_connection((name, int(port)), timeout=30) as wire:
            wire.sendall(request)
            answer = wire.recv(4096)
            status = int(answer.split(b" ", 2)[1])
    except (OSError, IndexError, ValueError):
        status = 0
    return status, (time.monotonic() - due) * 1000


def _request(host: str) -> bytes:
    """The bytes of one webhook: the sender must not need the processor that it measures."""
    body = _event()
    headers = {"host": host, "content-length": str(len(body)), "connection": "close", **_headers()}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(["POST /webhooks/sitoo/events HTTP/1.1", *lines, "", ""])
    return head.encode() + body


def _event() -> bytes:
    event: dict[str, Any] = {
        "event_id": secrets.token_hex(16),
        "event_type": "order",
        "event_date": int(time.time()),
        "account_id": 99900,
        "data": {
            "eshop_id": 1,
            "order_id": secrets.randbelow(10**9),
            "warehouse_id": 1,
            "order_event_type": "add",
            "order_state_changed": "closed",
        },
    }
    return json.dumps([event]).encode()


def _headers() -> dict[str, str]:
    pair = base64.b64encode(b"plumbline:rehearsal-tills").decode()
    return {"content-type": "application/json", "authorization": f"Basic {pair}"}


def _tell(
    options: argparse.Namespace, answers: Sequence[tuple[int, float]], *, stored: int
) -> None:
    times = [milliseconds for _, milliseconds in answers]
    found = {name: round(percentile(times, share), 1) for name, share in SHARES.items()}
    statuses = Counter(str(status) for status, _ in answers)
    rows = [*((f"{name}, ms", value) for name, value in found.items())]
    rows += [("sent", len(answers)), ("stored", stored)]
    rows += [(f"answered {status}", count) for status, count in statuses.items()]
    figures = {
        "database": options.database,
        "rate": options.rate,
        "seconds": options.seconds,
        "milliseconds": found,
        "statuses": statuses,
        "stored": stored,
        "targets": TARGETS,
        "met": all(found[name] <= most for name, most in TARGETS.items())
        and set(statuses) == {"200"},
    }
    tell("webhooks", heads=("", "measured"), rows=rows, figures=figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
