"""Made-up days of the online shop, and a file's receipts as web orders."""

import json
from datetime import date
from decimal import Decimal

import pytest

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.http import Request
from integrations.sandbox.trade.estate import example_estate
from integrations.sandbox.trade.online import OnlineCancellation, OnlineOrder, OnlineRefund, Outcome
from integrations.sandbox.trade.online_days import generate_online

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def items():
    return generate_online(orders=1500, seed=7, day=DAY, estate=example_estate())


def control(sandbox, path, body):
    answer = sandbox.handle(Request("POST", path, body=json.dumps(body).encode()))
    return answer.json()


def test_the_same_seed_gives_the_same_day(items):
    again = generate_online(orders=1500, seed=7, day=DAY, estate=example_estate())

    assert again == items
    assert generate_online(orders=9, seed=8, day=DAY, estate=example_estate()) != items[:9]


def test_a_day_holds_everything_that_happens_in_a_shop(items):
    orders = [item for item in items if isinstance(item, OnlineOrder)]
    assert len(orders) == 1500
    assert {order.outcome for order in orders} == set(Outcome)
    assert any(order.store for order in orders)
    assert any(order.shopper.group for order in orders)
    assert any(line.voucher for order in orders for line in order.lines)
    assert {len(order.tenders) for order in orders} == {1, 2}
    assert any(isinstance(item, OnlineCancellation) for item in items)
    refunds = [item for item in items if isinstance(item, OnlineRefund)]
    assert {refund.with_shipping for refund in refunds} == {True, False}


def test_tenders_always_add_up_to_the_order(items):
    for item in items:
        if isinstance(item, OnlineOrder):
            assert sum(tender.amount for tender in item.tenders) == item.total


def test_a_day_is_rung_up_through_the_control(items):
    sandbox = Sandbox()

    summary = control(
        sandbox, "/_sandbox/trade/online", {"orders": 60, "seed": 7, "day": "2026-11-20"}
    )

    orders = sandbox.bigcommerce.state.orders.values()
    assert len(orders) == 60
    assert summary["rung"]["online paid"] == sum(
        bool(order.payment_status == "captured" or order.refunds) for order in orders
    )


FILE = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1001,84001,Tin lantern,3,2026-11-18 09:00:00,4.50,9001,United Kingdom
1002,84002,Glass float,1,2026-11-18 09:30:00,7.25,9002,United Kingdom
C1003,84001,Tin lantern,-2,2026-11-18 11:00:00,4.50,9001,United Kingdom
C1004,84099,Brass bell,-1,2026-11-18 12:00:00,9.99,9003,United Kingdom
"""


def test_a_file_of_invoices_becomes_web_orders_and_refunds(tmp_path):
    path = tmp_path / "web.csv"
    path.write_text(FILE)
    sandbox = Sandbox()

    summary = control(sandbox, "/_sandbox/trade/csv", {"path": str(path), "channel": "online"})

    first, second = sandbox.bigcommerce.state.orders.values()
    assert (first.total, second.total) == (Decimal("13.50"), Decimal("7.25"))
    assert [row["total_amount"] for row in first.refunds] == [Decimal("9.00")]
    assert summary["rung"] == {"online paid": 2, "online refunds": 1}
    assert not sandbox.sitoo.state.orders
