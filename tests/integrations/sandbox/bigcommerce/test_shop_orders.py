"""Orders, their parts and shipments, as the simulated shop shows them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.sandbox.trade.online import Outcome
from tests.integrations.sandbox.bigcommerce.kit import LEEDS, Web, line

D = Decimal


@pytest.fixture
def web():
    return Web()


def ship(web, order, quantity=1, **changes):
    body = {
        "order_address_id": order.address_id,
        "tracking_number": "EJ958083578GB",
        "shipping_provider": "royalmail",
        "items": [{"order_product_id": order.lines[0].id, "quantity": quantity}],
    }
    return web.call("POST", f"/v2/orders/{order.id}/shipments", body | changes)


def test_an_order_adds_up_as_the_reference_says(web):
    shirt = line("RJ-NAV-M", 2, "54.00", full="60.00", voucher="SAVE10")
    mug = line("MG-WHI", 1, "10.80", full="12.00", voucher="SAVE10")
    order = web.order(shirt, mug, shipping=D("6.00"))

    row = web.get(f"/v2/orders/{order.id}")

    assert (row["status_id"], row["payment_status"]) == (11, "captured")
    assert (row["subtotal_inc_tax"], row["coupon_discount"]) == ("72.0000", "7.2000")
    assert (row["total_inc_tax"], row["total_tax"]) == ("70.8000", "11.8000")
    assert row["date_created"] == "Fri, 20 Nov 2026 09:00:00 +0000"
    assert row["refunded_amount"] == "0.0000"


def test_taxes_name_their_rows_only_with_details(web):
    order = web.order(line("MG-WHI", 1, "10.80"), shipping=D("6.00"))

    plain = web.get(f"/v2/orders/{order.id}/taxes")
    detailed = web.get(f"/v2/orders/{order.id}/taxes", details="true")

    assert [row["line_amount"] for row in plain] == ["1.8000", "1.0000"]
    assert all("order_product_id" not in row for row in plain)
    assert detailed[0]["order_product_id"] == str(order.lines[0].id)
    assert [row["line_item_type"] for row in detailed] == ["item", "shipping"]


def test_nothing_found_is_an_answer_without_a_body(web):
    answer = web.call("GET", "/v2/orders")

    assert (answer.status, answer.body) == (204, b"")


def test_orders_are_found_by_change_and_id_and_come_with_their_rows(web):
    web.order()
    web.clock.advance(timedelta(minutes=5))
    second = web.order(line("TB-SAN", 1, "14.00"))

    since = "Fri, 20 Nov 2026 09:01:00 +0000"
    rows = web.get(
        "/v2/orders",
        min_date_modified=since,
        sort="date_modified:asc",
        include="consignments.line_items",
        consignment_structure="object",
    )

    assert [row["id"] for row in rows] == [second.id]
    (sent,) = rows[0]["consignments"]["shipping"]
    assert (sent["id"], sent["line_items"][0]["sku"]) == (second.address_id, "TB-SAN")
    assert [row["id"] for row in web.get("/v2/orders", max_id=second.id - 1)] == [second.id - 1]


def test_an_order_to_collect_names_its_store_and_takes_its_stock(web):
    before = web.level("MG-WHI", LEEDS)

    order = web.order(line("MG-WHI", 2, "17.90"), store="LDS01")

    (pickup,) = web.get(f"/v2/orders/{order.id}/consignments")["pickups"]
    assert pickup["location"]["code"] == "LDS01"
    assert pickup["line_items"][0]["order_pickup_method_id"] == order.pickup_id
    assert web.level("MG-WHI", LEEDS) == before - 2
    assert web.call("GET", f"/v2/orders/{order.id}/shipping_addresses").status == 204


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.GIVEN_UP, 0), (Outcome.UNPAID, 7)])
def test_an_order_without_money_takes_no_stock(web, outcome, status):
    before = web.level("MG-WHI")

    order = web.order(outcome=outcome)

    assert web.get(f"/v2/orders/{order.id}")["status_id"] == status
    assert web.level("MG-WHI") == before


def test_a_shipment_moves_the_order_and_a_second_completes_it(web):
    order = web.order(line("MG-WHI", 3, "26.85"))

    first = ship(web, order, 1)
    partly = web.get(f"/v2/orders/{order.id}")
    second = ship(web, order, 2, tracking_number="EJ958083579GB")
    wholly = web.get(f"/v2/orders/{order.id}")

    assert (first.status, second.status) == (201, 201)
    assert (partly["status_id"], partly["items_shipped"], partly["date_shipped"]) == (3, 1, "")
    assert (wholly["status_id"], wholly["items_shipped"]) == (2, 3)
    assert wholly["date_shipped"]
    assert [e.key for e in web.sandbox.ledger.entries(kind="shipment")] == [
        "EJ958083578GB",
        "EJ958083579GB",
    ]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"order_address_id": 1}, 400),
        ({"items": []}, 400),
        ({"items": [{"order_product_id": 1, "quantity": 1}]}, 400),
        ({"tracking_number": "x" * 51}, 400),
    ],
    ids=["a foreign address", "no items", "a foreign row", "a long number"],
)
def test_a_shipment_that_does_not_fit_is_refused(web, changes, status):
    order = web.order()

    answer = ship(web, order, **changes)

    assert answer.status == status
    assert answer.json()[0]["status"] == status
    assert not web.sandbox.ledger.entries(kind="shipment")


def test_more_than_was_ordered_cannot_be_shipped(web):
    order = web.order()

    assert ship(web, order, 2).status == 409


def test_a_status_is_set_and_read_only_fields_are_not(web):
    order = web.order()

    moved = web.call("PUT", f"/v2/orders/{order.id}", {"status_id": 10})
    refused = web.call("PUT", f"/v2/orders/{order.id}", {"total_tax": "0.0000"})

    assert moved.json()["status"] == "Completed"
    assert refused.status == 400


def test_deleting_all_orders_is_refused(web):
    web.order()

    assert web.call("DELETE", "/v2/orders").status == 405
    assert web.get("/v2/orders/count")["count"] == 1
