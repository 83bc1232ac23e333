"""Comparing every level of two systems, beside the bare join of the same two tables.

Rows are made by the database itself. Measured are: the join that only counts what differs; our
one statement, which knows safety stock, sales on their way and the newer of two channel figures;
and the whole census, with every differing unit put down to its cause and stored.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.benchmarks import bed
from tests.benchmarks.report import tell

BUDGET = 2.0  # times the bare join
STORES = 20

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
_PLACE, _SKU = "'P' || (i % {stores})", "'SKU-' || (i / {stores})"
_READINGS = """INSERT INTO integrations_stockreading
    (connection_id, location_code, sku, on_hand, sellable, began_at)
    {numbers} SELECT %s, {place}, {sku}, 10 + i % 90, 10 + i % 90, %s FROM n"""
_LEVELS = """INSERT INTO integrations_channellevel
    (connection_id, location_code, sku, desired, in_flight, safety, told, told_at, accepted_at)
    {numbers} SELECT %s, {place}, {sku}, 9 + i % 90, 0, 1,
        9 + i % 90 - CASE WHEN i % {odd} = 0 THEN 2 ELSE 0 END, %s, %s FROM n"""
_BARE = """SELECT COUNT(*), SUM(CASE WHEN r.sellable - c.told <> 1 THEN 1 ELSE 0 END)
    FROM integrations_channellevel c JOIN integrations_stockreading r
        ON r.connection_id = %s AND r.location_code = c.location_code AND r.sku = c.sku
    WHERE c.connection_id = %s"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="drift", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000, help="of each side")
    parser.add_argument("--odd", type=int, default=1000, help="one row in so many differs")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    options = parser.parse_args(arguments)
    with bed.open_bed(database=options.database):
        return _measure(options)


def _measure(options: argparse.Namespace) -> int:
    from django.db import connection

    from integrations import public
    from monitoring.services.drift_census import keep_census

    link = _fill(options)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_BARE, [link.owner_id, link.channel_id])
            cursor.fetchall()

    seconds = {
        "bare join": _best(options.times, bare),
        "our statement": _best(options.times, lambda: public.find_differences(link)),
        "whole census": _best(
            1, lambda: keep_census(link, public.system_now(), public.system_now())
        ),
    }
    _tell(options, seconds)
    return 0


def _best(times: int, work: Callable[[], Any]) -> float:
    """The fastest of so many runs: the others met other people's work."""
    taken = []
    for _ in range(times):
        began = time.monotonic()
        work()
        taken.append(time.monotonic() - began)
    return min(taken)


def _fill(options: argparse.Namespace) -> Any:
    """A link whose places are all mapped, and as many levels of it on both sides."""
    from django.db import connection

    from integrations import public

    now = public.system_now()
    ends = {
        role: public.Connection.objects.create(slug=slug, label=slug, system=slug, role=role)
        for role, slug in (("pos", "sitoo"), ("erp", "brightpearl"))
    }
    link = public.Link.objects.create(
        slug="bulk", template="sitoo-brightpearl", channel=ends["pos"], owner=ends["erp"]
    )
    public.MappingRow.objects.bulk_create(
        public.MappingRow(
            link=link,
            table="store-warehouse",
            source_value=f"P{place}",
            target={"warehouse": f"P{place}"},
            changed_at=now,
            changed_by="benchmark",
        )
        for place in range(STORES)
    )
    at = connection.ops.adapt_datetimefield_value(now)
    parts = {
        "numbers": _NUMBERS.format(last=options.rows - 1),
        "place": _PLACE.format(stores=STORES),
        "sku": _SKU.format(stores=STORES),
        "odd": options.odd,
    }
    with connection.cursor() as cursor:
        cursor.execute(_percent(_READINGS.format(**parts)), [link.owner_id, at])
        cursor.execute(_percent(_LEVELS.format(**parts)), [link.channel_id, at, at])
    return link


def _percent(sql: str) -> str:
    """The remainder sign, as the driver wants it; placeholders stay."""
    return sql.replace("%", "%%").replace("%%s", "%s")


def _tell(options: argparse.Namespace, seconds: dict[str, float]) -> None:
    ratio = seconds["our statement"] / seconds["bare join"]
    rows = [(name, f"{taken:.2f}") for name, taken in seconds.items()]
    rows.append(("our statement, times the bare join", f"{ratio:.2f}"))
    figures = {
        "database": options.database,
        "rows": options.rows,
        "seconds": {name: round(taken, 2) for name, taken in seconds.items()},
        "ratio": round(ratio, 2),
        "budget": BUDGET,
        "met": ratio <= BUDGET,
    }
    tell("drift", heads=("", "seconds"), rows=rows, figures=figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
