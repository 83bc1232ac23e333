from datetime import timedelta

import pytest

from tests.integrations.sandbox.mintsoft.kit import MAIN, NORTH, House, order


@pytest.fixture
def house():
    made = House()
    made.log_in()
    return made


def test_a_key_is_a_bare_string_and_lasts_a_day(house):
    house.clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert house.call("GET", "/api/Warehouse").status == 200

    house.clock.advance(timedelta(seconds=1))

    assert house.call("GET", "/api/Warehouse").status == 401
    assert isinstance(house.log_in(), str)


def test_a_wrong_password_gets_no_key(house):
    body = {"Username": "hub@example.com", "Password": "guess"}

    assert house.call("POST", "/api/Auth", body).status == 401


def test_an_order_is_answered_by_a_list(house):
    (entry,) = house.call("PUT", "/api/Order", order()).json()

    assert (entry["Success"], entry["OrderStatus"]) == (True, "NEW")
    (level,) = house.get("/api/Product/StockLevels", WarehouseId=MAIN, SKU="TEE-BLK-M")
    assert (level["Level"], level["TotalStockLevel"]) == (8, 10)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (order("PL-2", ("NOPE", 1)), "Unable to find product with SKU NOPE"),
        (order("PL-1"), "Order Number PL-1 already exists"),
        (order("PL-2", WarehouseId=9), "Unable to find Warehouse"),
    ],
)
def test_a_refusal_is_a_200_that_says_so(house, body, said):
    house.call("PUT", "/api/Order", order("PL-1"))

    answer = house.call("PUT", "/api/Order", body)

    assert answer.status == 200
    assert (answer.json()[0]["Success"], answer.json()[0]["Message"]) == (False, said)
    assert len(house.sandbox.ledger.entries(kind="order")) == 1


def test_an_order_over_two_warehouses_is_split(house):
    house.wms.set_stock(NORTH, "MUG-WHI", 3)
    house.wms.orders.elsewhere["MUG-WHI"] = NORTH

    entries = house.call("PUT", "/api/Order", order("PL-1", ("TEE-BLK-M", 1), ("MUG-WHI", 1)))

    parts = house.get("/api/Order/Search", OrderNumber="PL-1")
    assert [part["NumberOfParts"] for part in parts] == [2, 2]
    assert [entry["OrderId"] for entry in entries.json()] == [part["ID"] for part in parts]
    assert house.get(f"/api/Order/{parts[1]['ID']}/Splits") == parts


def test_a_get_cancels_and_gives_the_stock_back(house):
    (entry,) = house.call("PUT", "/api/Order", order()).json()

    assert house.get(f"/api/Order/{entry['OrderId']}/Cancel")["Success"]

    assert house.get(f"/api/Order/{entry['OrderId']}")["OrderStatusId"] == 3
    assert house.get("/api/Product/StockLevels", SKU="TEE-BLK-M")[0]["Level"] == 10


def test_a_back_order_leaves_when_there_is_stock(house):
    (entry,) = house.call("PUT", "/api/Order", order("PL-1", ("CAP-RED", 1))).json()
    assert entry["OrderStatus"] == "ONBACKORDER"
    house.wms.set_stock(MAIN, "CAP-RED", 2)

    gone = house.wms.orders.run(entry["OrderId"], 4)

    assert (gone["TrackingNumber"], gone["DespatchDate"]) == ("JD00020285", "2026-07-20T10:00:00")


def test_a_despatch_calls_back_once_and_unsigned(house):
    action = {"ExtraCode1": "http://hub.test/order?token=t"}
    (entry,) = house.call("PUT", "/api/Order", order("PL-1", ConnectAction=action)).json()
    house.wms.orders.run(entry["OrderId"], 4)
    calls = []

    house.sandbox.hooks.pump(lambda call: calls.append(call), house.clock.now())

    assert [call.url for call in calls] == ["http://hub.test/order?token=t"]
    assert house.sandbox.hooks.pending() == 0


def test_the_bins_of_a_product_add_up(house):
    house.call("PUT", "/api/Order", order())

    rows = house.get("/api/Product/118/Inventory")

    assert sum(row["OnHand"] for row in rows) == 8
    assert sum(row["StockLevel"] for row in rows) == 10


def test_changes_are_read_by_local_time(house):
    house.clock.advance(timedelta(hours=1))
    house.call("PUT", "/api/Order", order())

    assert len(house.get("/api/Order/List", SinceLastUpdated="2026-07-20T11:00:00")) == 1
    assert house.get("/api/Order/List", SinceLastUpdated="2026-07-20T11:00:01") == []
    assert house.get("/api/Product/StockLevels/UpdatedSince", FromDate="2026-07-20T10:30:00")


def test_the_window_ends_in_a_429(house):
    house.wms.configure({"per_minute": 1})

    assert house.call("GET", "/api/Warehouse").status == 429
