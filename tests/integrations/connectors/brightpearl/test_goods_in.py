"""Returned goods: to the shelf or to quarantine, at the value of their cost."""

import httpx
import pytest

from integrations.ports import Absent, Done, Found, Posted, Unclear
from tests.integrations.connectors.brightpearl.vendor import (
    Vendor,
    answer,
    connector,
    fixture,
    goods_in,
    intent,
)

POST = "/warehouse-service/order/1044/goods-note/goods-in"
OF_CREDIT = f"{POST}/"
COSTS = "/product-service/product-price/1008/price-list/1"
DEFAULT = "/warehouse-service/warehouse/2/location/default"
QUARANTINE = "/warehouse-service/warehouse/2/location/quarantine"
NO_COST = answer({"errors": [{"code": "CMNC-404", "message": "none"}]}, 404)
COST = answer({"response": [{"productId": 1008, "priceLists": [
    {"priceListId": 1, "currencyCode": "GBP", "quantityPrice": {"1": "2.5000"}}]}]})  # fmt: skip

RETURN = intent(goods_in(), "in", order="1044", rows={"L2": 401})


def account() -> Vendor:
    vendor = Vendor().on("GET", DEFAULT, answer({"response": 6}))
    vendor.on("GET", QUARANTINE, answer({"response": 9}))
    vendor.on("POST", POST, answer({"response": 610}))
    return vendor.on(
        "GET", "/integration-service/account-configuration", "account_configuration__uk"
    )


def moved(vendor: Vendor, wanted=RETURN) -> dict:
    assert connector(vendor).send([wanted]) == [Done("610")]
    return vendor.body()["goodsMoved"][0]


def test_a_clean_return_goes_back_to_the_shelf_at_cost():
    vendor = account().on("GET", COSTS, COST)

    assert moved(vendor) == {
        "productId": 1008,
        "purchaseOrderRowId": 401,
        "quantity": 1,
        "destinationLocationId": 6,
        "productValue": {"currency": "GBP", "value": "2.5000"},
    }
    assert vendor.body()["userBatchReference"] == "sitoo:R-2"


def test_a_damaged_return_goes_to_quarantine():
    vendor = account().on("GET", COSTS, COST)
    damaged = intent(goods_in("quarantine"), order="1044", rows={"L2": 401})

    assert moved(vendor, damaged)["destinationLocationId"] == 9


def test_goods_without_a_cost_are_valued_at_what_was_paid_net_in_base_currency():
    body = fixture("order_get__sale")
    credit = body["response"][0]
    credit["id"], credit["currency"]["exchangeRate"] = 1044, "1.250000"
    credit["orderRows"] = {"401": credit["orderRows"]["397"]}
    vendor = account().on("GET", COSTS, NO_COST)
    vendor.on("GET", "/order-service/order/1044", answer(body))

    assert moved(vendor)["productValue"] == {"currency": "GBP", "value": "6.0000"}  # 15 / 2 / 1.25


def test_locations_and_costs_are_asked_for_once():
    vendor = account().on("GET", COSTS, COST)
    sink = connector(vendor)

    for _ in range(3):
        sink.send([RETURN])

    assert vendor.asked().count(f"GET {DEFAULT}") == 1
    assert vendor.asked().count(f"GET {COSTS}") == 1


def notes(**changes) -> httpx.Response:
    body = fixture("goods_in_get__return")
    body["response"]["610"] |= changes
    return answer(body)


def moving(**changes) -> httpx.Response:
    line = fixture("goods_in_get__return")["response"]["610"]["goodsMoved"][0]
    return notes(goodsMoved=[line | changes])


def test_a_note_with_our_reference_is_ours():
    assert connector(Vendor().on("GET", OF_CREDIT, notes())).look_up([RETURN]) == [Found("610")]


def test_a_credit_without_our_note_says_absent():
    vendor = Vendor().on("GET", OF_CREDIT, notes(userBatchReference="someone else"))

    assert connector(vendor).look_up([RETURN]) == [Absent()]


def test_our_reference_with_other_goods_is_for_a_person():
    vendor = Vendor().on("GET", OF_CREDIT, moving(quantity=5))

    assert isinstance(connector(vendor).look_up([RETURN])[0], Unclear)


@pytest.mark.parametrize(
    ("reply", "fields"),
    [
        pytest.param(notes(), [], id="as meant"),
        pytest.param(moving(quantity=2), ["lines[SOCK-HK].quantity"], id="too many"),
        pytest.param(moving(destinationLocationId=9), ["lines[SOCK-HK].location"], id="elsewhere"),
        pytest.param(
            moving(productId=9),
            ["lines[SOCK-HK].quantity", "lines[9].quantity"],
            id="something else",
        ),
    ],
)
def test_what_was_received_is_compared_with_what_was_meant(reply, fields):
    vendor = account().on("GET", OF_CREDIT, reply)

    answered = connector(vendor).read_back([Posted(RETURN, "610")])[0]

    assert [each.field for each in answered.differences] == fields


def test_goods_that_were_split_over_two_notes_are_added_up():
    body = fixture("goods_in_get__return")
    body["response"]["611"] = body["response"]["610"]
    both = goods_in()
    both = both.model_copy(update={"lines": (both.lines[0], both.lines[0])})
    vendor = account().on("GET", OF_CREDIT, answer(body))
    wanted = intent(both, order="1044", rows={"L2": 401})

    assert connector(vendor).read_back([Posted(wanted, "610")])[0].is_equal


def test_goods_that_are_not_there_are_missing():
    vendor = account().on("GET", OF_CREDIT, answer({"response": {}}))

    assert connector(vendor).read_back([Posted(RETURN, "610")])[0].missing


def test_goods_of_which_nothing_is_known_are_worth_nothing():
    settings = fixture("account_configuration__uk")
    del settings["response"]["configuration"]["defaultCostPriceListId"]
    vendor = account().on("GET", "/order-service/order/1044", answer({"response": []}))
    path = ("GET", "/integration-service/account-configuration")
    vendor.answers[path] = [answer(settings)]

    assert moved(vendor)["productValue"]["value"] == "0"
