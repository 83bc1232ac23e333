"""Stock is set in Virtual warehouses, moved in FIFO ones, and counted in batches."""

from dataclasses import replace

import pytest

from tests.integrations.sandbox.sitoo.kit import FIFO, VIRTUAL, Shop, line

ITEMS = "/sites/1/warehouses/{}/warehouseitems.json"
MOVES = "/sites/1/warehousetransactions.json"
BATCHES = f"/sites/1/warehouses/{FIFO}/warehousebatches"


@pytest.fixture
def shop():
    return Shop()


def move(kind=10, sku="MG-WHI", units="6.000", warehouse=FIFO, **extra):
    items = [{"sku": sku, "decimalquantity": units}]
    return {"warehouseid": warehouse, "transactiontype": kind, "items": items, **extra}


def test_a_level_of_a_virtual_warehouse_is_set(shop):
    answer = shop.put(ITEMS.format(VIRTUAL), [{"sku": "MG-WHI", "decimaltotal": "20.000"}])

    assert [row["statuscode"] for row in answer] == [200]
    assert shop.level(VIRTUAL, "MG-WHI")["decimaltotal"] == "20.000"


def test_a_level_of_a_fifo_warehouse_is_read_only(shop):
    before = shop.level(FIFO, "MG-WHI")

    answer = shop.put(ITEMS.format(FIFO), [{"sku": "MG-WHI", "decimaltotal": "20.000"}])

    assert [row["statuscode"] for row in answer] == [400]
    assert shop.level(FIFO, "MG-WHI") == before


def test_a_bin_may_be_named_in_any_warehouse(shop):
    shop.put(ITEMS.format(FIFO), [{"sku": "MG-WHI", "binlocation": "A1:S2"}])

    assert shop.level(FIFO, "MG-WHI")["binlocation"] == "A1:S2"


def test_a_bad_row_fails_alone(shop):
    rows = [{"sku": "MG-WHI", "decimaltotal": "20"}, {"sku": "NOPE-1", "decimaltotal": "1"}]

    answer = shop.put(ITEMS.format(VIRTUAL), rows)

    refusal = {"statuscode": 400, "errortext": "Invalid value in sku (NOPE-1)"}
    assert answer[1] == refusal
    assert shop.level(VIRTUAL, "MG-WHI")["decimaltotal"] == "20.000"


def test_a_partial_batch_leaves_its_last_row_undone(shop):
    before = shop.level(VIRTUAL, "MG-BLU")
    rows = [{"sku": "MG-WHI", "decimaltotal": "1"}, {"sku": "MG-BLU", "decimaltotal": "1"}]
    request = shop.request("PUT", ITEMS.format(VIRTUAL), rows)

    answer = shop.sandbox.sitoo.handle(replace(request, faults=frozenset({"partial_batch"})))

    assert [row["statuscode"] for row in answer.json()] == [200, 500]
    assert shop.level(VIRTUAL, "MG-BLU") == before


def test_a_move_changes_the_level_by_its_sign(shop):
    before = int(shop.level(FIFO, "MG-WHI")["decimaltotal"][:-4])

    shop.post(MOVES, [move(), move(20, units="-2.000")])

    assert shop.level(FIFO, "MG-WHI")["decimaltotal"] == f"{before + 4}.000"


@pytest.mark.parametrize(
    "refused",
    [
        move(warehouse=VIRTUAL),
        move(30),
        move(50),
        move(11),
        move(units="-1.000"),
        move(20, units="1.000"),
        move(sku="NOPE-1"),
        move(warehouse=77),
        {"warehouseid": FIFO, "transactiontype": 10},
    ],
    ids=["virtual", "sale", "count", "kind", "in-out", "out-in", "sku", "warehouse", "items"],
)
def test_a_move_that_breaks_a_rule_is_refused(shop, refused):
    answer = shop.post(MOVES, [move(externalid="GRN-1"), refused])

    assert [row["statuscode"] for row in answer] == [200, 400]


def test_more_than_a_thousand_rows_are_refused_whole(shop):
    rows = [{"sku": "MG-WHI", "decimalquantity": "1"}] * 501
    many = {"warehouseid": FIFO, "transactiontype": 10, "items": rows}

    assert shop.call("POST", MOVES, [many, many]).status == 400


def test_a_move_is_found_by_the_time_and_place_of_an_attempt(shop):
    since = shop.sandbox.sitoo.state.now()
    shop.post(MOVES, move(externalid="ADJ-120"))

    found = shop.get(MOVES, warehouseid=FIFO, datecreatedfrom=since, transactiontype=10)

    assert [row["externalid"] for row in found["items"]] == ["ADJ-120"]


def test_one_object_is_answered_with_its_bare_id(shop):
    id = shop.post(MOVES, move())

    assert shop.get(f"/sites/1/warehouses/{FIFO}/warehousetransactions/{id}.json")["items"]


def test_a_count_changes_nothing_until_it_is_committed(shop):
    before = shop.level(FIFO, "MG-WHI")["decimaltotal"]
    batch = shop.post(f"{BATCHES}.json", {"transactiontype": 50})
    counted = [{"sku": "MG-WHI", "decimalquantity": "3.000"}]
    shop.put(f"{BATCHES}/{batch}/warehousebatchitems.json", counted)
    assert shop.level(FIFO, "MG-WHI")["decimaltotal"] == before

    shop.put(f"{BATCHES}/{batch}.json", {"warehousebatchstate": 20})

    assert shop.level(FIFO, "MG-WHI")["decimaltotal"] == "3.000"


def test_a_commit_writes_the_difference_down(shop):
    before = int(shop.level(FIFO, "MG-WHI")["decimaltotal"][:-4])
    batch = shop.post(f"{BATCHES}.json", {"transactiontype": 50})
    counted = [{"sku": "MG-WHI", "decimalquantity": "3.000"}]
    shop.put(f"{BATCHES}/{batch}/warehousebatchitems.json", counted)

    shop.put(f"{BATCHES}/{batch}.json", {"warehousebatchstate": 20})

    moved = shop.get(MOVES, transactiontype=50)["items"][0]["items"][0]
    assert moved["decimalquantity"] == f"{3 - before}.000"


def test_a_batch_that_was_left_open_can_be_found_again(shop):
    batch = shop.post(f"{BATCHES}.json", {"transactiontype": 50})

    found = shop.get(f"{BATCHES}.json", warehousebatchstate=10, transactiontype=50)

    assert [row["warehousebatchid"] for row in found["items"]] == [batch]


def test_a_closed_batch_takes_no_more_counts(shop):
    batch = shop.post(f"{BATCHES}.json", {"transactiontype": 50})
    shop.put(f"{BATCHES}/{batch}.json", {"warehousebatchstate": 20})

    counted = [{"sku": "MG-WHI", "decimalquantity": "3.000"}]
    answer = shop.call("PUT", f"{BATCHES}/{batch}/warehousebatchitems.json", counted)

    assert answer.status == 400


def test_stock_may_be_sold_below_zero(shop):
    shop.put(ITEMS.format(VIRTUAL), [{"sku": "MG-WHI", "decimaltotal": "1.000"}])

    shop.sell(line(quantity=3, gross="26.85"))

    assert shop.level(VIRTUAL, "MG-WHI")["decimalavailable"] == "-2.000"
