"""Goods-out notes and their shipping."""

import pytest

from integrations.connectors.errors import ConflictError, NotFoundError, RejectedError
from integrations.ports import Absent, Done, Found, Posted, Unclear
from tests.integrations.connectors.brightpearl.vendor import (
    ROWS,
    Vendor,
    answer,
    connector,
    fixture,
    goods_out,
    intent,
    shipping,
)

ORDERS = "/order-service/order/1029"
POST = "/warehouse-service/order/1029/goods-note/goods-out"
OF_ORDER, NOTE = f"{POST}/", "/warehouse-service/order/*/goods-note/goods-out/512"
EVENT = "/warehouse-service/goods-note/goods-out/512/event"

ISSUE = intent(goods_out(), "issue", order="1029", rows=ROWS)
SHIP = intent(shipping(), "ship", goods_out="512")


def note(**changes):
    body = fixture("goods_out_get__shipped")
    body["response"]["512"] |= changes
    return answer(body)


WAITING = note(status={"shipped": False})


# Making a note.


def test_a_note_names_the_rows_of_the_order():
    vendor = Vendor().on("POST", POST, answer({"response": [512]}))

    assert connector(vendor).send([ISSUE]) == [Done("512")]

    (warehouse,) = vendor.body()["warehouses"]
    assert warehouse["warehouseId"] == 2
    assert warehouse["products"] == [
        {"productId": 1007, "salesOrderRowId": 396, "quantity": 1},
        {"productId": 1008, "salesOrderRowId": 397, "quantity": 2},
    ]


def test_rows_that_were_not_kept_are_read_from_the_order():
    vendor = Vendor().on("GET", ORDERS, "order_get__sale")
    vendor.on("POST", POST, answer({"response": [512]}))

    connector(vendor).send([intent(goods_out(), order="1029")])

    products = vendor.body()["warehouses"][0]["products"]
    assert [each["salesOrderRowId"] for each in products] == [396, 397]


def test_rows_without_our_reference_are_found_by_product():
    body = fixture("order_get__sale")
    for row in body["response"][0]["orderRows"].values():
        del row["externalRef"]
    vendor = Vendor().on("GET", ORDERS, answer(body))
    vendor.on("POST", POST, answer({"response": [512]}))

    connector(vendor).send([intent(goods_out(), order="1029")])

    products = vendor.body()["warehouses"][0]["products"]
    assert [each["salesOrderRowId"] for each in products] == [396, 397]


def test_goods_without_a_row_are_not_sent():
    error = connector(Vendor()).send([intent(goods_out(), order="1029", rows={"L1": 396})])[0].error

    assert type(error) is RejectedError
    assert "SOCK-HK" in error.sentence


def test_a_note_with_our_rows_is_ours():
    vendor = Vendor().on("GET", OF_ORDER, WAITING)

    assert connector(vendor).look_up([ISSUE]) == [Found("512")]


@pytest.mark.parametrize(
    "nothing",
    [
        pytest.param(answer({"response": {}}), id="empty map"),
        pytest.param(answer({"response": []}), id="empty array"),
        pytest.param(answer({"errors": [{"code": "CMNC-404", "message": "-"}]}, 404), id="404"),
        pytest.param(note(orderRows={"999": [{"productId": 9, "quantity": 1}]}), id="other rows"),
    ],
)
def test_an_order_without_our_note_says_absent(nothing):
    vendor = Vendor().on("GET", OF_ORDER, nothing)

    assert connector(vendor).look_up([ISSUE]) == [Absent()]


def test_a_note_with_some_of_our_rows_is_for_a_person():
    vendor = Vendor().on(
        "GET", OF_ORDER, note(orderRows={"396": [{"productId": 1007, "quantity": 1}]})
    )

    assert isinstance(connector(vendor).look_up([ISSUE])[0], Unclear)


def test_a_note_as_meant_reads_back_equal_though_a_row_is_split_over_locations():
    vendor = Vendor().on("GET", NOTE, WAITING)

    assert connector(vendor).read_back([Posted(ISSUE, "512")])[0].is_equal


def test_a_note_that_differs_is_told():
    rows = {"396": [{"productId": 1007, "quantity": 3}], "5": [{"productId": 9, "quantity": 1}]}
    vendor = Vendor().on("GET", NOTE, note(warehouseId=3, orderRows=rows))

    differences = connector(vendor).read_back([Posted(ISSUE, "512")])[0].differences

    assert [(d.field, d.meant, d.found) for d in differences] == [
        ("warehouse", "2", "3"),
        ("lines[JACKET-M].quantity", "1", "3"),
        ("lines[SOCK-HK].quantity", "2", "0"),
        ("rows[5].quantity", "0", "1"),
    ]


# Shipping it.


def test_shipping_is_one_request_when_the_owner_of_events_is_known():
    vendor = Vendor().on("POST", EVENT, answer({}))

    assert connector(vendor).send([SHIP]) == [Done("512")]

    (event,) = vendor.body()["events"]
    assert event == {"eventCode": "SHW", "occured": "2026-03-28T10:12:00.000Z", "eventOwnerId": 4}


def test_without_an_owner_the_notes_are_read_and_their_version_is_sent():
    vendor = Vendor().on("GET", NOTE, WAITING).on("POST", EVENT, answer({}))

    connector(vendor, event_owner_id=None).send([SHIP])

    assert vendor.body()["events"][0]["eventOwnerId"] == 203
    assert vendor.requests[-1].headers["if-match"] == "7"


def test_who_ships_is_learnt_from_the_first_note():
    vendor = Vendor().on("GET", NOTE, WAITING).on("POST", EVENT, answer({}))
    sink = connector(vendor, event_owner_id=None)

    sink.send([SHIP])
    sink.send([SHIP])

    assert vendor.asked() == [f"GET {NOTE}", f"POST {EVENT}", f"POST {EVENT}"]
    assert vendor.body()["events"][0]["eventOwnerId"] == 203


def test_a_note_that_is_shipped_already_is_not_shipped_again():
    vendor = Vendor().on("GET", NOTE, "goods_out_get__shipped")

    assert connector(vendor, event_owner_id=None).send([SHIP]) == [Done("512")]
    assert vendor.asked() == [f"GET {NOTE}"]


def test_a_note_that_is_gone_is_not_found():
    vendor = Vendor().on("GET", NOTE, answer({"response": {}}))

    assert type(connector(vendor, event_owner_id=None).send([SHIP])[0].error) is NotFoundError


def test_a_second_shipping_is_a_conflict_to_be_looked_up():
    refused = {"errors": [{"code": "WHSC-9", "message": "Note 512: it has been shipped."}]}
    vendor = Vendor().on("POST", EVENT, answer(refused, 400))

    assert type(connector(vendor).send([SHIP])[0].error) is ConflictError


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        pytest.param(note(), Found("512"), id="shipped"),
        pytest.param(WAITING, Absent(), id="not yet"),
    ],
)
def test_the_note_itself_says_whether_it_was_shipped(reply, verdict):
    assert connector(Vendor().on("GET", NOTE, reply)).look_up([SHIP]) == [verdict]


def test_a_note_that_cannot_be_seen_is_for_a_person():
    vendor = Vendor().on("GET", NOTE, answer({"response": {}}))

    assert isinstance(connector(vendor).look_up([SHIP])[0], Unclear)


def test_a_note_that_is_not_there_is_missing():
    vendor = Vendor().on("GET", NOTE, answer({"response": {}}))

    assert connector(vendor).read_back([Posted(ISSUE, "512")])[0].missing


def test_a_product_that_the_order_lacks_has_no_row():
    body = fixture("order_get__sale")
    del body["response"][0]["orderRows"]["397"]
    vendor = Vendor().on("GET", ORDERS, answer(body))

    error = connector(vendor).send([intent(goods_out(), order="1029")])[0].error

    assert "no row for SOCK-HK" in error.sentence


def test_notes_and_their_shipping_are_read_in_one_request():
    vendor = Vendor().on("GET", NOTE, WAITING)

    issued, shipped = connector(vendor).read_back([Posted(ISSUE, "512"), Posted(SHIP, "512")])

    assert issued.is_equal
    assert [d.field for d in shipped.differences] == ["shipped"]
    assert len(vendor.requests) == 1
