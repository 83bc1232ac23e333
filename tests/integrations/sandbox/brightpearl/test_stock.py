"""Stock: promised by notes and reservations, taken by shipping, returned by goods-in."""

from decimal import Decimal

import pytest


def test_a_goods_out_note_promises_and_shipping_takes(account):
    note = account.goods_out(account.sale())
    assert (account.levels()["in_stock"], account.levels()["on_hand"]) == (10, 8)

    account.ship(note)

    assert (account.levels()["in_stock"], account.levels()["on_hand"]) == (8, 8)
    assert [entry.key for entry in account.ledger.entries(kind="goods-out-shipped")] == [str(note)]


def test_a_sale_of_more_than_there_is_still_posts_and_shows_nothing_left(account):
    account.system.set_stock("SOCK", account.store, 1)

    account.ship(account.goods_out(account.sale()))

    assert account.levels()["in_stock"] == 0
    assert account.levels()["signed"] == -1


def test_a_row_cannot_be_sent_out_twice(account):
    order_id = account.sale()
    account.goods_out(order_id)

    with pytest.raises(AssertionError, match="0 left to fulfil"):
        account.goods_out(order_id, quantity=1)


def test_shipping_from_a_stale_version_is_refused(account):
    note = account.goods_out(account.sale())
    path = f"warehouse-service/goods-note/goods-out/{note}/event"

    assert account.answer("POST", path, account.event("SHW"), if_match="9").status == 412
    account.ship(note, if_match="1")


def test_nothing_happens_to_a_note_after_shipping(account):
    note = account.goods_out(account.sale())
    account.ship(note)
    path = f"warehouse-service/goods-note/goods-out/{note}"

    assert account.answer("POST", f"{path}/event", account.event("PRI")).status == 400
    assert account.answer("PUT", path, {"priority": True}).status == 400


def test_shipping_adds_the_steps_before_it(account):
    order_id = account.sale()
    note = account.goods_out(order_id)
    account.ship(note)

    path = f"warehouse-service/order/{order_id}/goods-note/goods-out/"
    shown = account.call("GET", path)[str(note)]
    assert [event["eventCode"] for event in shown["events"]] == ["PLA", "PRI", "PIC", "PAC", "SHW"]
    assert shown["status"]["shipped"] is True
    assert account.read(order_id)["shippingStatusCode"] == "ASS"


def test_notes_of_several_orders_are_read_at_once(account):
    first, second = account.sale(), account.sale()
    notes = {str(account.goods_out(first)), str(account.goods_out(second))}

    for orders in (f"{first}-{second}", "*"):
        path = f"warehouse-service/order/{orders}/goods-note/goods-out"
        assert set(account.call("GET", path)) == notes


def test_a_reservation_takes_what_is_there_and_says_nothing_of_the_rest(account):
    account.system.set_stock("SOCK", account.store, 1)
    order_id = account.sale()
    entry = {"productId": account.socks, "salesOrderRowId": account.row_of(order_id)}
    path = f"warehouse-service/order/{order_id}/reservation"

    account.call(
        "POST", f"{path}/warehouse/{account.store}", {"products": [{**entry, "quantity": 2}]}
    )

    (shown,) = account.call("GET", path)
    assert next(iter(shown["orderRows"].values()))["quantity"] == 1
    assert account.levels()["on_hand"] == 0


def test_a_note_takes_over_what_was_reserved(account):
    order_id = account.sale()
    entry = {"productId": account.socks, "salesOrderRowId": account.row_of(order_id), "quantity": 2}
    path = f"warehouse-service/order/{order_id}/reservation"
    account.call("POST", f"{path}/warehouse/{account.store}", {"products": [entry]})

    account.goods_out(order_id)

    assert account.levels()["allocated"] == 2
    assert account.error("GET", path) == (404, "CMNC-404")


def test_click_and_collect_lowers_what_can_be_sold(account):
    account.system.allocate_click_and_collect("SOCK", account.store, 3)

    assert (account.levels()["in_stock"], account.levels()["on_hand"]) == (10, 7)
    assert len(account.ledger) == 0


def receive(account, credit, *, batch="sitoo:1.R1", quarantine=False, quantity=1):
    place = account.system.default_location(account.store)
    if quarantine:
        place = account.system.quarantine_location(account.store)
    moved = {
        "productId": account.socks,
        "purchaseOrderRowId": account.row_of(credit),
        "quantity": quantity,
        "destinationLocationId": place,
        "productValue": {"currency": "GBP", "value": "2.50"},
    }
    body = {
        "transfer": False,
        "warehouseId": account.store,
        "goodsMoved": [moved],
        "receivedOn": "2026-03-28T10:00:00Z",
        "userBatchReference": batch,
    }
    return account.answer("POST", f"warehouse-service/order/{credit}/goods-note/goods-in", body)


def test_a_return_goes_back_on_sale(account):
    receive(account, account.credit())

    assert account.levels()["on_hand"] == 11


def test_a_damaged_return_goes_to_quarantine_and_is_not_for_sale(account):
    receive(account, account.credit(), quarantine=True)

    assert account.levels()["on_hand"] == 10
    (entry,) = account.ledger.entries(kind="goods-in-note")
    assert entry.payload["lines"][0]["quarantine"] is True


def test_a_batch_reference_is_used_once(account):
    credit = account.credit()
    receive(account, credit)

    assert receive(account, credit).json()["errors"][0]["code"] == "WHSC-DUP"


def test_no_more_comes_back_than_was_credited(account):
    credit = account.credit()

    assert receive(account, credit, quantity=3).status == 400


def test_a_credit_without_notes_answers_not_found(account):
    path = f"warehouse-service/order/{account.credit()}/goods-note/goods-in/"

    assert account.error("GET", path) == (404, "CMNC-404")


def test_goods_leave_quarantine_only_if_they_are_there(account):
    receive(account, account.credit(), quarantine=True)
    body = {"productId": account.socks, "quantity": 1}
    body["toLocationId"] = account.system.default_location(account.store)
    path = f"warehouse-service/warehouse/{account.store}/quarantine/release"

    account.call("POST", path, body)

    assert account.levels()["on_hand"] == 11
    assert account.error("POST", path, body) == (400, "WHSB-023")


def correct(account, quantity, **changes):
    entry = {
        "productId": account.socks,
        "quantity": quantity,
        "locationId": account.system.default_location(account.store),
        "reason": "Count of the shelf",
        "cost": {"currency": "GBP", "value": "2.50"},
    }
    path = f"warehouse-service/warehouse/{account.store}/stock-correction"
    return account.answer("POST", path, {"corrections": [entry | changes]})


def test_a_correction_is_a_change_and_can_be_read_back(account):
    (note,) = correct(account, -3).json()["response"]

    path = f"warehouse-service/warehouse/{account.store}/stock-correction/{note}"
    assert account.call("GET", path)[0]["goodsMoved"][0]["quantity"] == -3
    assert account.levels()["in_stock"] == 7


@pytest.mark.parametrize("change", [{"reason": ""}, {"locationId": 99}, {"cost": {}}])
def test_a_correction_with_a_mistake_is_refused(account, change):
    assert correct(account, 1, **change).status == 400
    assert account.levels()["in_stock"] == 10


def test_movements_since_a_moment_tell_what_changed(account):
    account.ship(account.goods_out(account.sale()))
    account.wait(60)
    correct(account, 5)

    query = "warehouse-service/goods-movement-search?columns=goodsNoteTypeCode,quantity"
    assert account.results(query) == [["GO", -2], ["SC", 5]]
    assert account.results(f"{query}&updatedOn=2026-03-28T10:31:00Z/") == [["SC", 5]]


def test_availability_lists_only_warehouses_that_hold_something(account):
    account.system.add_warehouse("York")

    shown = account.call("GET", f"warehouse-service/product-availability/{account.socks}")

    assert list(shown[str(account.socks)]["warehouses"]) == [str(account.store)]
    assert shown[str(account.socks)]["total"]["onHand"] == 10


def test_services_are_left_out_of_availability_unless_nothing_else_was_asked_for(account):
    path = "warehouse-service/product-availability"

    assert list(account.call("GET", f"{path}/{account.socks},{account.bag}")) == [
        str(account.socks)
    ]
    assert account.answer("GET", f"{path}/{account.bag}").status == 400


def test_one_unknown_product_fails_the_whole_set(account):
    path = f"warehouse-service/product-availability/{account.socks},9999"

    assert account.answer("GET", path).status == 400


def test_units_are_conserved_over_a_sale_and_its_return(account):
    account.ship(account.goods_out(account.sale()))
    receive(account, account.credit(), quantity=2)

    assert account.levels()["signed"] == Decimal(10)
