"""Money in and out: the transaction reference is ours, and unique there."""

import httpx
import pytest

from integrations.connectors.errors import ConflictError, RejectedError
from integrations.ports import Absent, Found, Posted, Unclear
from tests.integrations.connectors.brightpearl.vendor import (
    Vendor,
    answer,
    connector,
    fixture,
    intent,
    payment,
    refund,
)

POST, SEARCH = "/accounting-service/customer-payment", "/accounting-service/customer-payment-search"
CARD = intent(payment(1, "100.00", "CARD"), "card", order="1029")
CASH = intent(payment(0, "38.00", "CASH"), "cash", order="1029")


def sent(wanted) -> dict:
    vendor = Vendor().on("POST", POST, answer({"response": 9001}))
    assert connector(vendor).send([wanted])[0].external_ref == "9001"
    return vendor.body()


def found(**cells) -> httpx.Response:
    """The two payments of the sale, the second with other cells."""
    body = fixture("customer_payment_search__split")
    names = [column["name"] for column in body["response"]["metaData"]["columns"]]
    for name, value in cells.items():
        body["response"]["results"][1][names.index(name)] = value
    return answer(body)


def test_a_payment_is_a_receipt_on_its_order():
    body = sent(CARD)

    assert body["paymentType"] == "RECEIPT"
    assert (body["orderId"], body["amountPaid"]) == (1029, "100.00")
    assert (body["transactionRef"], body["paymentMethodCode"]) == ("sitoo:R-1:P1", "CARD")


def test_a_refund_is_a_payment_out_on_the_credit():
    body = sent(intent(refund(), order="1044"))

    assert (body["paymentType"], body["orderId"], body["amountPaid"]) == ("PAYMENT", 1044, "9.00")


def test_a_payment_without_its_order_is_not_sent():
    error = connector(Vendor()).send([intent(payment())])[0].error

    assert type(error) is RejectedError
    assert "order" in error.sentence


def test_a_reference_that_is_taken_is_a_conflict_to_be_looked_up():
    taken = {"errors": [{"code": "ACCC-7", "message": "transactionRef CARD already exists"}]}
    vendor = Vendor().on("POST", POST, answer(taken, 400))

    assert type(connector(vendor).send([CARD])[0].error) is ConflictError


def test_the_payments_of_many_orders_are_looked_up_in_one_request():
    vendor = Vendor().on("GET", SEARCH, found())
    other = intent(payment(7), "other", order="1030")

    verdicts = connector(vendor).look_up([CASH, CARD, other])

    assert verdicts == [Found("9001"), Found("9002"), Absent()]
    assert [vendor.query(0)["orderId"], len(vendor.requests)] == ["1029-1030", 1]


def test_the_same_reference_with_another_method_is_another_payment():
    vendor = Vendor().on("GET", SEARCH, found(paymentMethodCode="AMEX"))

    assert connector(vendor).look_up([CARD]) == [Absent()]


def test_our_reference_with_another_amount_is_for_a_person():
    vendor = Vendor().on("GET", SEARCH, found(amountPaid="10.00"))

    verdict = connector(vendor).look_up([CARD])[0]

    assert isinstance(verdict, Unclear)
    assert "10.00" in verdict.reason


def test_payments_are_read_back_together_by_their_ids():
    vendor = Vendor().on("GET", SEARCH, found())

    answers = connector(vendor).read_back([Posted(CASH, "9001"), Posted(CARD, "9002")])

    assert [each.is_equal for each in answers] == [True, True]
    assert vendor.query(0)["paymentId"] == "9001-9002"
    assert answers[0].detail == {"receipt_journal": 3001, "read": ["CASH", "38", "GBP"]}


def test_money_out_may_be_shown_as_a_negative_amount():
    vendor = Vendor().on(
        "GET", SEARCH, found(amountPaid="-100.00", paymentType="PAYMENT", orderId=1044)
    )
    out = intent(refund().model_copy(update=payment().model_dump()), order="1044")

    assert connector(vendor).read_back([Posted(out, "9002")])[0].is_equal


@pytest.mark.parametrize(
    ("cells", "field", "is_money"),
    [
        pytest.param({"amountPaid": "99.99"}, "amount", True, id="a penny short"),
        pytest.param({"paymentType": "AUTH"}, "type", True, id="only authorised"),
        pytest.param({"currencyCode": "EUR"}, "currency", True, id="another currency"),
        pytest.param({"orderId": 1030}, "order", False, id="another order"),
    ],
)
def test_a_payment_that_differs_is_told(cells, field, is_money):
    vendor = Vendor().on("GET", SEARCH, found(**cells))

    (difference,) = connector(vendor).read_back([Posted(CARD, "9002")])[0].differences

    assert (difference.field, difference.is_money) == (field, is_money)


def test_a_payment_that_is_not_there_is_missing():
    vendor = Vendor().on("GET", SEARCH, "search__empty")

    assert connector(vendor).read_back([Posted(CARD, "9002")])[0].missing


def test_our_reference_twice_is_for_a_person():
    both = found(transactionRef="sitoo:R-1:P0", paymentMethodCode="CASH")
    vendor = Vendor().on("GET", SEARCH, both)

    assert isinstance(connector(vendor).look_up([CASH])[0], Unclear)


def test_a_recipe_is_never_given_another_effect():
    from integrations.canonical.effects import CloseOrder
    from integrations.connectors.brightpearl.recipes.payments import understand, wanted

    with pytest.raises(TypeError, match="take-payment"):
        wanted(CARD, CloseOrder)
    assert understand(CARD, 9001).external_ref == "9001"
