from decimal import Decimal

import httpx

from integrations.connectors.brightpearl.idsets import decode
from tests.integrations.connectors.brightpearl.vendor import Vendor, answer, connector

BOTH = "/warehouse-service/product-availability/1007-1008"
SKUS = [("JACKET-M", "1007"), ("SOCK-HK", "1008")]


def levels(vendor: Vendor, codes=("2", "3"), skus=SKUS) -> dict[tuple[str, str], tuple[int, int]]:
    found = connector(vendor).levels(codes, skus)
    return {(each.sku, each.location_code): (each.on_hand, each.sellable) for each in found}


def test_in_stock_is_on_hand_and_on_hand_is_sellable():
    found = levels(Vendor().on("GET", BOTH, "product_availability__two"))

    assert found["JACKET-M", "2"] == (50, 40)
    assert found["JACKET-M", "3"] == (10, 8)


def test_a_warehouse_that_is_not_listed_holds_none():
    found = levels(Vendor().on("GET", BOTH, "product_availability__two"))

    assert found["SOCK-HK", "2"] == (0, 0)


def test_a_product_that_is_not_answered_is_unknown_and_not_zero():
    found = levels(Vendor().on("GET", BOTH, answer({"response": {}})))

    assert found == {}


def test_a_sku_without_a_product_is_not_asked_for():
    vendor = Vendor()

    assert levels(vendor, skus=[("GHOST", "")]) == {}
    assert vendor.requests == []


def test_a_hundred_products_are_one_request():
    vendor = Vendor().on(
        "GET", "/warehouse-service/product-availability/1-100", answer({"response": {}})
    )
    vendor.on("GET", "/warehouse-service/product-availability/101-150", answer({"response": {}}))

    levels(vendor, skus=[(f"S{number}", str(number)) for number in range(1, 151)])

    assert len(vendor.requests) == 2


def test_one_bad_id_does_not_spoil_the_others():
    def moody(request: httpx.Request) -> httpx.Response:
        ids = decode(request.url.path.rsplit("/", 1)[1])
        if 13 in ids:
            return answer({"errors": [{"code": "WHSC-1", "message": "bad id"}]}, 400)
        figures = {"inStock": "1", "onHand": "1"}
        return answer({"response": {str(n): {"warehouses": {"2": figures}} for n in ids}})

    class Moody(Vendor):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return moody(request)

    vendor = Moody()
    found = connector(vendor).levels(["2"], [(f"S{n}", str(n)) for n in range(1, 21)])

    assert {each.sku for each in found} == {f"S{n}" for n in range(1, 21)} - {"S13"}
    assert all(each.sellable == Decimal(1) for each in found)
    assert len(vendor.requests) <= 11
