"""Adjustments, how items are named, and what is visible when."""

from datetime import timedelta

import pytest

from tests.integrations.sandbox.bigcommerce.kit import LEEDS, WEB, Web

ABSOLUTE, RELATIVE = "/v3/inventory/adjustments/absolute", "/v3/inventory/adjustments/relative"
MUG, TIN = "MG-WHI", "SB"  # a variant; a simple product, tracked by its id


@pytest.fixture
def web():
    return Web()


def put(web, *items):
    return web.call("PUT", ABSOLUTE, {"items": list(items)})


def item(quantity, location=WEB, **identity):
    return {"location_id": location, "quantity": quantity, **(identity or {"sku": MUG})}


def shown(web, sku=MUG, location=WEB):
    (row,) = web.get("/v3/inventory/items", sku__in=sku, location_id__in=location)["data"]
    return row["locations"][0]["total_inventory_onhand"]


def tin(web):
    return web.shop.state.variants[web.shop.state.by_sku[TIN]].product_id


def test_an_absolute_level_is_set_at_its_place(web):
    answer = put(web, item(7), item(3, LEEDS), item(5, product_id=tin(web)))

    assert answer.status == 200
    assert answer.json()["transaction_id"]
    assert (shown(web), shown(web, location=LEEDS), shown(web, TIN)) == (7, 3, 5)
    assert len(web.sandbox.ledger.entries(kind="level")) == 3


def test_an_accepted_level_becomes_visible_later(web):
    web.shop.configure({"stock_lag_seconds": 5})
    before = shown(web)

    put(web, item(7))
    at_once = shown(web)
    web.clock.advance(timedelta(seconds=5))

    assert (at_once, shown(web)) == (before, 7)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sku": TIN}, "tracked by product"),
        ({"sku": "NOBODY"}, "does not exist"),
        ({"sku": MUG, "variant_id": 331}, "Exactly one"),
        ({"sku": MUG, "location_id": 99}, "Location 99"),
        ({"sku": MUG, "quantity": "7"}, "invalid"),
    ],
    ids=["a product by SKU", "an unknown SKU", "two names", "an unknown place", "a text"],
)
def test_one_bad_item_refuses_the_whole_request(web, changes, said):
    before = shown(web)

    answer = put(web, item(before + 1), item(1) | changes)

    assert answer.status == 422
    assert said in answer.json()["title"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert shown(web) == before


def test_two_thousand_items_fit_and_one_more_does_not(web):
    assert put(web, *[item(1)] * 2000).status == 200
    assert put(web, *[item(1)] * 2001).status == 422


def test_a_relative_change_needs_a_count_and_enough_stock(web):
    def change(quantity, location=WEB):
        return web.call("POST", RELATIVE, {"items": [item(quantity, location)]})

    web.shop.state.locations[LEEDS].enabled = True
    web.shop.state.levels.pop((LEEDS, web.shop.state.by_sku[MUG]))
    put(web, item(2))

    assert change(-2).status == 200
    assert change(-1).status == 422
    assert "requires absolute adjustment" in change(1, LEEDS).json()["title"]


def test_safety_stock_lowers_what_may_be_sold(web):
    settings = {"settings": [{"identity": {"sku": MUG}, "safety_stock": 10}]}
    web.call("PUT", f"/v3/inventory/locations/{WEB}/items", settings)
    put(web, item(30))

    (row,) = web.get(f"/v3/inventory/locations/{WEB}/items", sku__in=MUG)["data"]

    assert (row["total_inventory_onhand"], row["available_to_sell"]) == (30, 20)


def test_a_page_of_items_holds_up_to_a_thousand(web):
    page = web.get("/v3/inventory/items", limit=5000)["meta"]["pagination"]

    assert page["per_page"] == 1000


def test_a_batch_of_products_may_half_succeed(web):
    ids = list(web.shop.state.products)[:2]
    rows = [{"id": ids[0], "is_visible": False}, {"id": 1, "is_visible": False}]

    answer = web.call("PUT", "/v3/catalog/products", rows)

    assert answer.status == 207
    assert [row["is_visible"] for row in answer.json()["data"]] == [False]
    assert list(answer.json()["errors"]["errors"]) == ["1"]
    assert web.call("PUT", "/v3/catalog/products", rows * 6).status == 422


def test_products_are_found_by_their_own_sku_variants_by_theirs(web):
    assert web.get("/v3/catalog/products", sku__in=f"{TIN},{MUG}")["data"][0]["sku"] == TIN
    (variant,) = web.get("/v3/catalog/variants", sku=MUG)["data"]
    assert variant["option_values"][0]["label"] == "White"
