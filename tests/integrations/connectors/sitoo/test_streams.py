import json
from datetime import timedelta

import pytest

from integrations.connectors.errors import SchemaChangedError
from tests.integrations.connectors.kit import NOW
from tests.integrations.connectors.sitoo.till import Queue, Till, fixture, listed

SINCE = int(NOW.timestamp())
Z = "GET /pos-z-reports.json"
REGISTER = "{7F0C6B1E-52A4-4D0E-9A77-0C1D2E3F4A5B}"
REGISTERS = "GET /sites/1/cashregisters.json"
PER_REGISTER = f"GET /sites/1/cashregisters/{REGISTER}/zreports.json"
MOVES = "GET /sites/1/warehousetransactions.json"
PRODUCTS = "GET /sites/1/products.json"
WAREHOUSES = "GET /sites/1/warehouses.json"


def report(number, *, added=SINCE, **changes):
    base = fixture("zreport__one_sale_one_refund")
    return {**base, "zreportid": number, "dateadded": added, **changes}


def read(till, stream, cursor="", *, now=NOW):
    return till.connector.read(stream, cursor, now=now)


def ids(page):
    return [fact.external_id for fact in page.facts]


def warehouse(number, kind=20):
    return {"warehouseid": number, "warehousetype": kind, "name": f"Shop {number}"}


def test_the_most_urgent_stream_comes_first():
    assert Till({}).connector.streams()[0] == "orders"


def test_an_unknown_stream_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no stream"):
        read(Till({}), "weather")


# --- Z-reports ------------------------------------------------------------------------------------


def test_z_reports_are_read_by_arrival_with_an_overlap():
    till = Till({Z: Queue([[report(231), report(232, added=SINCE + 500)], []])}, history_from=NOW)

    page = read(till, "z-reports")
    read(till, "z-reports", page.cursor)

    assert ids(page) == [f"{REGISTER}/231", f"{REGISTER}/232"]
    asked = [query["dateaddedfrom"] for query in till.queries(Z)]
    assert asked == [str(SINCE), str(SINCE + 500 - 120)]
    assert till.queries(Z)[0]["eshopid"] == "1"


def test_a_full_page_of_z_reports_is_read_on_from_its_last_arrival():
    rows = [report(number, added=SINCE + number) for number in range(500)]

    page = read(Till({Z: rows}), "z-reports")

    assert page.more
    assert json.loads(page.cursor)["since"] == SINCE + 499


def test_a_page_that_does_not_move_is_completed_register_by_register():
    rows = [report(number) for number in range(500)]
    till = Till(
        {Z: rows, REGISTERS: listed({"registerid": REGISTER}), PER_REGISTER: listed(report(900))},
        history_from=NOW,
    )

    page = read(till, "z-reports")

    assert ids(page) == [f"{REGISTER}/900"]
    assert json.loads(page.cursor) == {"since": SINCE + 1, "per_register": False}


def test_an_account_without_the_newer_list_is_read_register_by_register():
    till = Till(
        {REGISTERS: listed({"registerid": REGISTER}), PER_REGISTER: listed(report(231))},
        history_from=NOW,
    )

    page = read(till, "z-reports")
    read(till, "z-reports", page.cursor)

    assert ids(page) == [f"{REGISTER}/231"]
    three_days = 3 * 86_400
    asked = [query["datecreatedfrom"] for query in till.queries(PER_REGISTER)]
    assert asked == [str(SINCE - three_days), str(1795197600 - three_days)]
    assert len(till.queries(Z)) == 1  # not tried again


def test_both_ways_of_reading_a_z_report_are_the_same_fact():
    plain = report(231)
    del plain["dateadded"]
    single = f"GET /sites/1/cashregisters/{REGISTER}/zreports/231.json"
    till = Till({Z: [report(231)], single: plain})

    (fetched,) = till.connector.fetch("z-reports", [f"{REGISTER}/231", f"{REGISTER}/404"])

    assert fetched.version == read(till, "z-reports").facts[0].version


def test_the_braces_of_a_register_are_encoded():
    till = Till({})

    till.connector.fetch("z-reports", [f"{REGISTER}/231"])

    assert b"/cashregisters/%7B7F0C6B1E-" in till.asked[0].url.raw_path


@pytest.mark.parametrize("odd", [{"items": []}, "oops", [1]])
def test_a_list_of_another_shape_is_a_changed_schema(odd):
    with pytest.raises(SchemaChangedError):
        read(Till({Z: odd}), "z-reports")


# --- stock transactions ---------------------------------------------------------------------------


def test_movements_follow_their_ids():
    row = {"warehousetransactionid": 9, "warehouseid": 3, "datecreated": SINCE}
    till = Till({MOVES: Queue([listed(row, total=2), listed()])}, history_from=NOW)

    page = read(till, "warehouse-transactions")
    last = read(till, "warehouse-transactions", page.cursor)

    first, second = till.queries(MOVES)
    assert (first["warehousetransactionidfrom"], first["datecreatedfrom"]) == ("1", str(SINCE))
    assert (second["warehousetransactionidfrom"], second["sort"]) == (
        "10",
        "warehousetransactionid",
    )
    assert (ids(page), page.more, last.more) == (["9"], True, False)


def test_movements_of_hints_are_fetched_together():
    row = {"warehousetransactionid": 9, "warehouseid": 3, "datecreated": SINCE}
    till = Till({MOVES: listed(row)})

    till.connector.fetch("warehouse-transactions", ["9", "10"])

    assert till.queries(MOVES)[0]["warehousetransactionid"] == "9,10"


# --- products -------------------------------------------------------------------------------------


def product(number):
    return {**fixture("product__jacket"), "productid": number}


def test_the_first_pass_reads_every_product_and_the_next_what_changed():
    till = Till(
        {PRODUCTS: Queue([listed(product(1), total=2), listed(product(2), total=2), listed()])}
    )

    page = read(till, "products")
    page = read(till, "products", page.cursor, now=NOW + timedelta(minutes=1))
    read(till, "products", page.cursor)

    first, second, third = till.queries(PRODUCTS)
    assert (first["start"], first["includeinactive"]) == ("0", "true")
    assert "datelastmodified" not in first
    assert second["start"] == "1"
    assert (third["start"], third["datelastmodified"]) == ("0", str(SINCE - 300))


def test_products_that_left_meanwhile_do_not_hide_others():
    answers = Queue(
        [
            listed(product(1), product(2), total=4),
            listed(product(4), total=3),  # product 1 was deleted: product 3 moved up
            listed(product(3), product(4), total=3),
        ]
    )
    till = Till({PRODUCTS: answers})

    page = read(till, "products")
    page = read(till, "products", page.cursor)

    assert ids(page) == ["3", "4"]
    assert till.queries(PRODUCTS)[2]["start"] == "1"


# --- levels that changed --------------------------------------------------------------------------


def items_of(number):
    return f"GET /sites/1/warehouses/{number}/warehouseitems.json"


def test_changed_levels_are_read_warehouse_by_warehouse():
    rows = fixture("warehouseitems__two_skus")["items"]
    till = Till(
        {
            WAREHOUSES: listed(warehouse(7), warehouse(3)),
            items_of(3): Queue([listed(rows[0], total=2), listed(rows[1], total=2), listed()]),
            items_of(7): listed(rows[0]),
        }
    )
    cursor, seen = "", []
    for _ in range(3):
        page = read(till, "stock-changes", cursor)
        cursor = page.cursor
        seen.append((ids(page), page.more))

    assert seen == [(["3/RJ-NVY-M"], True), (["3/SOCK-HK"], True), (["7/RJ-NVY-M"], False)]
    assert json.loads(cursor)["since"] == SINCE - 300


def test_an_account_without_warehouses_has_no_changed_levels():
    page = read(Till({WAREHOUSES: listed()}), "stock-changes")

    assert (list(page.facts), page.more) == ([], False)


def test_changed_levels_are_fetched_by_warehouse():
    rows = fixture("warehouseitems__two_skus")["items"]
    till = Till({items_of(3): listed(*rows), items_of(7): listed()})

    found = till.connector.fetch("stock-changes", ["3/RJ-NVY-M", "7/A", "3/SOCK-HK"])

    assert till.queries(items_of(3))[0]["sku"] == "RJ-NVY-M,SOCK-HK"
    assert [fact.external_id for fact in found] == ["3/RJ-NVY-M", "3/SOCK-HK"]
    assert found[0].payload["warehouseid"] == "3"


@pytest.mark.parametrize(
    ("row", "field"), [({"decimaltotal": "1"}, "sku"), ({"sku": ""}, "sku"), ({"sku": 7}, "sku")]
)
def test_a_level_without_its_sku_is_a_changed_schema(row, field):
    with pytest.raises(SchemaChangedError) as caught:
        Till({items_of(3): listed(row)}).connector.fetch("stock-changes", ["3/A"])

    assert caught.value.field == field


@pytest.mark.parametrize("date", [None, True, 10**15])
def test_an_odd_date_leaves_a_fact_undated(date):
    row = {**fixture("warehouseitems__two_skus")["items"][0], "datelastmodified": date}

    (fact,) = Till({items_of(3): listed(row)}).connector.fetch("stock-changes", ["3/A"])

    assert fact.occurred_at is None


def test_nobody_hints_at_products():
    with pytest.raises(ValueError, match="never asks"):
        Till({}).connector.fetch("products", ["1"])
