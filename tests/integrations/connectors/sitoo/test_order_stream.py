import json
from datetime import timedelta

import pytest

from integrations.connectors.errors import SchemaChangedError, ThrottledError
from tests.integrations.connectors.kit import NOW
from tests.integrations.connectors.sitoo.till import Queue, Till, fixture, listed, refused

ORDERS = "GET /orders.json"
RECENTLY = int(NOW.timestamp()) - 60


def order(number, *, state=10, payment=20, date=RECENTLY):
    return {
        **fixture("order__split_payment"),
        "orderid": number,
        "orderstateid": state,
        "paymentstateid": payment,
        "orderdate": date,
    }


def read(till, cursor="", *, now=NOW):
    return till.connector.read("orders", cursor, now=now)


def ids(page):
    return [fact.external_id for fact in page.facts]


def test_the_first_read_asks_ascending_for_whole_orders_without_parked_baskets():
    till = Till({ORDERS: listed(order(20415))}, first_order_id=20000)

    page = read(till)

    (query,) = till.queries(ORDERS)
    assert (query["orderidfrom"], query["sort"], query["ordertype"]) == ("20000", "orderid", "10")
    assert {"externalid", "creditorderid", "additionaldata", "payments"} <= set(
        query["fields"].split(",")
    )
    assert (query["num"], query["eshopid"]) == ("1000", "1")
    assert (ids(page), page.more) == (["20415"], False)


def test_the_next_read_starts_after_the_last_id():
    till = Till({ORDERS: Queue([listed(order(5), order(6)), listed()])})

    page = read(till, read(till).cursor)

    assert till.queries(ORDERS)[1]["orderidfrom"] == "7"
    assert (ids(page), page.more) == ([], False)


def test_a_full_page_is_read_on_at_once():
    till = Till({ORDERS: listed(order(5), order(6), total=9)})

    assert read(till).more


def test_a_vendor_that_promises_rows_and_gives_none_does_not_hold_us():
    assert not read(Till({ORDERS: listed(total=9)})).more


@pytest.mark.parametrize("numbers", [(6, 5), (5, 5)])
def test_an_ignored_sort_is_noticed(numbers):
    till = Till({ORDERS: listed(*[order(number) for number in numbers])})

    with pytest.raises(SchemaChangedError) as caught:
        read(till)

    assert caught.value.field == "items[].orderid"


def test_an_order_without_an_id_is_a_changed_schema():
    with pytest.raises(SchemaChangedError) as caught:
        read(Till({ORDERS: listed({"sku": "?"})}))

    assert caught.value.field == "orderid"


def test_the_version_changes_with_the_content_and_not_with_the_order_of_its_keys():
    first = order(5)
    turned = dict(reversed(first.items()))
    changed = {**first, "orderstateid": 20}
    till = Till({ORDERS: Queue([listed(first), listed(turned), listed(changed)])})

    versions = [read(till).facts[0].version for _ in range(3)]

    assert versions[0] == versions[1] != versions[2]
    assert len(versions[0]) == 16


def poll(till, cursor, *, seconds):
    """Reads until there is no more, some time after NOW; what came, and the cursor."""
    now, found = NOW + timedelta(seconds=seconds), []
    while True:
        page = read(till, cursor, now=now)
        cursor = page.cursor
        found += ids(page)
        if not page.more:
            return found, cursor


def test_an_open_order_is_asked_for_again_until_it_is_done():
    still, done = order(5, state=0), order(5)
    till = Till({ORDERS: Queue([listed(still), listed(), listed(still), listed(), listed(done)])})

    _, cursor = poll(till, "", seconds=0)
    again, cursor = poll(till, cursor, seconds=60)
    closed, cursor = poll(till, cursor, seconds=120)

    assert (again, closed) == (["5"], ["5"])
    assert till.queries(ORDERS)[-1]["orderid"] == "5"
    assert json.loads(cursor)["open"] == []


def test_open_orders_are_not_asked_for_more_than_once_a_minute():
    waits = order(5, payment=10)
    till = Till({ORDERS: Queue([listed(waits), listed(), listed(), listed(waits), listed()])})

    _, cursor = poll(till, "", seconds=0)
    _, cursor = poll(till, cursor, seconds=59)
    _, cursor = poll(till, cursor, seconds=60)
    poll(till, cursor, seconds=119)

    assert ["orderid" in query for query in till.queries(ORDERS)] == [0, 0, 0, 1, 0]


def test_open_orders_are_asked_for_fifty_at_a_time():
    rows = [order(number, state=0) for number in range(1, 121)]
    till = Till({ORDERS: Queue([listed(*rows), *[listed()] * 4])})

    _, cursor = poll(till, "", seconds=0)
    poll(till, cursor, seconds=60)

    sizes = [len(query["orderid"].split(",")) for query in till.queries(ORDERS)[2:]]
    assert sizes == [50, 50, 20]


def test_a_refused_repeat_loses_nothing():
    busy = refused(429, "Too many connections")
    till = Till({ORDERS: Queue([listed(order(5, state=0)), listed(), busy, listed()])})
    _, cursor = poll(till, "", seconds=0)
    cursor = read(till, cursor, now=NOW + timedelta(seconds=60)).cursor

    with pytest.raises(ThrottledError):
        read(till, cursor)
    read(till, cursor)

    assert till.queries(ORDERS)[-1]["orderid"] == "5"


def test_a_skipped_id_is_asked_for_until_it_appears():
    rows = listed(order(5), order(8))
    till = Till({ORDERS: Queue([rows, listed(), listed(order(7)), listed(), listed()])})

    _, cursor = poll(till, "", seconds=0)
    found, cursor = poll(till, cursor, seconds=60)
    poll(till, cursor, seconds=120)

    assert found == ["7"]
    assert till.queries(ORDERS)[2]["orderid"] == "6,7"
    assert till.queries(ORDERS)[4]["orderid"] == "6"


def test_a_skipped_id_is_forgotten_after_a_day():
    till = Till({ORDERS: Queue([listed(order(5), order(7)), listed(), listed()])})

    _, cursor = poll(till, "", seconds=0)
    _, cursor = poll(till, cursor, seconds=25 * 3600)

    assert json.loads(cursor)["gaps"] == []


def test_ids_skipped_long_ago_are_not_asked_for():
    old = RECENTLY - 90_000
    till = Till({ORDERS: listed(order(5, date=old), order(9, date=old))})

    assert json.loads(read(till).cursor)["gaps"] == []


def test_only_the_latest_skipped_ids_are_kept():
    till = Till({ORDERS: listed(order(5), order(5000))})

    gaps = [gap for gap, _ in json.loads(read(till).cursor)["gaps"]]

    assert gaps == list(range(4900, 5000))


def test_orders_of_a_hint_are_fetched_in_one_request():
    till = Till({ORDERS: listed(order(5), order(6))})

    found = till.connector.fetch("orders", ["5", "6", "5", "404"])

    assert till.queries(ORDERS)[0]["orderid"] == "5,6,404"
    assert [fact.external_id for fact in found] == ["5", "6"]


def test_odd_ids_do_not_have_the_whole_request_refused():
    till = Till({ORDERS: listed(order(5))})

    till.connector.fetch("orders", ["R-17", "", "5:credit", "5", "٥"])
    till.connector.fetch("z-reports", ["231", "{7F}/x"])
    till.connector.fetch("warehouse-transactions", ["x"])
    till.connector.fetch("stock-changes", ["x/A"])

    assert [query["orderid"] for query in till.queries(ORDERS)] == ["5"]
    assert len(till.asked) == 1


def test_a_fetched_order_and_a_polled_one_are_the_same_fact():
    till = Till({ORDERS: listed(order(5))})

    assert list(till.connector.fetch("orders", ["5"])) == list(read(till).facts)
