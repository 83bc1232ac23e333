"""Sales orders and credits: posted whole, found after a while, invoiced a little later."""

import pytest

from integrations.sandbox.brightpearl.settings import Settings


def test_an_order_reads_back_as_it_was_posted(account):
    order = account.read(account.sale())

    assert order["totalValue"]["total"] == "18.00"
    (row,) = order["orderRows"].values()
    assert row["quantity"]["magnitude"] == "2.0000"
    assert row["rowValue"]["rowNet"]["value"] == "15.0000"
    assert row["rowValue"]["rowTax"]["value"] == "3.00"


def test_the_flat_shape_carries_the_same_totals(account):
    order_id = account.sale()

    (order,) = account.call("GET", f"order-service/sales-order/{order_id}")

    assert order["total"]["gross"] == "18.00"
    assert order["rows"][0]["sku"] == "SOCK"


def test_an_instance_cannot_post_one_reference_twice(account):
    account.sale(installedIntegrationInstanceId=34)
    body = account.order(installedIntegrationInstanceId=34)

    assert account.error("POST", "order-service/sales-order", body) == (400, "ORDC-DUP")


def test_without_an_instance_nothing_stops_a_second_order_but_the_ledger_sees_it(account):
    account.sale()
    account.sale()

    assert list(account.ledger.duplicates()) == [("brightpearl", "sales-order", "sitoo:1")]


def test_a_new_order_is_found_only_after_the_visibility_lag(account):
    order_id = account.sale()
    query = "order-service/order-search?orderTypeId=1&externalRef=sitoo:1&columns=orderId"

    assert account.results(query) == []
    account.wait(2)
    assert account.results(query) == [[order_id]]


def test_a_reference_matches_whatever_its_case(account):
    account.sale(externalRef="Sitoo:A")
    account.wait(2)

    assert account.results("order-service/order-search?externalRef=sitoo:a&columns=externalRef")


def test_a_credit_is_found_by_its_parent(account):
    parent = account.sale()
    credit = account.credit(parentId=parent, externalRef="sitoo:1.R1")
    account.wait(2)

    query = f"order-service/order-search?orderTypeId=3&parentOrderId={parent}&columns=orderId"
    assert account.results(query) == [[credit]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"customer": {"id": 9}}, "ORDC-001"),
        ({"customer": {}}, "ORDC-001"),
        ({"warehouseId": 999}, "ORDC-001"),
        ({"currency": {"code": "XXX"}}, "ORDC-001"),
        ({"rows": [{"productId": 99, "quantity": "1"}]}, "ORDC-001"),
        ({"rows": [{"name": "x", "quantity": "1", "taxCode": "T99"}]}, "ORDC-001"),
        ({"rows": [{"name": "x", "quantity": "0", "taxCode": "T20"}]}, "ORDC-024"),
        ({"placedOn": "yesterday"}, "ORDC-001"),
        ({"ref": "x" * 65}, "ORDC-001"),
    ],
)
def test_an_order_with_a_mistake_is_refused_whole(account, change, code):
    body = account.order(**change)

    assert account.error("POST", "order-service/sales-order", body) == (400, code)
    assert account.ledger.entries(kind="sales-order") == []


def test_goods_that_are_counted_are_sold_in_whole_units(account):
    row = {"productId": account.socks, "quantity": "1.5", "taxCode": "T20", "net": "1", "tax": "0"}
    body = account.order(rows=[row])

    assert account.error("POST", "order-service/sales-order", body) == (400, "ORDC-024")


def test_a_row_without_a_product_is_stored_as_free_text(account):
    row = {"name": "Delivery", "quantity": "1", "taxCode": "T20", "net": "3.00", "tax": "0.60"}

    order = account.read(account.sale(rows=[row]))

    assert next(iter(order["orderRows"].values()))["productId"] == 1000


def test_closing_is_pending_first_and_invoiced_a_little_later(account):
    order_id = account.sale()
    account.call("POST", f"order-service/sales-order/{order_id}/close", {})

    assert account.read(order_id)["invoices"][0]["invoiceReference"] == "pending"
    account.wait(1)
    order = account.read(order_id)
    assert order["invoices"][0]["invoiceReference"] == "SI-1"
    assert order["state"] == {"tax": "INVOICED"}
    assert order["orderStatus"]["orderStatusId"] == Settings().invoiced_status


def test_a_close_may_be_repeated_while_pending_and_counts_once(account):
    path = f"order-service/sales-order/{account.sale()}/close"
    account.call("POST", path, {})
    account.call("POST", path, {})

    assert len(account.ledger.entries(kind="close")) == 1
    account.wait(1)
    assert account.error("POST", path, {}) == (400, "ORDC-001")


def test_an_invoice_books_a_balanced_journal(account):
    order_id = account.sale()
    account.call("POST", f"order-service/sales-order/{order_id}/close", {})
    account.wait(1)

    query = f"accounting-service/journal-search?orderId={order_id}"
    columns = "&columns=nominalCode,transactionDebit,transactionCredit"
    assert account.results(query + columns) == [
        ["1100", "18.0000", "0.0000"],
        ["4000", "0.0000", "15.0000"],
        ["2200", "0.0000", "3.0000"],
    ]


def test_an_order_with_goods_on_their_way_cannot_be_cancelled(account):
    order_id = account.sale()
    account.goods_out(order_id)
    body = {"orderStatusId": Settings().cancelled_status}

    answer = account.answer("PUT", f"order-service/order/{order_id}/status", body)

    assert answer.status == 400


def test_a_cancelled_order_releases_what_was_promised_to_it(account):
    order_id = account.system.allocate_click_and_collect("SOCK", account.store, 3)
    body = {"orderStatusId": Settings().cancelled_status}

    account.call("PUT", f"order-service/order/{order_id}/status", body)

    assert account.levels()["on_hand"] == 10


def test_unknown_orders_are_an_empty_answer_and_not_an_error(account):
    assert account.call("GET", "order-service/order/1-5") == []


def test_options_lists_the_orders_that_exist(account):
    first, second = account.sale(), account.sale()

    uris = account.call("OPTIONS", f"order-service/order/{first}-{second + 50}")

    assert uris == {"getUris": [f"/order/{first}-{second}"]}


def test_more_ids_than_the_cap_are_refused(account):
    assert account.answer("GET", "order-service/order/1-201").status == 400
