"""Finding orders as a client must, traps and all, and writing orders to be collected."""

from dataclasses import replace

import pytest

from tests.integrations.sandbox.sitoo.kit import VIRTUAL, Shop, line

COLLECT = {
    "ordertypeid": 10,
    "paymentstateid": 20,
    "externalid": "BC-100045",
    "warehouseid": VIRTUAL,
    "email": "jo@example.com",
    "additionaldata": {"weborder": "true"},
    "orderitems": [
        {
            "productname": "Rain jacket",
            "sku": "RJ-NAV-M",
            "quantity": 1,
            "moneyrowprice": "120.00",
            "vatvalue": 20,
        }
    ],
    "payments": [{"name": "Web", "moneyamount": "120.00", "refid": "ch_991"}],
}


@pytest.fixture
def shop():
    return Shop()


def ids(found):
    return [row["orderid"] for row in found["items"]]


def test_a_list_leaves_out_what_nobody_asked_for(shop):
    shop.sell(line())

    row = shop.get("/orders.json")["items"][0]

    absent = {"externalid", "creditorderid", "additionaldata", "moneytotal_net", "orderlogitems"}
    assert not absent & set(row)
    assert row["orderitems"][0]["sku"] == "MG-WHI"


def test_a_field_that_is_asked_for_is_there(shop):
    order = shop.sell(line())

    found = shop.get("/orders.json", fields="orderid,creditorderid,moneytotal_gross_all")

    wanted = {"orderid": order["orderid"], "creditorderid": None, "moneytotal_gross_all": "8.95"}
    assert found["items"] == [wanted]


def test_a_single_order_has_all_fields(shop):
    order = shop.sell(line())

    found = shop.get(f"/sites/1/orders/{order['orderid']}.json")

    assert found["additionaldata"]["store-externalid"] == "LDS01"
    assert found["orderlogitems"][0]["orderlogtypeid"] == 0


def test_ten_rows_come_unless_more_are_asked_for(shop):
    for _ in range(12):
        shop.sell(line())

    found = shop.get("/orders.json")

    assert (found["totalcount"], len(found["items"])) == (12, 10)
    assert len(shop.get("/orders.json", start=10, num=1000)["items"]) == 2


def test_the_newest_comes_first_unless_sorted(shop):
    first, second = shop.sell(line())["orderid"], shop.sell(line())["orderid"]

    assert ids(shop.get("/orders.json")) == [second, first]
    assert ids(shop.get("/orders.json", sort="orderid")) == [first, second]


def test_an_id_range_includes_its_start_and_not_its_end(shop):
    orders = [shop.sell(line())["orderid"] for _ in range(4)]

    found = shop.get("/orders.json", sort="orderid", orderidfrom=orders[1], orderidto=orders[3])

    assert ids(found) == orders[1:3]


def test_of_a_repeated_filter_only_the_last_counts(shop):
    orders = [shop.sell(line())["orderid"] for _ in range(2)]
    request = shop.request("GET", "/orders.json")
    query = [("orderid", str(orders[0])), ("orderid", str(orders[1]))]

    answer = shop.sandbox.handle(replace(request, query=query))

    assert answer.status == 200
    assert ids(answer.json()) == [orders[1]]


def test_several_ids_are_separated_by_commas(shop):
    orders = [shop.sell(line())["orderid"] for _ in range(3)]

    found = shop.get("/orders.json", orderid=f"{orders[0]},{orders[2]},7", sort="orderid")

    assert ids(found) == [orders[0], orders[2]]


def test_the_returns_of_a_sale_are_found_by_it(shop):
    sale = shop.sell(line())
    refund = shop.sell(line(quantity=-1, gross="-8.95"), original="R-1")

    found = shop.get("/orders.json", creditorderid=sale["orderid"], orderid=sale["orderid"])

    assert ids(found) == [refund["orderid"]]


def test_a_receipt_number_overrides_an_order_id(shop):
    first, second = shop.sell(line(), number="T-77"), shop.sell(line())

    found = shop.get("/orders.json", receiptid="T-77", orderid=second["orderid"])

    assert ids(found) == [first["orderid"]]


def test_open_orders_can_be_polled_apart_from_sales(shop):
    shop.sell(line())
    waiting = shop.post("/sites/1/orders.json", COLLECT)

    assert ids(shop.get("/orders.json", orderstate=0)) == [waiting]
    assert waiting not in ids(shop.get("/orders.json", orderstate=10, ordertype=10))


@pytest.mark.parametrize("query", [{"num": "ten"}, {"sort": "orderdate"}, {"orderid": "R-1"}])
def test_a_filter_that_makes_no_sense_is_refused(shop, query):
    assert shop.call("GET", "/orders.json", **query).status == 400


def test_a_written_row_price_has_vat_inside(shop):
    order = shop.get(f"/sites/1/orders/{shop.post('/sites/1/orders.json', COLLECT)}.json")

    item = order["orderitems"][0]
    assert (item["moneyitemtotal_net"], item["moneyitemtotal_vat"]) == ("100.00", "20.00")
    assert order["moneytotal_gross_all"] == "120.00"


def test_an_external_id_is_used_once(shop):
    shop.post("/sites/1/orders.json", COLLECT)

    again = shop.call("POST", "/sites/1/orders.json", COLLECT)

    assert again.status == 400
    assert shop.get("/orders.json", externalid="BC-100045")["totalcount"] == 1


@pytest.mark.parametrize("field", ["ordertypeid", "orderitems"])
def test_an_order_without_a_required_field_is_refused(shop, field):
    answer = shop.call("POST", "/sites/1/orders.json", {**COLLECT, field: None})

    assert answer.json()["errortext"] == f"Missing required field '{field}'."
    assert shop.get("/orders.json")["totalcount"] == 0


def test_an_order_for_an_unknown_sku_is_refused(shop):
    items = [{"productname": "Ghost", "sku": "NOPE-1", "quantity": 1}]

    answer = shop.call("POST", "/sites/1/orders.json", {**COLLECT, "orderitems": items})

    assert answer.json()["errortext"] == "Invalid value in sku (NOPE-1)"


def test_a_reservation_lowers_what_is_available_until_the_order_is_cancelled(shop):
    before = shop.level(VIRTUAL, "RJ-NAV-M")
    order = shop.post("/sites/1/orders.json", {**COLLECT, "datereserved": 1795000000})
    reserved = shop.level(VIRTUAL, "RJ-NAV-M")

    shop.put(f"/sites/1/orders/{order}.json", {"orderstateid": 20})

    assert reserved["decimalreserved"] == "1.000"
    assert reserved["decimaltotal"] == before["decimaltotal"]
    assert shop.level(VIRTUAL, "RJ-NAV-M")["decimalavailable"] == before["decimalavailable"]


def test_handing_everything_over_lowers_stock_and_closes_the_order(shop):
    before = shop.level(VIRTUAL, "RJ-NAV-M")
    order = shop.post("/sites/1/orders.json", COLLECT)
    handed = {"warehouseid": VIRTUAL, "orderdeliveryitems": [{"orderitemid": 0, "quantity": 1}]}

    shop.post(f"/sites/1/orders/{order}/orderdeliveries.json", handed)

    lowered = int(before["decimaltotal"][:-4]) - 1
    assert shop.level(VIRTUAL, "RJ-NAV-M")["decimaltotal"] == f"{lowered}.000"
    assert shop.get(f"/sites/1/orders/{order}.json")["orderstateid"] == 10


def test_a_delivery_can_leave_stock_alone(shop):
    before = shop.level(VIRTUAL, "RJ-NAV-M")
    order = shop.post("/sites/1/orders.json", COLLECT)
    handed = {"warehouseid": VIRTUAL, "orderdeliveryitems": [{"orderitemid": 0, "quantity": 1}]}

    shop.post(f"/sites/1/orders/{order}/orderdeliveries.json", handed, ignorestock="true")

    assert shop.level(VIRTUAL, "RJ-NAV-M") == before


def test_only_pick_up_notes_may_be_written_to_the_log(shop):
    order = shop.post("/sites/1/orders.json", COLLECT)
    path = f"/sites/1/orders/{order}/orderlogitems.json"

    assert shop.call("POST", path, {"orderlogtypeid": 900}).status == 200
    assert shop.call("POST", path, {"orderlogtypeid": 70}).status == 400


def test_an_accepted_order_is_in_the_ledger_once(shop):
    shop.post("/sites/1/orders.json", COLLECT)
    shop.call("POST", "/sites/1/orders.json", COLLECT)

    accepted = shop.sandbox.ledger.entries(system="sitoo", kind="order")
    assert [entry.key for entry in accepted] == ["BC-100045"]
