"""Payments settle orders once; journals balance or are refused."""

import pytest


def payment(order_id, **changes):
    body = {
        "transactionRef": "sitoo:1:P0",
        "paymentMethodCode": "CASH",
        "paymentType": "RECEIPT",
        "orderId": order_id,
        "currencyIsoCode": "GBP",
        "amountPaid": "18.00",
        "paymentDate": "2026-03-28T10:00:00Z",
    }
    return body | changes


PATH = "accounting-service/customer-payment"


def test_split_tenders_pay_an_order_step_by_step(account):
    order_id = account.sale()

    account.call("POST", PATH, payment(order_id, amountPaid="8.00"))
    assert account.read(order_id)["orderPaymentStatus"] == "PARTIALLY_PAID"
    account.call("POST", PATH, payment(order_id, transactionRef="P1", amountPaid="10.00"))
    assert account.read(order_id)["orderPaymentStatus"] == "PAID"


def test_a_reference_is_used_once_per_method(account):
    order_id = account.sale()
    account.call("POST", PATH, payment(order_id))

    assert account.error("POST", PATH, payment(order_id)) == (400, "ACCC-DUP")
    account.call("POST", PATH, payment(order_id, paymentMethodCode="CARD"))


def test_a_deleted_payment_frees_its_reference(account):
    order_id = account.sale()
    payment_id = account.call("POST", PATH, payment(order_id))

    account.call("DELETE", f"{PATH}/{payment_id}")

    assert account.read(order_id)["orderPaymentStatus"] == "UNPAID"
    account.call("POST", PATH, payment(order_id))


def test_money_paid_out_settles_a_credit(account):
    credit = account.credit()

    account.call("POST", PATH, payment(credit, paymentType="PAYMENT"))

    assert account.read(credit)["orderPaymentStatus"] == "PAID"


@pytest.mark.parametrize(
    "change",
    [
        {"paymentType": "REFUND"},
        {"currencyIsoCode": "EUR"},
        {"amountPaid": "-1"},
        {"paymentDate": None},
        {"orderId": 1},
        {"paymentMethodCode": ""},
        {"paymentType": "AUTH"},
    ],
)
def test_a_payment_with_a_mistake_is_refused(account, change):
    body = payment(account.sale(), **change)

    assert account.error("POST", PATH, body) == (400, "ACCC-001")


def test_payments_are_found_by_order_and_by_when_they_were_made(account):
    order_id = account.sale()
    payment_id = account.call("POST", PATH, payment(order_id))
    search = "accounting-service/customer-payment-search?columns=paymentId,amountPaid"

    assert account.results(f"{search}&orderId={order_id}") == [[payment_id, "18.0000"]]
    assert account.results(f"{search}&createdOn=2026-03-28T10:00:00Z/") == [[payment_id, "18.0000"]]
    assert account.results(f"{search}&createdOn=2026-03-29T10:00:00Z/") == []


def journal(*lines, **header):
    heading = {"journalType": "JJ", "journalDate": "2026-03-28", "currencyId": 1}
    return {"header": heading | header, "lines": list(lines)}


CASH = {"nominalCode": "1210", "transactionDebit": "12.00", "taxClassId": 1, "invoiceRef": "day-1"}
SALES = {"nominalCode": "4000", "transactionCredit": "12.00", "invoiceRef": "day-1"}


def test_a_journal_is_found_by_its_reference(account):
    journal_id = account.call("POST", "accounting-service/journal-entry", journal(CASH, SALES))

    rows = account.results(
        "accounting-service/journal-search?invoiceReference=day-1&columns=journalId"
    )
    (read,) = account.call("GET", f"accounting-service/journal/{journal_id}")["journals"]
    assert rows == [[journal_id], [journal_id]]
    assert read["debits"][0]["change"] == {"currency": "GBP", "value": "12.0000"}


@pytest.mark.parametrize(
    "body",
    [
        journal(CASH, {**SALES, "transactionCredit": "11.99"}),
        journal(CASH, {**SALES, "nominalCode": "9999"}),
        journal({**CASH, "taxClassId": None}, SALES),
        journal(CASH, {**SALES, "transactionDebit": "12.00"}),
        journal(CASH, SALES, journalDate="28/03/2026"),
        journal(CASH, SALES, journalType="ZZ"),
        journal(CASH, SALES, exchangeRate="1.1"),
        journal(CASH, SALES, currencyId=9),
    ],
    ids=["unbalanced", "nominal", "bank", "sides", "date", "type", "rate", "currency"],
)
def test_a_journal_with_a_mistake_is_refused(account, body):
    refused = account.error("POST", "accounting-service/journal-entry", body)

    assert refused == (400, "ACCC-002")


def test_bank_accounts_are_listed_as_nominal_codes(account):
    query = "accounting-service/nominal-code-search?bank=true&columns=code"

    assert account.results(query) == [["1210"]]
