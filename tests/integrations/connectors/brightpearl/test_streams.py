"""What changed there: read by time, without missing what arrives meanwhile."""

import json
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from integrations.connectors.errors import SchemaChangedError
from tests.integrations.connectors.brightpearl.vendor import Vendor, answer, connector, fixture
from tests.integrations.connectors.kit import NOW

PRODUCTS, PRODUCT = "/product-service/product-search", "/product-service/product/1007"
PRICE = "/product-service/product-price/1007/price-list/2"
TAX, MOVEMENTS = "/accounting-service/tax-code", "/warehouse-service/goods-movement-search"


def catalogue() -> Vendor:
    vendor = (
        Vendor().on("GET", PRODUCTS, "product_search__jacket").on("GET", TAX, "tax_code_get__uk")
    )
    vendor.on("GET", PRODUCT, "product_get__jacket")
    return vendor.on("GET", PRICE, "product_price_get__jacket")


def movements(*rows: tuple[int, int, str], more: bool = False) -> httpx.Response:
    body = fixture("search__empty")["response"]
    names = ("goodsMovementId", "updatedOn", "productId", "warehouseId")
    body["results"] = [[number, at, product, 2] for number, product, at in rows]
    body["metaData"] |= {
        "columns": [{"name": name} for name in names],
        "morePagesAvailable": more,
        "lastResult": len(rows),
    }
    return answer({"response": body})


def at(minute: int, second: int = 0) -> str:
    return f"2026-11-20T08:{minute:02}:{second:02}.000+00:00"


# Products.


def test_a_product_comes_with_its_price_and_tax():
    source = connector(catalogue())

    (fact,) = source.read("products", "", now=NOW).facts
    (product,) = source.records("products", fact.payload)

    assert (fact.external_id, product.sku, product.name) == ("1007", "JACKET-M", "Harbour jacket")
    assert product.barcode == "5012345678900"
    assert (product.price_net, product.price_gross) == (Decimal("45.8333"), Decimal("55.00"))


def test_a_product_without_a_price_has_none():
    none = answer({"errors": [{"code": "CMNC-404", "message": "none"}]}, 404)
    vendor = catalogue()
    vendor.answers["GET", PRICE] = [none]
    source = connector(vendor)

    (fact,) = source.read("products", "", now=NOW).facts
    (product,) = source.records("products", fact.payload)

    assert (product.price_net, product.price_gross) == (None, None)


def test_another_price_makes_another_version_of_the_product():
    dearer = fixture("product_price_get__jacket")
    dearer["response"][0]["priceLists"][0]["quantityPrice"]["1"] = "50.0000"
    vendor = catalogue().on("GET", PRICE, answer(dearer))
    source = connector(vendor)

    versions = [source.fetch("products", ["1007"])[0].version for _ in range(3)]

    assert versions[0] != versions[1] == versions[2]


def test_a_product_that_was_seen_is_not_asked_for_again():
    vendor = catalogue()
    source = connector(vendor)

    first = source.read("products", "", now=NOW)
    second = source.read("products", first.cursor, now=NOW)

    assert (len(first.facts), len(second.facts)) == (1, 0)
    assert vendor.asked().count(f"GET {PRODUCT}") == 1


def test_a_product_without_a_sku_is_nothing_that_can_be_sold():
    product = fixture("product_get__jacket")["response"][0] | {"identity": {}}

    assert connector(Vendor()).records("products", {"product": product}) == ()


def test_a_discontinued_product_is_not_active():
    product = fixture("product_get__jacket")["response"][0] | {"status": "DISCONTINUED"}

    (record,) = connector(Vendor()).records("products", {"product": product})

    assert not record.is_active


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"status": None}, "product.status", id="missing"),
        pytest.param(
            {"stock": {"stockTracked": "perhaps"}}, "product.stock.stockTracked", id="type"
        ),
    ],
)
def test_a_product_of_another_shape_names_the_field(changes, field):
    product = fixture("product_get__jacket")["response"][0] | changes

    with pytest.raises(SchemaChangedError) as error:
        connector(Vendor()).records("products", {"product": product})

    assert error.value.field == field


def test_a_new_field_is_no_trouble():
    product = fixture("product_get__jacket")["response"][0] | {"hologram": {"a": 1}}

    assert connector(Vendor()).records("products", {"product": product})


# Stock.


def test_several_movements_of_a_product_are_one_change_as_of_the_latest():
    vendor = Vendor().on("GET", MOVEMENTS, movements((1, 7, at(1)), (2, 8, at(2)), (3, 7, at(3))))

    facts = connector(vendor).read("stock-changes", "", now=NOW).facts

    assert [(fact.external_id, fact.version) for fact in facts] == [
        ("7", f"{at(3)}/3"),
        ("8", f"{at(2)}/2"),
    ]


def test_the_first_look_at_stock_is_an_hour_back():
    vendor = Vendor().on("GET", MOVEMENTS, movements())

    connector(vendor).read("stock-changes", "", now=NOW)

    assert vendor.query()["updatedOn"] == "2026-11-20T08:00:00.000Z/"


def test_a_page_that_is_not_the_last_is_followed_from_its_last_moment():
    vendor = Vendor().on("GET", MOVEMENTS, movements((1, 7, at(1)), (2, 8, at(2)), more=True))
    source = connector(vendor)

    page = source.read("stock-changes", "", now=NOW)
    source.read("stock-changes", page.cursor, now=NOW)

    assert page.more
    assert (vendor.query()["updatedOn"], vendor.query()["firstResult"]) == (
        "2026-11-20T08:02:00.000Z/",
        "1",
    )


def test_a_page_of_one_single_moment_is_followed_by_row_number():
    same = movements((1, 7, at(1)), (2, 8, at(1)), more=True)
    vendor = Vendor().on("GET", MOVEMENTS, same)
    source = connector(vendor)

    first = source.read("stock-changes", "", now=NOW)
    second = source.read("stock-changes", first.cursor, now=NOW)
    source.read("stock-changes", second.cursor, now=NOW)

    assert json.loads(second.cursor)["first"] == 3
    assert vendor.query()["firstResult"] == "3"


def test_polling_overlaps_but_hands_nothing_on_twice():
    vendor = Vendor().on(
        "GET",
        MOVEMENTS,
        movements((1, 7, at(1)), (2, 8, at(2))),
        movements((2, 8, at(2)), (9, 5, at(1, 59)), (3, 7, at(3))),
    )
    source = connector(vendor)

    first = source.read("stock-changes", "", now=NOW)
    second = source.read("stock-changes", first.cursor, now=NOW)

    assert vendor.query()["updatedOn"] == "2026-11-20T08:01:00.000Z/"  # a minute before the last
    assert [fact.external_id for fact in second.facts] == ["5", "7"]  # 5 became visible late


def test_an_empty_poll_keeps_its_place():
    vendor = Vendor().on("GET", MOVEMENTS, movements())
    source = connector(vendor)

    first = source.read("stock-changes", "", now=NOW)
    second = source.read("stock-changes", first.cursor, now=NOW + timedelta(hours=1))

    assert json.loads(first.cursor)["since"] == json.loads(second.cursor)["since"]


def test_hints_of_stock_are_answered_with_the_levels_as_version():
    vendor = Vendor().on(
        "GET", "/warehouse-service/product-availability/1007-1008", "product_availability__two"
    )

    facts = connector(vendor).fetch("stock-changes", ["1008", "1007"])

    assert sorted(fact.external_id for fact in facts) == ["1007", "1008"]
    assert len({fact.version for fact in facts}) == 2


# Orders and the rest.


def test_orders_can_be_read_for_audits():
    body = fixture("order_search__one")
    body["response"]["metaData"]["columns"][3]["name"] = "updatedOn"
    vendor = Vendor().on("GET", "/order-service/order-search", answer(body))

    (fact,) = connector(vendor).read("orders", "", now=NOW).facts

    assert (fact.external_id, fact.payload["externalRef"]) == ("1029", "sitoo:R-1")


def test_orders_are_fetched_whole():
    vendor = Vendor().on("GET", "/order-service/order/1029", "order_get__sale")

    (fact,) = connector(vendor).fetch("orders", ["1029"])

    assert fact.payload["totalValue"]["total"] == "138.00"


def test_facts_other_than_products_have_no_records():
    assert connector(Vendor()).records("stock-changes", {"product_id": 7}) == ()


def test_what_is_no_fact_is_not_fetched():
    source = connector(Vendor())

    assert source.fetch("goods-out-notes", ["512"]) == ()
    assert source.fetch("products", ["abc"]) == ()


def test_an_unknown_stream_is_a_mistake():
    with pytest.raises(ValueError, match="no stream"):
        connector(Vendor()).read("z-reports", "", now=NOW)


def test_stock_is_polled_before_products():
    assert connector(Vendor()).streams() == ("stock-changes", "products")
