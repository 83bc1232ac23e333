"""What the benchmarks make of what they saw; the measuring itself is never a test."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.benchmarks.quota import rolling
from tests.benchmarks.report import percentile, spread
from tests.benchmarks.requests import floor
from tests.benchmarks.traffic import Books, level_seconds, order_seconds

NOON = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
PLACE = ("7", "SOCK")


def entry(kind: str, *, after: int, key: str = "", id: str = "", **payload: Any) -> dict[str, Any]:
    at = (NOON + timedelta(seconds=after)).isoformat()
    return {"kind": kind, "key": key, "id": id, "at": at, "payload": payload}


def receipt(id: str, *, after: int, units: int = 1) -> dict[str, Any]:
    lines = [{"sku": "SOCK", "quantity": str(units)}]
    gross = str(9 * units)
    return entry("receipt", after=after, id=id, warehouseid=7, gross=gross, lines=lines)


def level(told: int, *, after: int) -> dict[str, Any]:
    return entry("stock-level", after=after, warehouseid=7, sku="SOCK", decimaltotal=str(told))


def books(*entries: dict[str, Any]) -> Books:
    found = Books.__new__(Books)
    found.entries = list(entries)
    return found


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([5, 1, 3, 2, 4], 50) == 3
    assert spread([1, 2])["p99"] == 2


def test_a_sale_without_an_order_is_counted_and_not_timed() -> None:
    order = entry("sales-order", after=3, key="sitoo:1")

    assert order_seconds(books(receipt("1", after=0), receipt("2", after=1), order)) == ([3], 1)


def test_a_level_counts_only_when_it_is_as_low_as_the_sale_makes_it() -> None:
    seen = books(receipt("1", after=0), receipt("2", after=1), level(9, after=2), level(8, after=6))

    assert level_seconds(seen, {PLACE: Decimal(10)}) == ([2, 5], 0)


def test_a_level_that_was_never_told_is_missing() -> None:
    assert level_seconds(books(receipt("1", after=0)), {PLACE: Decimal(10)}) == ([], 1)


def test_a_place_where_something_came_back_is_left_out() -> None:
    seen = books(receipt("1", after=0), receipt("2", after=1, units=-1), level(9, after=2))

    assert level_seconds(seen, {PLACE: Decimal(10)}) == ([], 0)


def test_every_rolling_minute_counts_what_arrived_in_it() -> None:
    samples = [(0.0, 10), (30.0, 110), (59.5, 200), (61.0, 205), (95.0, 300)]

    assert rolling(samples) == [190, 95]


def test_the_floor_bundles_writes_by_ten_and_reads_row_ids_by_the_hundred() -> None:
    posted = {"create-order": 1000, "issue-goods-out": 1000, "take-payment": 15}

    assert floor(posted, bundled=True) == 100 + 100 + 2 + 10
    assert floor(posted, bundled=False) == 1000 + 1000 + 15 + 10
