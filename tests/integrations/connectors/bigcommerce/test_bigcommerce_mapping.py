"""Payloads as records: one golden order, and every quirk by itself."""

from copy import deepcopy
from decimal import Decimal

import pytest

from integrations.canonical.orders import LineRole
from integrations.connectors.bigcommerce.mapping import records
from integrations.connectors.errors import SchemaChangedError
from tests.integrations.connectors.bigcommerce.shop import fixture, record, settings

D = Decimal
ORDER = "order__coupon_and_split_payment"


@pytest.fixture
def payload():
    return fixture(ORDER)


def rows(order):
    return [(row.role, row.net, row.tax) for row in order.lines]


def test_the_example_order_reads_to_the_penny(payload):
    order = record("orders", payload, store_code="WEB")

    assert rows(order) == [
        (LineRole.GOODS, D("45.00"), D("9.00")),
        (LineRole.GOODS, D("9.00"), D("1.80")),
        (LineRole.SHIPPING, D("5.00"), D("1.00")),
    ]
    assert [row.tax_rate for row in order.lines] == [D(20), D(20), D(20)]
    assert [row.discount_net for row in order.lines[:2]] == [D(5), D(1)]
    assert [(t.name, t.amount) for t in order.tenders] == [
        ("giftcertificate", D("20.0")),
        ("stripe", D("50.8")),
    ]
    assert order.placed_at.isoformat() == "2026-11-19T21:05:30+00:00"
    assert (order.store_code, order.location_code) == ("WEB", "1")
    assert order.note == "Leave it with the neighbour"
    assert (order.is_paid, order.ship_to.name) == (True, "Tilda Moss")


def test_a_shipping_coupon_lowers_the_shipping(payload):
    payload["order"] |= {"total_inc_tax": "68.4000", "total_ex_tax": "57.0000", "total_tax": "11.4"}
    payload["taxes"][2]["line_amount"] = "0.6000"

    order = record("orders", payload)

    assert rows(order)[2] == (LineRole.SHIPPING, D("3.00"), D("0.60"))


def test_fractions_of_a_penny_go_where_they_make_up_the_total(payload):
    for line, amount in zip(lines(payload), ("54.0049", "10.8049"), strict=True):
        line["discounted_total_inc_tax"] = amount
    payload["order"] |= {"total_inc_tax": "70.8100", "total_ex_tax": "59.0100"}

    order = record("orders", payload)

    assert sum(row.net + row.tax for row in order.lines) == D("70.81")


def test_a_real_difference_is_left_to_be_seen(payload):
    payload["order"]["total_inc_tax"] = "80.0000"

    order = record("orders", payload)

    assert sum(row.net + row.tax for row in order.lines) == D("70.80")


def test_an_older_order_states_discounts_only_beside_the_row(payload):
    first, second = lines(payload)
    del first["discounted_total_inc_tax"]
    second["discounted_total_inc_tax"] = None
    second["applied_discounts"][0]["amount"] = "1.2000"

    assert rows(record("orders", payload))[:2] == [
        (LineRole.GOODS, D("45.00"), D("9.00")),
        (LineRole.GOODS, D("9.00"), D("1.80")),
    ]


def test_two_taxes_on_one_row_add_up(payload):
    extra = deepcopy(payload["taxes"][0])
    payload["taxes"].append(extra | {"name": "Levy", "rate": "2.5000", "line_amount": "0.0000"})

    assert record("orders", payload).lines[0].tax_rate == D("22.5")


def test_wrapping_handling_and_fees_are_rows_of_their_own(payload):
    payload["order"] |= {
        "handling_cost_inc_tax": "1.2000",
        "handling_cost_tax": "0.2000",
        "fees": {"fees": [{"id": 9, "cost_inc_tax": D("2.4"), "cost_tax": "0.4000"}]},
        "total_inc_tax": "80.4000",
        "total_ex_tax": "67.0000",
        "total_tax": "13.4000",
    }
    lines(payload)[0] |= {"wrapping_cost_inc_tax": "6.0000", "wrapping_cost_tax": "1.0000"}

    order = record("orders", payload)

    assert rows(order)[3:] == [
        (LineRole.HANDLING, D("1.00"), D("0.20")),
        (LineRole.WRAPPING, D("5.00"), D("1.00")),
        (LineRole.FEE, D("2.00"), D("0.40")),
    ]


def test_a_gift_certificate_is_money_in_advance(payload):
    lines(payload)[1] |= {"type": "giftcertificate", "sku": ""}

    line = record("orders", payload).lines[1]

    assert (line.is_gift_card, line.sku) == (True, "(no SKU)")


def test_an_authorisation_is_no_money_and_its_capture_is(payload):
    held, later = payload["transactions"][1], deepcopy(payload["transactions"][1])
    held["event"] = "authorization"

    waiting = record("orders", payload)
    payload["transactions"].append(later | {"event": "capture"})
    captured = record("orders", payload)

    assert (waiting.is_paid, captured.is_paid) == (False, True)


def test_a_way_to_pay_that_the_merchant_made_up_goes_by_its_name(payload):
    payload["transactions"][1] |= {"method": "custom", "custom": {"payment_method": "Invoice"}}

    assert record("orders", payload).tenders[1].name == "Invoice"


@pytest.mark.parametrize(
    ("status", "is_open", "is_cancelled"),
    [(1, True, False), (5, False, True), (6, False, True), (7, True, False), (10, False, False),
     (11, False, False), (12, True, False), (13, True, False), (14, False, False)],
)  # fmt: skip
def test_the_status_says_whether_it_counts(payload, status, is_open, is_cancelled):
    payload["order"]["status_id"] = status

    order = record("orders", payload)

    assert (order.is_open, order.is_cancelled) == (is_open, is_cancelled)


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda p: p["order"].pop("total_inc_tax"), "total_inc_tax"),
        (lambda p: p["order"].update(status_id="11"), "status_id"),
        (lambda p: p["order"].update(total_tax="eleven"), "total_tax"),
        (lambda p: p["order"].update(consignments={"url": "…"}), "consignments.pickups"),
        (lambda p: p["taxes"][0].pop("rate"), "rate"),
        (lambda p: p["order"].update(date_created="yesterday"), "date_created"),
    ],
    ids=["no total", "a status as text", "no number", "only a link", "no rate", "no date"],
)
def test_a_changed_schema_names_its_field(payload, spoil, field):
    spoil(payload)

    with pytest.raises(SchemaChangedError) as caught:
        record("orders", payload)

    assert caught.value.field == field


def test_an_unknown_field_is_no_matter(payload):
    payload["order"]["quantum_discount"] = {"new": True}

    assert record("orders", payload).external_id == "5001"


def test_stored_decimals_come_back_as_text_and_read_the_same(payload):
    before = record("orders", payload)
    for paid in payload["transactions"]:
        paid["amount"] = str(paid["amount"])

    assert record("orders", payload) == before


def test_a_refund_may_leave_its_rows_without_amounts():
    refund = record("refunds", fixture("refund__one_item"))

    assert (refund.total, refund.tax, refund.currency) == (D("10.8"), D("1.8"), "GBP")
    assert [(row.line_id, row.quantity, row.amount) for row in refund.lines] == [("66", D(1), None)]
    assert refund.reason == "Arrived broken"


def test_a_declined_part_of_a_refund_is_no_money():
    payload = fixture("refund__one_item")
    bad = payload["refund"]["payments"][0] | {"is_declined": True, "provider_id": "adyen"}
    payload["refund"]["payments"].append(bad)

    refund = record("refunds", payload)

    assert (refund.is_declined, [t.name for t in refund.tenders]) == (False, ["stripe"])


def test_variants_are_products_with_their_own_price_and_name():
    medium, large = records("products", fixture("product__two_variants"), settings())

    assert (medium.external_id, medium.parent_id) == ("77/331", "77")
    assert (medium.price_gross, large.price_gross) == (D(30), D("32.5"))
    assert (medium.barcode, large.barcode) == ("5000000000017", "5000000000024")
    assert (medium.is_active, large.is_active) == (True, False)
    assert medium.options == (("Colour", "Blue"), ("Size", "M"))


def test_prices_of_a_store_without_tax_inside_are_net():
    payload = fixture("product__two_variants") | {"prices_include_tax": False}

    product = record("products", payload)

    assert (product.price_net, product.price_gross) == (D(30), None)


def lines(payload):
    return payload["order"]["consignments"]["shipping"][0]["line_items"]
