"""Invoicing: it is done a little later there, and doing it twice is refused."""

import httpx
import pytest

from integrations.canonical.effects import CloseCredit
from integrations.connectors.errors import ConflictError
from integrations.ports import Absent, Done, Found, Posted, Unclear
from tests.integrations.connectors.brightpearl.vendor import (
    Vendor,
    answer,
    closing,
    connector,
    fixture,
    intent,
)

GET = "/order-service/order/1029"
CLOSE = "/order-service/sales-order/1029/close"
WANTED = intent(closing(), order="1029")


def order(tax: str, invoice: str) -> httpx.Response:
    body = fixture("order_get__sale")
    body["response"][0] |= {"state": {"tax": tax}, "invoices": [{"invoiceReference": invoice}]}
    return answer(body)


def test_a_sale_is_closed_on_its_tax_date():
    vendor = Vendor().on("POST", CLOSE, answer({}))

    assert connector(vendor).send([WANTED]) == [Done("1029")]
    assert vendor.body() == {"taxDate": "2026-03-28T12:00:00.000Z"}


def test_a_credit_is_closed_as_a_credit():
    vendor = Vendor().on("POST", "/order-service/sales-credit/1044/close", answer({}))
    credit = intent(CloseCredit(tax_date=closing().tax_date), order="1044")

    assert connector(vendor).send([credit]) == [Done("1044")]


def test_closing_an_invoiced_order_is_a_conflict_to_be_looked_up():
    refused = {"errors": [{"code": "ORDC-9", "message": "Order 1029 has been invoiced"}]}
    vendor = Vendor().on("POST", CLOSE, answer(refused, 400))

    assert type(connector(vendor).send([WANTED])[0].error) is ConflictError


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        pytest.param(order("READY", ""), Absent(), id="open"),
        pytest.param(
            order("READY", "pending"), Found("1029", {"invoice": "pending"}), id="under way"
        ),
        pytest.param(
            order("INVOICED", "SI-000123"), Found("1029", {"invoice": "SI-000123"}), id="invoiced"
        ),
    ],
)
def test_the_state_of_the_order_says_whether_it_is_closed(reply, verdict):
    assert connector(Vendor().on("GET", GET, reply)).look_up([WANTED]) == [verdict]


def test_an_order_that_cannot_be_seen_is_for_a_person():
    vendor = Vendor().on("GET", GET, answer({"response": []}))

    assert isinstance(connector(vendor).look_up([WANTED])[0], Unclear)


def test_an_order_that_stayed_open_is_told():
    vendor = Vendor().on("GET", GET, order("READY", ""))

    (difference,) = connector(vendor).read_back([Posted(WANTED, "1029")])[0].differences

    assert (difference.meant, difference.found) == ("invoiced", "open")


def test_an_invoice_number_is_kept():
    vendor = Vendor().on("GET", GET, order("INVOICED", "SI-000123"))

    answered = connector(vendor).read_back([Posted(WANTED, "1029")])[0]

    assert answered.is_equal
    assert answered.detail == {"invoice": "SI-000123"}
