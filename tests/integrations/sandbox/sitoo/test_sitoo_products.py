"""Products are changed field by field, and refused in Sitoo's words."""

import pytest

from tests.integrations.sandbox.sitoo.kit import Shop

PATH = "/sites/1/products.json"
NEW = {"sku": "NEW-1", "title": "New thing", "moneyprice": "12.00", "barcode": "5012345678900"}


@pytest.fixture
def shop():
    return Shop()


def read(shop, sku):
    return shop.get(PATH, sku=sku, includeinactive="true")["items"][0]


def test_a_new_product_gets_the_default_group(shop):
    shop.post(PATH, NEW)

    assert read(shop, "NEW-1")["vatid"] == 2


def test_a_change_leaves_the_other_fields_alone(shop):
    id = shop.post(PATH, NEW)

    answer = shop.put(PATH, [{"productid": id, "moneyprice": "9.50"}])

    assert answer == [{"statuscode": 200, "return": True}]
    assert (read(shop, "NEW-1")["moneyprice"], read(shop, "NEW-1")["title"]) == (
        "9.50",
        "New thing",
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"title": "No sku"}, "Missing required field 'sku'."),
        ({**NEW, "barcode": None}, "Invalid value"),
        ({**NEW, "deliverystatus": 3}, "Invalid field value 'deliverystatus' should be string."),
        ({**NEW, "barcodealiases": [1]}, "Invalid value in barcodealiases (Not string)"),
        ({**NEW, "sku": "has space"}, "Invalid value in sku (has space)"),
        ({**NEW, "sku": "MG-WHI"}, "Invalid value in sku (MG-WHI is not unique)"),
    ],
    ids=["no sku", "null barcode", "status", "aliases", "spelling", "taken"],
)
def test_a_product_that_breaks_a_rule_is_refused(shop, body, text):
    answer = shop.call("POST", PATH, body)

    assert (answer.status, answer.json()["errortext"]) == (400, text)


def test_an_empty_text_clears_a_barcode(shop):
    id = shop.post(PATH, NEW)

    shop.put(PATH, [{"productid": id, "barcode": ""}])

    assert read(shop, "NEW-1")["barcode"] is None
    assert shop.call("POST", PATH, {**NEW, "sku": "NEW-2"}).status == 200


def test_a_barcode_belongs_to_one_product(shop):
    shop.post(PATH, NEW)

    assert shop.call("POST", PATH, {**NEW, "sku": "NEW-2"}).status == 400


def test_an_inactive_product_is_not_listed_unless_asked_for(shop):
    shop.post(PATH, {**NEW, "active": False, "activepos": False})

    assert shop.get(PATH, sku="NEW-1")["totalcount"] == 0
    assert shop.get(PATH, sku="NEW-1", includeinactive="true")["totalcount"] == 1


def test_the_default_price_list_and_the_product_agree(shop):
    items = "/sites/1/pricelists/1/pricelistitems.json"

    shop.put(items, [{"sku": "MG-WHI", "moneyprice": "9.99"}])

    assert read(shop, "MG-WHI")["moneyprice"] == "9.99"
    assert shop.get(items, sku="MG-WHI")["items"][0]["moneyprice"] == "9.99"


def test_an_unknown_product_has_no_price(shop):
    rows = [{"sku": "NOPE-1", "moneyprice": "1.00"}]

    answer = shop.put("/sites/1/pricelists/1/pricelistitems.json", rows)

    assert answer[0]["statuscode"] == 400


def test_variants_name_their_options(shop):
    product = read(shop, "RJ-NAV-M")

    assert product["variant"] == [
        {"name": "Colour", "value": "Navy"},
        {"name": "Size", "value": "M"},
    ]
    assert product["variantparentid"] == read(shop, "RJ-NAV-S")["productid"]


def test_gift_cards_and_services_are_groups_of_their_own(shop):
    kinds = {sku: read(shop, sku)["productgrouptype"] for sku in ("GIFT-25", "BAG-S", "MG-WHI")}

    assert kinds == {"GIFT-25": 30, "BAG-S": 20, "MG-WHI": 10}


def test_payment_types_are_a_bare_array(shop):
    names = [row["name"] for row in shop.get("/sites/1/pospaymenttypes.json")]

    assert names[:2] == ["Cash", "Card"]
    assert "Klarna" in names
