"""Quotes and refunds: amounts to the penny, one alternative, what happens to the order."""

from decimal import Decimal

import pytest

from integrations.sandbox.trade.items import Tender
from integrations.sandbox.trade.online import OnlineRefund, Shopper
from tests.integrations.sandbox.bigcommerce.kit import Web, line

D = Decimal


@pytest.fixture
def web():
    return Web()


def product(order, quantity=1, row=0):
    return {"item_type": "PRODUCT", "item_id": order.lines[row].id, "quantity": quantity}


def quote(web, order, *items):
    path = f"/v3/orders/{order.id}/payment_actions/refund_quotes"
    return web.call("POST", path, {"items": list(items)})


def refund(web, order, payments, *items):
    path = f"/v3/orders/{order.id}/payment_actions/refunds"
    return web.call("POST", path, {"items": list(items), "payments": payments})


def stripe(amount):
    return [{"provider_id": "stripe", "amount": amount, "offline": False}]


def test_a_quote_offers_the_card_and_an_outside_way_but_no_credit_to_a_guest(web):
    order = web.order(line("MG-WHI", 2, "21.60"))

    answer = quote(web, order, product(order))

    found = answer.json()["data"]
    assert answer.status == 201
    assert (found["total_refund_amount"], found["total_refund_tax_amount"]) == (
        D("10.80"),
        D("1.80"),
    )
    ways = [[part["provider_id"] for part in way] for way in found["refund_methods"]]
    assert ways == [["stripe"], ["custom"]]
    assert found["refund_methods"][1][0]["offline"] is True


def test_somebody_with_an_account_may_have_store_credit(web):
    cara = Shopper("cara@example.com", "Cara", "Calder", has_account=True)
    order = web.order(shopper=cara)

    ways = quote(web, order, product(order)).json()["data"]["refund_methods"]

    assert ["storecredit"] in [[part["provider_id"] for part in way] for way in ways]


def test_a_refund_books_the_money_and_moves_the_order(web):
    order = web.order(line("MG-WHI", 2, "21.60"), shipping=D("6.00"))

    answer = refund(web, order, stripe(10.8), product(order))

    assert answer.status == 201
    assert answer.json()["data"]["total_amount"] == D("10.80")
    row = web.get(f"/v2/orders/{order.id}")
    assert (row["status_id"], row["payment_status"]) == (14, "partially refunded")
    assert web.get("/v3/orders/payment_actions/refunds", order_id__in=order.id)["data"]


def test_a_whole_refund_with_shipping_closes_the_order(web):
    order = web.order(line("MG-WHI", 1, "10.80"), shipping=D("6.00"))
    shipping = {"item_type": "SHIPPING", "item_id": order.address_id, "amount": 6}

    refund(web, order, stripe(16.8), product(order), shipping)

    row = web.get(f"/v2/orders/{order.id}")
    assert (row["status_id"], row["payment_status"]) == (4, "refunded")


@pytest.mark.parametrize("amount", [10.79, 10.81, 21.6])
def test_a_penny_more_or_less_than_the_quote_is_refused(web, amount):
    order = web.order(line("MG-WHI", 2, "21.60"))

    answer = refund(web, order, stripe(amount), product(order))

    assert answer.status == 422
    assert answer.json()["data"][0]["status"] == 422
    assert not web.sandbox.ledger.entries(kind="refund")


def test_what_was_refunded_cannot_be_refunded_again(web):
    order = web.order(line("MG-WHI", 1, "10.80"))
    refund(web, order, stripe(10.8), product(order))

    assert quote(web, order, product(order)).status == 422


def test_a_split_payment_goes_back_to_both(web):
    tenders = (Tender("giftcertificate", D("5.00"), "GC1"), Tender("stripe", D("9.75"), "ch_2"))
    order = web.order(line("MG-WHI", 1, "10.80"), tenders=tenders)
    shipping = {"item_type": "SHIPPING", "item_id": order.address_id, "amount": 3.95}

    (first, *_) = quote(web, order, product(order), shipping).json()["data"]["refund_methods"]

    assert [(part["provider_id"], part["amount"]) for part in first] == [
        ("stripe", D("9.75")),
        ("giftcertificate", D("5.00")),
    ]


def test_a_declined_refund_is_booked_as_declined_and_moves_nothing(web):
    order = web.order(line("MG-WHI", 1, "10.80"))
    web.shop.configure({"declines": 1})

    answer = refund(web, order, stripe(10.8), product(order))

    (payment,) = answer.json()["data"]["payments"]
    assert payment["is_declined"] is True
    assert web.get(f"/v2/orders/{order.id}")["status_id"] == 11


def test_the_odd_penny_comes_with_the_last_unit(web):
    order = web.order(line("MG-WHI", 3, "10.00"))
    amounts = []
    for _ in range(3):
        found = quote(web, order, product(order)).json()["data"]["total_refund_amount"]
        amounts.append(found)
        refund(web, order, [{"provider_id": "stripe", "amount": str(found)}], product(order))

    assert amounts == [D("3.33"), D("3.34"), D("3.33")]


def test_a_refund_in_the_control_panel_is_a_refund_like_any_other(web):
    order = web.order(line("MG-WHI", 2, "21.60"))
    now = web.clock.now()

    row = web.shop.payments.give_back(OnlineRefund("R-1", "W-1", now, now, ((0, 2),), True))
    nothing = web.shop.payments.give_back(OnlineRefund("R-2", "W-1", now, now, ((0, 2),), True))

    assert row["total_amount"] == order.total
    assert nothing is None
