import pytest

from integrations.connectors.brightpearl.calls import Calls
from integrations.connectors.brightpearl.client import Client
from integrations.connectors.errors import SchemaChangedError
from tests.integrations.connectors.brightpearl.vendor import Vendor, answer, config, desk, fixture

SEARCH = "/order-service/order-search"


def page(*ids: int, more: bool, last: int) -> object:
    body = fixture("order_search__one")
    body["response"]["results"] = [[number, 1, "ref", None] for number in ids]
    body["response"]["metaData"] |= {"morePagesAvailable": more, "lastResult": last}
    return answer(body)


def search(vendor: Vendor):
    return Client(Calls(config(), desk(vendor).context)).order_search([("externalRef", "a b/c")])


def test_rows_are_read_by_column_name_whatever_their_order():
    body = fixture("order_search__one")["response"]
    for cells in (*body["results"], body["metaData"]["columns"]):
        cells.reverse()

    rows = search(Vendor().on("GET", SEARCH, answer({"response": body})))

    assert (rows[0]["orderId"], rows[0]["externalRef"]) == (1029, "sitoo:R-1")


def test_pages_are_read_until_there_are_no_more():
    vendor = Vendor().on("GET", SEARCH, page(1, 2, more=True, last=2), page(3, more=False, last=3))

    assert [row["orderId"] for row in search(vendor)] == [1, 2, 3]
    assert [vendor.query(index)["firstResult"] for index in (0, 1)] == ["1", "3"]


def test_an_empty_result_lacks_its_row_numbers_and_is_no_trouble():
    assert search(Vendor().on("GET", SEARCH, "search__empty")) == []


def test_a_vendor_that_always_promises_more_is_not_followed_for_ever():
    vendor = Vendor().on("GET", SEARCH, page(1, more=True, last=0))

    assert len(search(vendor)) == 1


def test_an_endless_search_is_given_up():
    pages = [page(n, more=True, last=n) for n in range(1, 60)]

    assert len(search(Vendor().on("GET", SEARCH, *pages))) == 40


def test_a_search_without_columns_names_the_missing_field():
    vendor = Vendor().on("GET", SEARCH, answer({"response": {"results": [], "metaData": {}}}))

    with pytest.raises(SchemaChangedError) as error:
        search(vendor)

    assert error.value.field == "metaData.columns"
