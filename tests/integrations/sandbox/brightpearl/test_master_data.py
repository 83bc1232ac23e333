"""Products, prices, contacts and lists as they are read and changed."""

import pytest


def test_a_product_shows_its_codes_and_whether_it_is_counted(account):
    socks, bag = account.call("GET", f"product-service/product/{account.socks},{account.bag}")

    assert socks["identity"]["sku"] == "SOCK"
    assert socks["financialDetails"]["taxCode"]["code"] == "T20"
    assert (socks["stock"]["stockTracked"], bag["stock"]["stockTracked"]) == (True, False)


def test_a_changed_product_is_found_by_when_it_changed(account):
    account.wait(60)
    body = {"salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Warm socks"}]}
    account.call("PUT", f"product-service/product/{account.socks}", body, if_match="1")

    query = "product-service/product-search?updatedOn=2026-03-28T10:31:00Z/"
    assert account.results(f"{query}&columns=productName") == [["Warm socks"]]


def test_a_product_is_not_changed_from_a_stale_version(account):
    path = f"product-service/product/{account.socks}"

    assert account.answer("PUT", path, {}, if_match="7").status == 412


def test_a_product_needs_a_brand(account):
    assert account.error("POST", "product-service/product", {}) == (400, "PRDC-014")


def test_a_new_product_can_be_sold(account):
    body = {
        "brandId": 1,
        "identity": {"sku": "HAT"},
        "financialDetails": {"taxCode": {"code": "T20"}},
        "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Hat"}],
    }

    product = account.call("POST", "product-service/product", body)

    row = {"productId": product, "quantity": "1", "net": "5.00", "tax": "1.00"}
    assert account.read(account.sale(rows=[row]))["totalValue"]["total"] == "6.00"


def test_prices_are_net_and_can_be_set(account):
    path = f"product-service/product-price/{account.socks}"
    wanted = {"priceLists": [{"priceListId": 1, "quantityPrice": {"1": "8.3333"}}]}

    account.call("PUT", f"{path}/price-list", wanted)

    (prices,) = account.call("GET", f"{path}/price-list/1")
    assert prices["priceLists"][0]["quantityPrice"] == {"1": "8.3333"}


def test_a_contact_is_found_by_part_of_an_address(account):
    query = "contact-service/contact-search?primaryEmail=leeds&columns=contactId"

    assert account.results(query) == [[account.contact]]


def test_a_contact_is_made_with_its_postal_address(account):
    address = account.call("POST", "contact-service/postal-address", {"addressLine1": "1 Quay"})
    body = {
        "firstName": "Ann",
        "lastName": "Lee",
        "postAddressIds": {"DEF": address, "BIL": address, "DEL": address},
        "communication": {"emails": {"PRI": {"email": "ann@example.com"}}},
    }

    contact = account.call("POST", "contact-service/contact", body)

    assert account.call("GET", f"contact-service/contact/{contact}")[0]["firstName"] == "Ann"
    assert account.error("GET", "contact-service/contact/9999") == (404, "CMNC-404")


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("warehouse-service/warehouse", {"name": "Leeds"}),
        ("product-service/price-list", {"code": "RETAIL"}),
        ("accounting-service/tax-code", {"code": "T20", "rate": "20.00"}),
        ("order-service/order-status", {"statusId": 1, "orderTypeCode": "SO"}),
    ],
)
def test_lists_are_read_whole(account, path, first):
    shown = account.call("GET", path)[0]

    assert shown | first == shown


def test_a_zero_rate_is_left_out(account):
    account.system.add_tax_code("T0", rate=0)

    zero = account.call("GET", "accounting-service/tax-code")[1]

    assert "rate" not in zero


def test_a_warehouse_tells_its_two_locations(account):
    path = f"warehouse-service/warehouse/{account.store}/location"

    assert account.call("GET", f"{path}/default") == account.system.default_location(account.store)
    assert account.call("GET", f"{path}/quarantine") == account.system.quarantine_location(
        account.store
    )
    assert len(account.call("GET", path)) == 2
