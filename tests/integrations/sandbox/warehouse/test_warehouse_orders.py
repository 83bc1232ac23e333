from datetime import timedelta

import pytest

from tests.integrations.sandbox.warehouse.kit import Depot, order


@pytest.fixture
def depot():
    return Depot()


def test_an_order_is_accepted_and_its_stock_allocated(depot):
    answer = depot.call("POST", "/orders", order("PL-1"), key="PL-1")

    assert answer.status == 201
    assert answer.json()["status"] == "allocated"
    assert depot.level() == (10, 2, 8)
    assert [entry.key for entry in depot.sandbox.ledger.entries(kind="order")] == ["PL-1"]


def test_the_same_key_and_body_get_the_first_answer_again(depot):
    first = depot.call("POST", "/orders", order("PL-1"), key="PL-1")
    depot.wms.floor.run("PL-1", "packed")

    again = depot.call("POST", "/orders", order("PL-1"), key="PL-1")

    assert (again.status, again.headers["idempotent-replay"]) == (200, "true")
    assert again.json() == first.json()
    assert depot.sandbox.ledger.duplicates() == {}


@pytest.mark.parametrize(
    ("key", "ref", "code"),
    [("PL-1", "PL-2", "idempotency_conflict"), ("other", "PL-1", "duplicate_order")],
)
def test_a_key_or_a_reference_used_for_something_else_is_a_conflict(depot, key, ref, code):
    depot.place("PL-1")

    answer = depot.call("POST", "/orders", order(ref), key=key)

    assert (answer.status, answer.json()["code"]) == (409, code)


def test_an_unknown_sku_refuses_the_whole_order_and_names_the_line(depot):
    answer = depot.call("POST", "/orders", order("PL-1", ("TEE-BLK-M", 1), ("NOPE", 1)), key="1")

    assert (answer.status, answer.json()["code"]) == (422, "unknown_sku")
    assert answer.json()["errors"] == [
        {"line_ref": "2", "field": "sku", "value": "NOPE", "code": "unknown_sku"}
    ]
    assert depot.level() == (10, 0, 10)


def test_a_refused_order_may_come_again_under_the_same_key(depot):
    depot.place("PL-1", ("NOPE", 1))
    depot.wms.add_product("NOPE", "Known now")

    assert depot.place("PL-1", ("NOPE", 1))["status"] == "backordered"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"warehouse": "SOUTH"}, "unknown_warehouse"),
        ({"ship_to": {"name": "Jo"}}, "invalid_address"),
        ({"order_type": "gift"}, "validation"),
        ({"ordered_at": "yesterday"}, "malformed"),
        ({"lines": []}, "validation"),
    ],
)
def test_an_order_that_cannot_be_picked_is_refused_with_a_code(depot, changes, code):
    assert depot.place("PL-1", **changes)["code"] == code


def test_without_an_idempotency_key_nothing_is_taken(depot):
    assert depot.call("POST", "/orders", order()).json()["code"] == "malformed"
    assert len(depot.sandbox.ledger) == 0


def test_an_order_walks_to_the_door_by_the_clock(depot):
    depot.wms.configure({"pace_seconds": 60})
    depot.place("PL-1")
    seen = []
    for _ in range(6):
        seen.append(depot.get("/orders/PL-1")["status"])
        depot.clock.advance(depot.wms.floor.pace)

    assert seen == ["allocated", "picking", "picked", "packed", "dispatched", "delivered"]
    (shipment,) = depot.get("/shipments")["data"]
    assert (shipment["final"], shipment["lines"][0]["qty"]) == (True, 2)
    assert depot.level() == (8, 0, 8)


def test_what_is_not_there_is_backordered_and_follows_when_it_came(depot):
    depot.place("PL-1", ("TEE-BLK-M", 1), ("CAP-RED", 1))
    depot.wms.floor.run("PL-1", "part_dispatched")
    depot.wms.adjust("MAIN", "CAP-RED", 4, "count")
    depot.wms.floor.run("PL-1", "dispatched")

    first, second = depot.get("/shipments")["data"]
    assert [first["final"], second["final"]] == [False, True]
    assert second["lines"][0]["sku"] == "CAP-RED"


def test_an_order_that_must_go_whole_waits_for_all_of_it(depot):
    placed = depot.place("PL-1", ("TEE-BLK-M", 1), ("CAP-RED", 1), allow_partial=False)

    assert placed["status"] == "backordered"
    assert depot.level() == (10, 0, 10)


def test_a_short_pick_cancels_what_was_not_found_and_writes_it_off(depot):
    depot.place("PL-1")
    depot.wms.floor.missing["TEE-BLK-M"] = 1
    done = depot.wms.floor.run("PL-1", "dispatched")

    line = done["lines"][0]
    assert (line["qty_dispatched"], line["qty_cancelled"]) == (1, 1)
    assert [row["reason"] for row in depot.get("/stock-movements")["data"]] == ["short_pick"]
    assert depot.level() == (8, 0, 8)


def test_an_item_that_is_late_leaves_in_a_parcel_of_its_own(depot):
    depot.place("PL-1", ("TEE-BLK-M", 1), ("MUG-WHI", 1))
    depot.wms.floor.late.add("MUG-WHI")
    depot.wms.floor.run("PL-1", "dispatched")

    assert [row["lines"][0]["sku"] for row in depot.get("/shipments")["data"]] == [
        "TEE-BLK-M",
        "MUG-WHI",
    ]


def test_a_till_sale_only_deducts_stock(depot):
    placed = depot.place("PL-1", order_type="pos_sale", ship_to=None)

    assert placed["status"] == "dispatched"
    assert depot.level() == (8, 0, 8)
    assert depot.get("/shipments")["data"] == []


@pytest.mark.parametrize(
    ("until", "status"), [("allocated", 200), ("picking", 202), ("packed", 409)]
)
def test_cancelling_is_done_asked_for_or_too_late(depot, until, status):
    depot.place("PL-1")
    depot.wms.floor.run("PL-1", until)

    assert depot.call("POST", "/orders/PL-1/cancel").status == status

    depot.wms.floor.run("PL-1", "cancelled" if status == 202 else until)
    assert depot.level()[1] == (2 if status == 409 else 0)


def test_paging_sees_every_order_while_orders_change(depot):
    for number in range(5):
        depot.place(f"PL-{number}", ("TEE-BLK-M", 1))
    first = depot.get("/orders", limit=2)
    depot.clock.advance(timedelta(seconds=5))
    depot.wms.floor.step("PL-0")
    seen = {row["client_order_ref"] for row in first["data"]}
    cursor = first["page"]["next_cursor"]
    while cursor:
        page = depot.get("/orders", limit=2, cursor=cursor)
        seen |= {row["client_order_ref"] for row in page["data"]}
        cursor = page["page"]["next_cursor"]

    assert seen == {f"PL-{number}" for number in range(5)}
