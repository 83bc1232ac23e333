"""How long the server takes for each page of a full database, and how many queries.

Through Django's test client, so without the network and the browser; the database is asked for
real. Queries are counted in a pass of their own, because counting slows them down.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence

from tests.benchmarks import bed
from tests.benchmarks.report import percentile, tell

BUDGET = 150  # milliseconds


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="pages", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--transfers", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20, help="how often each page is asked for")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    options = parser.parse_args(arguments)
    with bed.open_bed(database=options.database):
        return _measure(options)


def _measure(options: argparse.Namespace) -> int:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, override_settings

    began = time.monotonic()
    call_command("bulk_seed", cases=options.cases, transfers=options.transfers)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    seeded = time.monotonic() - began
    client = Client()
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        user = get_user_model().objects.create_superuser("bench")
        client.force_login(user)
        found = {}
        for name, address in _addresses():
            _get(client, address)
            times = [_get(client, address) for _ in range(options.times)]
            with CaptureQueriesContext(connection) as captured:
                size = len(client.get(address, follow=True).content)
            found[name] = (percentile(times, 50), percentile(times, 95), len(captured), size)
    _tell(options, found, seeded=seeded)
    return 0


def _get(client, address: str) -> float:  # type: ignore[no-untyped-def]
    """Milliseconds of one page. Raises when it is not one."""
    began = time.perf_counter()
    answer = client.get(address, follow=True)
    milliseconds = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return milliseconds


def _addresses() -> Iterator[tuple[str, str]]:
    """The lists, with the filters people use, and one of each thing that has a page."""
    from integrations import public
    from monitoring.models import ExceptionCase

    sale = public.documents().filter(state="posted").order_by("-pk")[0]
    case = ExceptionCase.objects.filter(closed_at__isnull=True).order_by("-pk").first()
    day = f"{sale.business_date:%Y-%m-%d}"
    yield "today", "/"
    yield "exceptions", "/exceptions/"
    yield "exceptions, all", "/exceptions/?tab=all"
    yield "exceptions, all, page 50", "/exceptions/?tab=all&page=50"
    yield "orders", "/orders/"
    yield "orders, page 50", "/orders/?page=50"
    yield "orders, stuck", "/orders/?kind=stuck"
    yield "orders of one store", f"/orders/?store={sale.store_code}"
    yield "one order's journey", f"/orders/{sale.pk}/"
    yield "search", f"/search/?q={sale.number}"
    yield "search, payment reference", f"/search/?q={sale.tenders.get().reference}"
    yield "search, nothing", "/search/?q=nothing-has-this"
    yield "stock", "/stock/"
    yield "flows", "/flows/"
    yield "connections", "/connections/"
    yield "mappings", "/mappings/"
    yield "days", "/days/"
    if public.stores().filter(code=sale.store_code).exists():  # the bulk rows have none
        yield "one day", f"/days/{sale.store_code}/{day}/"
    if case is not None:
        yield "one exception", f"/exceptions/{case.pk}/"


def _tell(options: argparse.Namespace, found, *, seeded: float) -> None:  # type: ignore[no-untyped-def]
    rows = [
        (name, f"{p50:.0f}", f"{p95:.0f}", queries, f"{size / 1000:.0f}")
        for name, (p50, p95, queries, size) in found.items()
    ]
    figures = {
        "database": options.database,
        "cases": options.cases,
        "transfers": options.transfers,
        "seed_seconds": round(seeded),
        "p95_milliseconds": {name: round(each[1], 1) for name, each in found.items()},
        "queries": {name: each[2] for name, each in found.items()},
        "budget_p95": BUDGET,
        "met": all(each[1] <= BUDGET for each in found.values()),
    }
    tell("pages", heads=("page", "p50 ms", "p95 ms", "queries", "kB"), rows=rows, figures=figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
