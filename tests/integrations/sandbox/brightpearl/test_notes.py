"""Goods notes read, searched, changed and removed; reservations given back."""

from tests.integrations.sandbox.brightpearl.test_stock import receive


def test_tracking_is_written_before_shipping(account):
    order_id = account.sale()
    note = account.goods_out(order_id)
    shipping = {"shipping": {"reference": "RM123", "shippingMethodId": 3, "boxes": 1}}

    account.call("PUT", f"warehouse-service/goods-note/goods-out/{note}", shipping)

    path = f"warehouse-service/order/{order_id}/goods-note/goods-out/{note}"
    assert account.call("GET", path)[str(note)]["shipping"] == {
        "reference": "RM123",
        "shippingMethodId": 3,
        "boxes": 1,
    }


def test_a_removed_note_gives_its_goods_back(account):
    order_id = account.sale()
    note = account.goods_out(order_id)

    account.call("DELETE", f"warehouse-service/order/{order_id}/goods-note/goods-out/{note}")

    assert account.levels()["on_hand"] == 10
    account.goods_out(order_id)


def test_shipped_notes_are_found_by_when_they_were_made(account):
    note = account.goods_out(account.sale())
    account.ship(note)
    search = "warehouse-service/goods-note/goods-out-search?columns=goodsOutNoteId,shipped"

    assert account.results(f"{search}&shipped=true&createdOn=2026-03-28T00:00:00Z/") == [
        [note, True]
    ]


def test_a_note_that_does_not_exist_is_not_found(account):
    body = account.event("SHW")

    refused = account.error("POST", "warehouse-service/goods-note/goods-out/99/event", body)

    assert refused == (404, "CMNC-404")


def test_a_goods_in_note_is_read_by_credit_and_found_by_its_reference(account):
    credit = account.credit()
    note = receive(account, credit).json()["response"]

    read = account.call("GET", f"warehouse-service/order/{credit}/goods-note/goods-in/")
    search = "warehouse-service/goods-in-search?columns=batchId&userBatchRef=sitoo:1.R1"

    assert read[str(note)]["userBatchReference"] == "sitoo:1.R1"
    assert account.results(search) == [[note]]


def test_a_deleted_reservation_frees_its_goods(account):
    order_id = account.system.allocate_click_and_collect("SOCK", account.store, 3)

    account.call("DELETE", f"warehouse-service/order/{order_id}/reservation")

    assert account.levels()["on_hand"] == 10


def test_nothing_on_hand_can_not_be_reserved(account):
    account.system.set_stock("SOCK", account.store, 0)
    order_id = account.sale()
    entry = {"productId": account.socks, "salesOrderRowId": account.row_of(order_id), "quantity": 1}
    path = f"warehouse-service/order/{order_id}/reservation/warehouse/{account.store}"

    assert account.answer("POST", path, {"products": [entry]}).status == 400


def test_quarantined_goods_show_in_the_breakdown_only(account):
    receive(account, account.credit(), quarantine=True)
    path = f"warehouse-service/product-availability/{account.socks}"

    shown = account.call("GET", f"{path}?includeOptional=breakDownByLocation")

    place = shown[str(account.socks)]["warehouses"][str(account.store)]
    quarantine = str(account.system.quarantine_location(account.store))
    assert place["inStock"] == 10
    assert place["byLocation"][quarantine] == {"inStock": 1}


def test_asking_for_a_credit_that_is_missing_is_a_partial_answer(account):
    credit = account.credit()

    answer = account.answer("GET", f"order-service/sales-credit/{credit},{credit + 1}")

    assert answer.status == 207
    assert [one["id"] for one in answer.json()["response"]] == [credit]


def test_slow_rows_are_missing_at_first(account):
    account.system.configure({"row_lag_ms": 1000})
    order_id = account.sale()

    assert account.read(order_id)["orderRows"] == {}
    account.wait(1)
    assert len(account.read(order_id)["orderRows"]) == 1
