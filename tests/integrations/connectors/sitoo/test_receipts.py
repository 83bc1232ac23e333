from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.canonical.orders import OrderOrigin, SalesCredit, SalesOrder
from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.sitoo.mapping import records
from tests.integrations.connectors.sitoo.till import fixture

D = Decimal


def sale(**changes):
    return {**fixture("order__split_payment"), **changes}


def refund(**changes):
    return {**fixture("order__return_of_one_line"), **changes}


def item(number, *, quantity, net, vat, **more):
    return {
        "orderitemid": number,
        "orderitemtype": 10,
        "productname": f"Thing {number}",
        "sku": f"T-{number}",
        "quantity": quantity,
        "decimalunitquantity": None,
        "decimalquantitytotal": f"{quantity}.000",
        "vatvalue": 20,
        "moneyitemtotal_net": net,
        "moneyitemtotal_vat": vat,
        "moneydiscount": "0.00",
        "additionaldata": {},
        **more,
    }


def pay(amount, name="Card", **extra):
    return {"name": name, "moneyamount": amount, "additionaldata": extra}


def mixed(*, payments, net="-10.00", vat="-2.00", gross="-12.00", roundoff="0.00"):
    """Sold for 24.00 and took back for 36.00, unless told otherwise."""
    return sale(
        moneytotal_net=net,
        moneytotal_vat=vat,
        moneyfinal_net=net,
        moneyfinal_vat=vat,
        moneytotal_gross_all=gross,
        moneytotal_gross_roundoff=roundoff,
        orderitems=[
            item(0, quantity=1, net="20.00", vat="4.00"),
            item(1, quantity=-1, net="-30.00", vat="-6.00"),
        ],
        payments=payments,
    )


def read(payload):
    return list(records("orders", payload))


def paid(receipt):
    return [(tender.name, tender.amount) for tender in receipt.tenders]


def adds_up(receipt):
    tenders = sum((tender.amount for tender in receipt.tenders), D(0))
    lines = sum((line.net + line.tax for line in receipt.lines), D(0))
    return tenders == receipt.stated_gross + receipt.rounding and lines == receipt.stated_gross


# --- a sale ---------------------------------------------------------------------------------------


def test_a_sale_keeps_its_numbers_as_stated():
    (order,) = read(sale())

    assert isinstance(order, SalesOrder)
    assert (order.external_id, order.number) == ("20415", "SIG000009990000110231")
    assert (order.store_code, order.location_code) == ("LDS01", "3")
    assert order.register_id == "{7F0C6B1E-52A4-4D0E-9A77-0C1D2E3F4A5B}"
    assert order.placed_at == datetime(2026, 11, 20, 10, 35, tzinfo=UTC)
    assert (order.stated_net, order.stated_tax, order.stated_gross) == (D(115), D(23), D(138))
    assert (order.origin, order.is_open, order.is_cancelled) == (OrderOrigin.TILL, False, False)


def test_lines_carry_row_totals_rate_and_discount():
    jacket, socks = read(sale())[0].lines

    assert (jacket.sku, jacket.quantity, jacket.net, jacket.tax) == ("RJ-NVY-M", 1, D(100), D(20))
    assert (socks.line_id, socks.name, socks.tax_rate) == ("1", "Hiking Socks", D(20))
    assert socks.discount_net == D("5.00")  # 2.50 a pair


def test_each_payment_of_a_split_is_a_tender():
    cash, card = read(sale())[0].tenders

    assert (cash.index, cash.name, cash.code, cash.amount) == (0, "Cash", "CASH", D(38))
    assert (card.index, card.amount, card.reference) == (1, D(100), "QX7B2K9P4C")


def test_a_payments_external_id_may_be_a_number():
    payload = sale(payments=[{**pay("138.00"), "externalid": 17}])

    assert read(payload)[0].tenders[0].code == "17"


def test_cash_rounding_stays_beside_the_goods():
    payload = sale(
        moneytotal_gross_roundoff="-0.02",
        moneytotal_gross_all="137.98",
        payments=[pay("137.98", "Cash")],
    )
    (order,) = read(payload)

    assert (order.stated_gross, order.rounding) == (D("138.00"), D("-0.02"))
    assert adds_up(order)


def test_weighed_goods_count_by_their_weight():
    cloth = item(0, quantity=1, net="9.99", vat="2.00", decimalunitquantity="1.235")
    (order,) = read(sale(orderitems=[{**cloth, "decimalquantitytotal": "1.235"}]))

    assert order.lines[0].quantity == D("1.235")


def test_a_weight_without_its_total_is_multiplied():
    cloth = item(0, quantity=2, net="9.99", vat="2.00", decimalunitquantity="0.5")
    (order,) = read(sale(orderitems=[{**cloth, "decimalquantitytotal": None}]))

    assert order.lines[0].quantity == D("1.0")


def test_a_row_of_nothing_and_a_negative_price_are_shown_as_they_are():
    rows = [
        item(0, quantity=0, net="0.00", vat="0.00"),
        item(1, quantity=1, net="-5.00", vat="-1.00"),
    ]
    (order,) = read(sale(orderitems=rows))

    assert [(line.quantity, line.net) for line in order.lines] == [(0, 0), (1, D("-5.00"))]


def test_a_discount_row_lowers_the_row_before_it():
    rows = [
        item(0, quantity=1, net="20.00", vat="4.00"),
        item(1, quantity=1, net="-2.00", vat="-0.40", orderitemtype=20, sku=""),
    ]
    (order,) = read(sale(orderitems=rows))

    assert [(line.sku, line.net, line.tax) for line in order.lines] == [
        ("T-0", D("18.00"), D("3.60"))
    ]


def test_a_free_text_row_can_be_held_for_its_sku():
    (order,) = read(sale(orderitems=[item(0, quantity=1, net="1.00", vat="0.20", sku=None)]))

    assert order.lines[0].sku == "(no SKU)"


def test_delivery_fees_are_in_the_totals_so_that_they_are_noticed():
    (order,) = read(sale(moneyfinal_net="119.00", moneyfinal_vat="23.80"))

    assert (order.stated_net, order.stated_tax) == (D("119.00"), D("23.80"))


def test_totals_without_fees_are_enough():
    payload = sale()
    del payload["moneyfinal_net"], payload["moneyfinal_vat"]

    assert read(payload)[0].stated_net == D("115.00")


def test_a_shopper_is_kept_as_far_as_an_order_needs_it():
    (order,) = read(sale(email="jo@example.com", namefirst="Jo", namelast="Bloggs", phone="0"))

    assert order.customer.email == "jo@example.com"
    assert not order.customer.is_anonymous


# --- states and origins ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order_state", "payment_state", "is_open", "is_cancelled"),
    [
        (0, 20, True, False),
        (10, 20, False, False),
        (10, 0, False, False),
        (10, 10, True, False),
        (10, 15, True, False),
        (20, 20, False, True),
        (20, 10, False, True),
        (-1, 0, False, True),
    ],
)
def test_states_become_open_and_cancelled(order_state, payment_state, is_open, is_cancelled):
    (order,) = read(sale(orderstateid=order_state, paymentstateid=payment_state))

    assert (order.is_open, order.is_cancelled) == (is_open, is_cancelled)


@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        ({}, OrderOrigin.TILL),
        ({"externalid": "X-1"}, OrderOrigin.TILL),
        ({"externalid": "BC-1", "registerid": None}, OrderOrigin.CLICK_AND_COLLECT),
        (
            {"externalid": "BC-1", "registerid": None, "delivery_address": "1 High St"},
            OrderOrigin.ONLINE,
        ),
        ({"additionaldata": {"weborder": "true"}}, OrderOrigin.CLICK_AND_COLLECT),
        ({"registerid": None}, OrderOrigin.TILL),
    ],
)
def test_orders_of_the_online_shop_are_told_apart(changes, origin):
    assert read(sale(**changes))[0].origin is origin


def test_an_order_without_till_details_still_reads():
    (order,) = read(sale(additionaldata=[], warehouseid=None, registerid=None))

    assert (order.number, order.store_code, order.location_code) == ("20415", "", "")


# --- a return -------------------------------------------------------------------------------------


def test_a_return_is_a_credit_with_positive_amounts():
    (credit,) = read(refund())

    assert isinstance(credit, SalesCredit)
    assert credit.external_id == "20488"
    assert (credit.stated_net, credit.stated_tax, credit.stated_gross) == (D("7.5"), D("1.5"), 9)
    assert [(line.quantity, line.net, line.tax) for line in credit.lines] == [
        (1, D("7.50"), D("1.50"))
    ]
    assert paid(credit) == [("Card", D("9.00"))]
    assert adds_up(credit)


def test_a_return_names_its_sale_its_row_and_its_reason():
    (credit,) = read(refund())

    assert (credit.original_external_id, credit.reason_code) == ("20415", "102")
    assert (credit.lines[0].original_line_id, credit.lines[0].condition_code) == ("1", "102")


def test_the_rows_own_reason_comes_first_and_the_orders_is_the_fall_back():
    payload = refund()
    payload["orderitems"][0]["additionaldata"] = {"reasoncode-return": "7"}
    assert read(payload)[0].lines[0].condition_code == "7"

    payload["orderitems"][0]["additionaldata"] = {}
    assert read(payload)[0].lines[0].condition_code == "102"


def test_the_till_may_know_the_sale_only_in_its_own_words():
    assert read(refund(creditorderid=None))[0].original_external_id == "20415"


def test_a_blind_return_has_no_sale():
    payload = refund(creditorderid=None, additionaldata={"store-externalid": "LDS01"})

    assert read(payload)[0].original_external_id == ""


def test_returned_goods_go_where_the_till_put_them():
    payload = refund()
    payload["orderitems"][0]["additionaldata"]["return-warehouseid"] = "9"
    assert read(payload)[0].location_code == "9"

    other = deepcopy(payload["orderitems"][0])
    other["additionaldata"]["return-warehouseid"] = "8"
    assert read({**payload, "orderitems": [*payload["orderitems"], other]})[0].location_code == "3"


def test_rounding_of_a_refund_turns_with_it():
    payload = refund(
        moneytotal_gross_roundoff="0.01",
        moneytotal_gross_all="-8.99",
        payments=[pay("-8.99", "Cash")],
    )
    (credit,) = read(payload)

    assert (credit.stated_gross, credit.rounding) == (D("9.00"), D("-0.01"))
    assert adds_up(credit)


def test_a_row_of_nothing_in_a_return_makes_no_sale():
    rows = [*refund()["orderitems"], item(1, quantity=0, net="0.00", vat="0.00")]

    (credit,) = read(refund(orderitems=rows))

    assert isinstance(credit, SalesCredit)
    assert len(credit.lines) == 2


def test_money_back_without_rows_is_a_credit_without_lines():
    (credit,) = read(refund(orderitems=[]))

    assert isinstance(credit, SalesCredit)


# --- both -----------------------------------------------------------------------------------------


def test_a_mixed_receipt_is_a_sale_and_a_credit_that_both_add_up():
    order, credit = read(mixed(payments=[pay("-12.00")]))

    assert (order.external_id, credit.external_id) == ("20415", "20415:credit")
    assert paid(order) == [("Exchange", D("24.00"))]
    assert paid(credit) == [("Card", D("12.00")), ("Exchange", D("24.00"))]
    assert adds_up(order)
    assert adds_up(credit)


def test_money_in_and_money_out_go_to_their_own_sides():
    order, credit = read(mixed(payments=[pay("8.00", "Cash"), pay("-20.00")]))

    assert paid(order) == [("Cash", D("8.00")), ("Exchange", D("16.00"))]
    assert paid(credit) == [("Card", D("20.00")), ("Exchange", D("16.00"))]
    assert [tender.index for tender in credit.tenders] == [1, 2]


def test_change_given_on_an_exchange_stays_with_the_money():
    payload = mixed(payments=[pay("50.00", "Cash"), pay("-62.00", "Cash")])

    order, credit = read(payload)

    assert paid(order) == [("Exchange", D("24.00"))]
    assert adds_up(order)
    assert adds_up(credit)


def test_an_even_exchange_needs_no_money():
    rows = [
        item(0, quantity=1, net="20.00", vat="4.00"),
        item(1, quantity=-1, net="-20.00", vat="-4.00"),
    ]
    payload = mixed(payments=[], net="0.00", vat="0.00", gross="0.00")

    order, credit = read({**payload, "orderitems": rows})

    assert paid(order) == paid(credit) == [("Exchange", D("24.00"))]


def test_nothing_is_exchanged_when_each_side_was_paid_on_its_own():
    order, credit = read(mixed(payments=[pay("24.00", "Cash"), pay("-36.00")]))

    assert (paid(order), paid(credit)) == ([("Cash", D(24))], [("Card", D(36))])


@pytest.mark.parametrize(
    ("gross", "roundoff", "net", "vat", "cash"),
    [
        ("-12.02", "-0.02", "-10.00", "-2.00", "-12.02"),
        ("11.98", "-0.02", "10.00", "2.00", "11.98"),
    ],
    ids=["money out", "money in"],
)
def test_rounding_is_on_the_side_that_the_money_went_to(gross, roundoff, net, vat, cash):
    payload = mixed(payments=[pay(cash, "Cash")], net=net, vat=vat, gross=gross, roundoff=roundoff)
    if gross == "11.98":
        payload["orderitems"] = [
            item(0, quantity=1, net="40.00", vat="8.00"),
            item(1, quantity=-1, net="-30.00", vat="-6.00"),
        ]

    order, credit = read(payload)

    assert adds_up(order)
    assert adds_up(credit)


def test_a_mixed_receipt_that_does_not_add_up_shows_it():
    order, credit = read(mixed(payments=[pay("-12.01")]))

    assert adds_up(credit) is not adds_up(order)


def test_the_other_half_of_an_exchange_is_no_money_of_its_own_name():
    payload = sale(payments=[pay("138.00", "Swap", **{"virtual-payment": "true"})])

    assert paid(read(payload)[0]) == [("Exchange", D("138.00"))]


# --- a changed schema -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("moneytotal_net", 115),
        ("moneytotal_net", "1e3"),
        ("moneytotal_net", "NaN"),
        ("orderdate", "2026-11-20"),
        ("orderid", "20415"),
        ("orderstateid", 11),
        ("paymentstateid", 99),
        ("ordertypeid", 7),
        ("orderitems", None),
        ("payments", {}),
        ("currencycode", None),
    ],
)
def test_a_changed_field_is_named(path, value):
    with pytest.raises(SchemaChangedError) as caught:
        read(sale(**{path: value}))

    assert caught.value.field.startswith(path)


@pytest.mark.parametrize("path", ["moneytotal_gross_all", "warehouseid", "additionaldata"])
def test_a_missing_field_is_named(path):
    payload = sale()
    del payload[path]

    with pytest.raises(SchemaChangedError) as caught:
        read(payload)

    assert caught.value.field == path


def test_a_changed_field_inside_a_row_is_named_with_its_row():
    payload = sale()
    payload["orderitems"][1]["vatvalue"] = "20"

    with pytest.raises(SchemaChangedError) as caught:
        read(payload)

    assert caught.value.field == "orderitems[1].vatvalue"


def test_a_currency_that_is_none_is_named():
    with pytest.raises(SchemaChangedError) as caught:
        read(sale(currencycode="pounds"))

    assert caught.value.field == "currency"


def test_a_date_outside_the_calendar_is_a_changed_schema():
    with pytest.raises(SchemaChangedError):
        read(sale(orderdate=10**15))


def test_new_fields_do_no_harm():
    (order,) = read(sale(brand_new={"deep": [1]}))

    assert order.external_id == "20415"
