from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.sandbox.orderwise.system import ORDER_EXPORT, STATUS_EXPORT, STOCK_EXPORT
from tests.integrations.sandbox.orderwise.kit import SESSION, Office, order


@pytest.fixture
def office():
    made = Office()
    made.log_in()
    return made


def post(office, body, session=SESSION):
    return office.call("POST", "/sales/order", body, session_id=session)


def test_a_token_is_a_bare_string_and_runs_out_with_an_empty_401(office):
    office.clock.advance(timedelta(minutes=55))

    answer = office.call("GET", "/system/stock-locations")

    assert (answer.status, answer.body) == (401, b"")


def test_an_order_is_taken_and_its_stock_with_it(office):
    answer = post(office, order())

    assert answer.json() == {
        "orderId": 48211,
        "orderNumber": "SO104533",
        "eCommerceOrderNumber": "ORD-1",
    }
    rows = office.call("GET", "/stock/107741").json()
    assert [(row["stockLocationId"], row["freeStock"]) for row in rows] == [(1, 23), (5, 2)]


def test_numbers_are_json_numbers_with_their_own_digits(office):
    assert b'"freeStock":-1.5' in office.call("GET", "/stock/107742").body
    assert b'{"freeStockQty":27}' in office.call("GET", "/STOCK/107741/Free-Stock").body


@pytest.mark.parametrize("session", [8, "x"])
def test_an_unknown_session_is_refused(office, session):
    assert post(office, order(), session).status == 400


def test_every_fault_is_named_by_its_field(office):
    bad = {"itemNumber": 1, "variantCode": "MUG-WHI", "quantity": 1, "taxRateId": 9,
           "stockLocationId": 9}  # fmt: skip

    answer = post(office, order(customer={}, orderLines=[bad], payments=[{"paymentMethodId": 9}]))

    assert answer.status == 400
    assert set(answer.json()["ModelState"]) == {
        "customer",
        "orderLines[0].variantCode",
        "orderLines[0].taxRateId",
        "orderLines[0].stockLocationId",
        "payments[0].paymentMethodId",
    }
    assert len(office.sandbox.ledger) == 0


@pytest.mark.parametrize(("refuses", "accepted"), [(True, 1), (False, 2)])
def test_a_repeated_number_is_refused_or_taken_twice(office, refuses, accepted):
    office.erp.switches.refuses_duplicates = refuses

    post(office, order())
    post(office, order())

    assert len(office.sandbox.ledger.entries(kind="order")) == accepted
    assert len(office.export(ORDER_EXPORT, "ORD-1")) == accepted


def test_a_credit_has_a_number_of_its_own_and_gives_stock_back(office):
    header = order()["orderHeader"] | {"systemOrderType": 4}

    answer = post(office, order(orderHeader=header))

    assert answer.json()["orderNumber"] == "CR000981"
    assert office.call("GET", "/stock/107741").json()[1]["freeStock"] == 6


def test_an_order_shows_only_after_the_import(office):
    office.erp.switches.import_delay = timedelta(minutes=5)
    post(office, order())
    assert office.call("GET", "/sales/order/48211/status").status == 404
    assert office.export(ORDER_EXPORT, "ORD-1") == []

    office.clock.advance(timedelta(minutes=5))

    assert office.call("GET", "/sales/order/48211/status").json()["orderStatus"]
    assert len(office.export(ORDER_EXPORT, "ORD-1")) == 1


def test_deliveries_are_rows_with_the_names_the_wrong_way_round(office):
    post(office, order())
    office.erp.orders.despatch(48211, {1: Decimal(1)}, tracking="155")
    office.erp.orders.despatch(48211, {1: Decimal(1)}, tracking="156")

    rows = office.export(STATUS_EXPORT, "2026-07-20T10:00:00")

    assert [row["trackNumber"] for row in rows] == ["155", "156"]
    assert {(row["orderID"], row["orderNumber"], row["orderStatus"]) for row in rows} == {
        ("SO104533", 48211, "Completed")
    }
    assert office.export(STATUS_EXPORT, "2026-07-20T10:00:01") == []


def test_exports_can_be_awkward(office):
    office.erp.switches.renamed_columns = {"freeStock": "free"}
    assert "free" in office.export(STOCK_EXPORT)[0]
    office.erp.switches.answers_empty_with_204 = True
    body = [{"name": "@x", "value": "2027"}]
    path = f"/system/export-definition/{STOCK_EXPORT}"
    assert office.call("POST", path, body).status == 204
    assert office.call("POST", "/system/export-definition/99", body).status == 404


def test_a_missing_right_is_a_403_without_a_word(office):
    office.erp.switches.missing_rights = frozenset({"system"})

    answer = office.call("GET", "/system/stock-locations")

    assert (answer.status, answer.body) == (403, b"")


@pytest.mark.parametrize(("reply", "body"), [("number", b"48211"), ("nothing", b"")])
def test_the_reply_to_an_order_may_say_less(office, reply, body):
    office.erp.switches.reply = reply

    assert post(office, order()).body == body
