"""Requests to Brightpearl per 1,000 store sales and 80 returns, beside the least there can be.

The floor counts what the day's documents must write: ten messages a bundle (or one a request), and
one read for the row ids of each full id set of orders. Everything is done in this process, from a
backlog, without limits, so the figure is the connector's and the flows', not the machine's.
"""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.connectors.brightpearl.assumed import IDS_PER_REQUEST
from tests.benchmarks import bed, traffic
from tests.benchmarks.report import tell

BUNDLE = 10  # messages, Brightpearl's most
BUDGETS = {
    ("per_order", True): 650,
    ("per_order", False): 5700,
    ("daily_journal", True): 400,
    ("daily_journal", False): 3350,
}
# Read for other reasons than a day's sales: listed apart. By the words of their endpoints.
APART = {
    "catalogue": ("product-service/product", "product-price", "brand", "product-type"),
    "stock levels": ("product-availability",),
    "set-up and choices": ("accounting-service/tax-code", "nominal-code", "payment-method"),
}
READS = ("create-order", "create-credit")  # whose row ids the next step needs
WRITES = (
    *("create-order", "issue-goods-out", "ship-goods-out", "take-payment", "close-order"),
    *("create-credit", "receive-goods-in", "refund-payment", "close-credit", "post-journal"),
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="requests", description=__doc__)
    parser.add_argument("--mode", choices=("daily_journal", "per_order"), default="daily_journal")
    parser.add_argument("--single", action="store_true", help="never bundle")
    parser.add_argument("--events", type=int, default=1080)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="sqlite")
    options = parser.parse_args(arguments)
    with bed.open_bed(database=options.database) as own:
        return _measure(own, options)


def _measure(own: bed.Bed, options: argparse.Namespace) -> int:
    bed.open_shops(own, mode=options.mode, bundle=not options.single, stock_for=options.events)
    after = traffic.newest(own.control)
    own.control.post("trade/generate", {"events": options.events, "seed": 1})
    bed.run_until_idle()
    counts = own.control.get("requests")["brightpearl"]
    books = traffic.Books(own.control, after=after)
    posted = _posted()
    apart, rest = _split(counts["by_endpoint"])
    _tell(options, books, posted, apart=apart, rest=rest, messages=counts["messages"])
    return 0


def _posted() -> Counter[str]:
    """Effects that reached the ERP, by operation."""
    from integrations import public

    rows = public.transfers().filter(connection__role="erp", state="posted", flow__gt="")
    return Counter(rows.values_list("operation", flat=True))


def _split(by_endpoint: Mapping[str, int]) -> tuple[Counter[str], Counter[str]]:
    """Requests listed apart by their reason, and the others by endpoint."""
    apart: Counter[str] = Counter()
    rest: Counter[str] = Counter()
    for endpoint, count in by_endpoint.items():
        reasons = [name for name, words in APART.items() if any(w in endpoint for w in words)]
        if reasons:
            apart[reasons[0]] += count
        else:
            rest[endpoint] += count
    return apart, rest


def floor(posted: Mapping[str, int], *, bundled: bool) -> int:
    """The fewest requests that can write these effects."""
    size = BUNDLE if bundled else 1
    writes = sum(math.ceil(posted.get(operation, 0) / size) for operation in WRITES)
    reads = sum(math.ceil(posted.get(operation, 0) / IDS_PER_REQUEST) for operation in READS)
    return writes + reads


def _tell(
    options: argparse.Namespace,
    books: traffic.Books,
    posted: Counter[str],
    *,
    apart: Counter[str],
    rest: Counter[str],
    messages: int,
) -> None:
    bundled = not options.single
    sales, returns = len(books.of("sales-order")), len(books.of("sales-credit"))
    split = sum(1 for each in books.of("receipt") if len(each["payload"]["payments"]) > 1)
    used, least = sum(rest.values()), floor(posted, bundled=bundled)
    per_thousand, budget = round(used * 1000 / sales), BUDGETS[(options.mode, bundled)]
    rows: list[tuple[object, object]] = [
        ("sales and returns posted", f"{sales} + {returns}"),
        ("receipts paid with two tenders", split),
        ("requests for them", used),
        ("the least possible for these", least),
        ("requests per 1,000 sales", per_thousand),
        ("budget", budget),
        *((f"  {endpoint}", count) for endpoint, count in rest.most_common()),
        *((f"apart: {name}", count) for name, count in apart.items()),
    ]
    figures: dict[str, Any] = {
        "mode": options.mode,
        "bundled": bundled,
        "sales": sales,
        "returns": returns,
        "split_tenders": split,
        "requests": used,
        "messages": messages,
        "floor": least,
        "per_1000_sales": per_thousand,
        "floor_per_1000_sales": round(least * 1000 / sales),
        "by_endpoint": dict(rest),
        "apart": dict(apart),
        "operations": dict(posted),
        "budget": budget,
        "met": per_thousand <= budget,
    }
    heads = (f"{options.mode}, {'bundled' if bundled else 'single'}", "requests")
    tell("requests", heads=heads, rows=rows, figures=figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
