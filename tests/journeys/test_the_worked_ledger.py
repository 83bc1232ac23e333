"""The worked example of the design, from the till to the ledger, in both accounting modes.

Leeds sells a jacket for 120.00 and two pairs of socks for 18.00, paid 38.00 in cash and 100.00 by
card; one pair comes back for 9.00 to the card, worn but clean; the till closes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.models import Hold, StockReading, StreamCursor
from integrations.sandbox.trade.items import ReceiptLine
from reconciliation.content import shown
from reconciliation.models import DayJournal, StoreDay
from tests.simulation import shop
from tests.simulation.world import World, open_world

pytestmark = pytest.mark.django_db
VAT = Decimal(20)


def row(sku: str, name: str, quantity: int, gross: str) -> ReceiptLine:
    return ReceiptLine(sku, name, quantity, Decimal(gross), VAT, Decimal(gross))


JACKET, SOCKS = row("MG-WHI", "Jacket", 1, "120.00"), row("SK-GRE-S", "Socks", 2, "18.00")
SALE = shop.sale("R-1", JACKET, SOCKS, paid=(("Cash", "38.00"), ("Card", "100.00")))
WORN_BUT_CLEAN = "101"
RETURN = shop.refund("R-2", SALE, (1, 1, WORN_BUT_CLEAN))


@dataclass(frozen=True)
class Day:
    """The day after it came to rest; `before` is how much the systems had accepted until then."""

    world: World
    before: int

    def at_the_erp(self, kind: str) -> list[dict[str, Any]]:
        """What the ERP accepted, from its own ledger."""
        ledger = self.world.sandbox.ledger
        found = ledger.entries(system="brightpearl", kind=kind, after=self.before)
        return [dict(entry.payload) for entry in found]

    def work(self) -> None:
        """Work until idle, and once more when finished days are looked for."""
        assert self.world.work()
        self.world.wait(timedelta(minutes=1))
        assert self.world.work()


def trade(mode: str) -> Iterator[Day]:
    with open_world(accounting_mode=mode) as (world, _):
        day = Day(world, len(world.sandbox.ledger))
        world.ring(SALE, RETURN, shop.close(1))
        day.work()
        yield day


@pytest.fixture
def per_order() -> Iterator[Day]:
    yield from trade("per_order")


@pytest.fixture
def daily_journal() -> Iterator[Day]:
    yield from trade("daily_journal")


def payments(day: Day) -> list[tuple[str, str, Decimal]]:
    return [(p["type"], p["method"], p["amount"]) for p in day.at_the_erp("customer-payment")]


def check_orders_and_stock(day: Day) -> None:
    """What both modes have in common."""
    (order,), (credit,) = day.at_the_erp("sales-order"), day.at_the_erp("sales-credit")
    assert (order["net"], order["tax"]) == (Decimal("115.00"), Decimal("23.00"))
    assert (credit["net"], credit["tax"]) == (Decimal("7.50"), Decimal("1.50"))
    assert credit["parentId"] == order["orderId"]
    (shipped,), (received,) = (
        day.at_the_erp("goods-out-shipped"),
        day.at_the_erp("goods-in-note"),
    )
    assert [line["quantity"] for line in shipped["lines"]] == [1, 2]
    assert [(line["quantity"], line["quarantine"]) for line in received["lines"]] == [(1, False)]
    assert stock_taken() == {"MG-WHI": 1, "SK-GRE-S": 1}
    assert not Hold.objects.open().exists()


def stock_taken() -> dict[str, Decimal]:
    """Units less than at the opening, by the ERP's own last reading."""
    readings = StockReading.objects.filter(on_hand__lt=shop.OPENING_EACH)
    leeds = readings.exclude(location_code="").values_list("sku", "on_hand")
    return {sku: shop.OPENING_EACH - on_hand for sku, on_hand in leeds}


def test_per_order_the_money_is_on_the_orders_and_the_day_needs_no_journal(
    per_order: Day,
) -> None:
    check_orders_and_stock(per_order)

    assert payments(per_order) == [
        ("RECEIPT", "CASH", Decimal("38.00")),
        ("RECEIPT", "CARD", Decimal("100.00")),
        ("PAYMENT", "CARD", Decimal("9.00")),
    ]
    assert {closed["type"] for closed in per_order.at_the_erp("close")} == {"SO", "SC"}
    assert per_order.at_the_erp("journal") == []


def test_with_a_daily_journal_one_journal_carries_the_money_to_the_penny(
    daily_journal: Day,
) -> None:
    check_orders_and_stock(daily_journal)

    (journal,) = daily_journal.at_the_erp("journal")
    lines = {line["nominalCode"]: line["debit"] - line["credit"] for line in journal["lines"]}
    assert lines == {
        "1210": Decimal("38.00"),  # cash clearing
        "1220": Decimal("91.00"),  # card clearing: 100.00 less 9.00
        "4000": Decimal("-107.50"),
        "2200": Decimal("-21.50"),
    }
    assert sum(line["debit"] for line in journal["lines"]) == Decimal("129.00")
    assert payments(daily_journal) == []
    assert daily_journal.at_the_erp("close") == []


@pytest.mark.parametrize("mode", ["per_order", "daily_journal"])
def test_the_day_is_ready_to_be_prepared_and_says_129_everywhere(
    request: pytest.FixtureRequest, mode: str
) -> None:
    day: Day = request.getfixturevalue(mode)
    day.world.wait(timedelta(minutes=2))
    day.work()

    row = StoreDay.objects.get(store_code=shop.LEEDS)

    figures = shown(row.content).figures
    assert figures is not None
    assert [v["sentence"] for v in row.content["variances"]] == []
    assert (row.state, row.content["blockers"]) == ("ready", [])
    said = {amount for _, amount in figures.gross.cells if amount is not None}
    assert said == {Decimal("129.00")}
    assert {tender.name: tender.receipts for tender in figures.tenders} == {
        "Card": Decimal("91.00"),
        "Cash": Decimal("38.00"),
    }


def test_each_line_of_the_journal_names_its_receipts(daily_journal: Day) -> None:
    lines = {line["nominal"]: line["receipts"] for line in DayJournal.objects.get().lines}

    sold, returned = lines["4000"]
    assert lines == {
        "1210": [sold],
        "1220": [sold, returned],
        "4000": [sold, returned],
        "2200": [sold, returned],
    }


def test_a_sale_that_arrives_late_adds_a_journal_and_changes_none(daily_journal: Day) -> None:
    first = DayJournal.objects.get().lines
    late = shop.sale("R-3", SOCKS, at=SALE.occurred_at + timedelta(hours=1))

    daily_journal.world.ring(late)
    daily_journal.work()

    kept, added = DayJournal.objects.order_by("sequence")
    assert kept.lines == first
    assert added.total == Decimal("18.00")


def test_reading_the_whole_day_again_adds_nothing_at_the_erp(per_order: Day) -> None:
    ledger = per_order.world.sandbox.ledger
    before = len(ledger)

    StreamCursor.objects.update(cursor="")
    per_order.work()

    assert len(ledger) == before
    assert ledger.duplicates() == {}
