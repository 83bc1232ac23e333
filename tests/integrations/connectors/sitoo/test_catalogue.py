from decimal import Decimal

import httpx
import pytest

from integrations.canonical.effects import PutProduct
from integrations.connectors.errors import (
    AmbiguousError,
    RejectedError,
    ThrottledError,
    UnavailableError,
    UnsupportedError,
)
from integrations.ports import Absent, Done, Found, Intent, Posted
from tests.integrations.connectors.sitoo.till import Queue, Till, fixture, listed, refused

PRODUCTS = "/sites/1/products.json"
GROUPS = "GET /sites/1/productgroups.json"
VAT = listed(
    {"vatid": 2, "value": 20, "productgroupname": "Clothing", "productgrouptype": 10},
    {"vatid": 5, "value": 20, "productgroupname": "Shoes", "productgrouptype": 10},
    {"vatid": 3, "value": 0, "productgroupname": "Gift card", "productgrouptype": 30},
)


def intent(sku="RJ-NVY-M", **changes):
    effect = {
        "sku": sku,
        "name": "Rain Jacket Navy M",
        "price_gross": Decimal("120.00"),
        "tax_rate": Decimal(20),
        **changes,
    }
    return Intent(key=f"product-{sku}", effect=PutProduct(**effect))


def till(*, have=(), **answers):
    named = {"post": f"POST {PRODUCTS}", "put": f"PUT {PRODUCTS}"}
    known = {named[name]: answers[name] for name in answers}
    return Till({f"GET {PRODUCTS}": listed(*have), GROUPS: VAT, **known})


def accepted(*results):
    return [{"statuscode": 200, "return": result} for result in results]


JACKET = fixture("product__jacket")


def test_a_new_product_is_created_with_everything_it_needs():
    shop = till(post=accepted(512))

    outcomes = shop.connector.send([intent(barcode="5012345678900")])

    assert shop.bodies(f"POST {PRODUCTS}") == [
        [
            {
                "sku": "RJ-NVY-M",
                "title": "Rain Jacket Navy M",
                "moneyprice": "120.00",
                "vatid": 2,
                "barcode": "5012345678900",
                "stockcountenable": True,
                "activepos": True,
                "active": True,
            }
        ]
    ]
    assert outcomes == [Done("512", {"is_new": True})]


def test_a_product_that_exists_is_changed_only_where_it_is_named():
    shop = till(have=[JACKET], put=accepted(True))

    outcomes = shop.connector.send([intent(price_gross=None, tax_rate=None)])

    assert shop.bodies(f"PUT {PRODUCTS}") == [
        [{"productid": 512, "sku": "RJ-NVY-M", "title": "Rain Jacket Navy M"}]
    ]
    assert outcomes == [Done("512", {"is_new": False})]
    assert GROUPS not in shop.calls()


def test_a_barcode_is_cleared_with_an_empty_text():
    shop = till(have=[JACKET], put=accepted(True))

    shop.connector.send([intent(barcode="", is_active=False, is_stocked=False)])

    (row,) = shop.bodies(f"PUT {PRODUCTS}")[0]
    assert (row["barcode"], row["activepos"], row["stockcountenable"]) == ("", False, False)


def test_new_and_known_products_take_one_request_each():
    shop = till(have=[JACKET], post=accepted(7, 8), put=accepted(True))

    outcomes = shop.connector.send([intent("A"), intent(), intent("B")])

    assert [done.external_ref for done in outcomes] == ["7", "512", "8"]
    assert shop.calls() == [GROUPS, f"GET {PRODUCTS}", f"POST {PRODUCTS}", f"PUT {PRODUCTS}"]
    assert shop.queries(f"GET {PRODUCTS}")[0]["sku"] == "A,RJ-NVY-M,B"


def test_a_sku_in_another_case_is_the_same_product():
    shop = till(have=[{**JACKET, "sku": "rj-nvy-m"}], put=accepted(True))

    assert shop.connector.send([intent()]) == [Done("512", {"is_new": False})]


def test_an_unknown_vat_rate_fails_only_its_own_product():
    shop = till(post=accepted(7))

    bad, good = shop.connector.send([intent("A", tax_rate=Decimal("17.5")), intent("B")])

    assert type(bad.error) is RejectedError
    assert "17.5 % VAT" in bad.error.sentence
    assert isinstance(good, Done)


def test_a_gift_card_group_is_no_vat_group_for_goods():
    (outcome,) = till().connector.send([intent(tax_rate=Decimal(0))])

    assert isinstance(outcome.error, RejectedError)


def test_a_price_that_cannot_be_written_is_not_rounded():
    (outcome,) = till().connector.send([intent(price_gross=Decimal("1.005"))])

    assert isinstance(outcome.error, UnsupportedError)


def test_a_gross_price_is_not_written_into_net_price_lists(monkeypatch):
    monkeypatch.setattr("integrations.connectors.sitoo.catalogue.PRICES_ARE_GROSS", False)

    (outcome,) = till().connector.send([intent()])

    assert isinstance(outcome.error, UnsupportedError)


def test_a_refused_row_fails_alone():
    rows = [*accepted(7), {"statuscode": 400, "errortext": "Invalid value"}]

    good, bad = till(post=rows).connector.send([intent("A"), intent("B")])

    assert isinstance(good, Done)
    assert type(bad.error) is RejectedError


def test_a_lost_reply_to_a_creation_leaves_it_open():
    shop = till(post=httpx.ReadTimeout("slow"))

    (outcome,) = shop.connector.send([intent()])

    assert isinstance(outcome.error, AmbiguousError)


def test_a_lost_reply_to_a_change_may_be_repeated():
    shop = till(have=[JACKET], put=httpx.ReadTimeout("slow"))

    with pytest.raises(UnavailableError):
        shop.connector.send([intent()])


def test_a_throttle_after_the_creations_fails_only_the_changes():
    shop = till(have=[JACKET], post=accepted(7), put=refused(429, "Too many"))

    created, changed = shop.connector.send([intent("A"), intent()])

    assert isinstance(created, Done)
    assert isinstance(changed.error, ThrottledError)


def test_a_throttle_at_the_first_look_is_for_the_whole_call():
    shop = till()
    shop.answers[f"GET {PRODUCTS}"] = refused(429, "Too many")

    with pytest.raises(ThrottledError):
        shop.connector.send([intent()])


def test_the_same_sku_twice_is_written_twice_in_order():
    shop = till(post=accepted(7), put=accepted(True))
    shop.answers[f"GET {PRODUCTS}"] = Queue([listed(), listed({**JACKET, "sku": "A"})])

    outcomes = shop.connector.send([intent("A"), intent("A", name="Other")])

    assert [done.detail["is_new"] for done in outcomes] == [True, False]


def test_a_product_that_reads_as_meant_is_found():
    shop = till(have=[JACKET])

    assert shop.connector.look_up([intent()]) == [Found("512")]


def test_a_product_that_is_missing_or_differs_may_be_sent_again():
    shop = till(have=[JACKET])

    assert shop.connector.look_up([intent("NEW"), intent(name="Other")]) == [Absent(), Absent()]


def test_a_product_is_read_back_in_bulk_and_differences_are_named():
    shop = till(have=[JACKET])
    meant = intent(name="Raincoat", price_gross=Decimal("99.00"), barcode="1", is_active=False)

    same, gone, other = shop.connector.read_back(
        [Posted(intent(), "512"), Posted(intent("GONE"), "1"), Posted(meant, "512")]
    )

    assert same.is_equal
    assert gone.missing
    assert [(d.field, d.meant, d.found, d.is_money) for d in other.differences] == [
        ("name", "Raincoat", "Rain Jacket Navy M", False),
        ("barcode", "1", "5012345678900", False),
        ("is_active", "False", "True", False),
        ("price_gross", "99.00", "120.00", True),
    ]
    assert len(shop.asked) == 1
