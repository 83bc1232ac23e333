"""The one search engine behind every `…-search`."""

import pytest


@pytest.fixture
def three_orders(account):
    ids = [account.sale(ref=f"R-{number}", externalRef=f"x{number}") for number in (1, 2, 3)]
    account.wait(5)
    return ids


SEARCH = "order-service/order-search?columns=orderId"


def test_pages_follow_one_another(account, three_orders):
    first = account.call("GET", f"{SEARCH}&pageSize=2")
    assert first["metaData"]["morePagesAvailable"] is True
    assert first["metaData"]["lastResult"] == 2

    second = account.call("GET", f"{SEARCH}&pageSize=2&firstResult=3")
    assert second["metaData"]["morePagesAvailable"] is False
    assert [row[0] for row in first["results"] + second["results"]] == three_orders


def test_an_empty_answer_has_no_first_and_last_result(account, three_orders):
    found = account.call("GET", f"{SEARCH}&customerRef=nothing")

    assert found["results"] == []
    assert not {"firstResult", "lastResult"} & set(found["metaData"])


@pytest.mark.parametrize("sort", ["orderId.DESC", "orderId|DESC"])
def test_both_spellings_of_sorting_work(account, three_orders, sort):
    rows = account.results(f"{SEARCH}&sort={sort}")

    assert [row[0] for row in rows] == three_orders[::-1]


def test_columns_come_in_the_order_asked_for_and_are_named(account, three_orders):
    found = account.call("GET", "order-service/order-search?columns=customerRef,orderId")

    assert [column["name"] for column in found["metaData"]["columns"]] == ["customerRef", "orderId"]
    assert found["results"][0] == ["R-1", three_orders[0]]


def test_ids_are_explained_beside_the_results(account, three_orders):
    answer = account.answer("GET", "order-service/order-search?columns=orderTypeId").json()

    assert answer["reference"] == {"orderTypeNames": {"1": "SALES_ORDER"}}


@pytest.mark.parametrize(
    "bad",
    ["orderId=x", "contactId=1-", "createdOn=today", "createdOn=2026-03-28", "orderId=3-1"],
)
def test_a_filter_of_the_wrong_type_answers_500(account, bad):
    assert account.error("GET", f"{SEARCH}&{bad}") == (500, "CMNC-018")


def test_a_plus_that_was_not_encoded_spoils_a_period(account):
    query = f"{SEARCH}&createdOn=2026-03-28T10:00:00+00:00/"

    assert account.error("GET", query) == (500, "CMNC-018")
    account.call("GET", query.replace("+", "%2B"))


def test_a_name_is_searched_within(account):
    query = "product-service/product-search?productName=socks&columns=SKU"

    assert account.results(query) == [["SOCK"]]


def test_an_unknown_filter_is_refused_and_not_ignored(account):
    assert account.answer("GET", f"{SEARCH}&colour=red").status == 400


def test_several_references_are_found_in_one_call(account, three_orders):
    query = "order-service/sales-order-search?customerRefs=R-1,R-3&columns=customerRef"

    assert account.results(query) == [["R-1"], ["R-3"]]


def test_only_counting_returns_no_rows(account, three_orders):
    found = account.call("GET", f"{SEARCH}&countOnly=true")

    assert (found["results"], found["metaData"]["resultsAvailable"]) == ([], 3)


def test_a_search_describes_its_columns(account):
    described = account.call("GET", "order-service/order-search/meta-data")

    assert len(described["columns"]) == 19
