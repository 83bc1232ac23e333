"""The connector and the simulated warehouse, written apart from one contract, must agree."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.canonical.effects import AnnounceReturn, PutProduct, ReturnLine
from integrations.canonical.fulfilment import Stage
from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
    UnsupportedError,
)
from integrations.connectors.spec import Delivery
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.spec import SPEC
from integrations.ports import Absent, Done, Failed, Found, Intent, Posted, Unclear
from tests.integrations.connectors.warehouse.depot import (
    cancellation,
    pick_list,
    read_all,
    records,
    rig,
)

D = Decimal


@pytest.fixture
def world():
    with rig() as made:
        yield made


@pytest.fixture
def wms(world):
    return world.connector()


def now(world):
    return world.depot.clock.now()


def stages(world, wms):
    facts, _ = read_all(wms, "orders", now(world))
    return [record.stage for record in records(wms, facts)]


# --- writing --------------------------------------------------------------------------------------


def test_a_pick_list_arrives_whole(world, wms):
    (done,) = wms.send([pick_list("PL-1", ("TEE-BLK-M", "2"), ("CAP-RED", "1"))])

    order = world.depot.get("/orders/PL-1")
    assert done.external_ref == order["warehouse_order_ref"]
    assert [(line["sku"], line["qty"]) for line in order["lines"]] == [
        ("TEE-BLK-M", 2),
        ("CAP-RED", 1),
    ]
    assert (order["ship_to"]["line1"], order["ordered_at"]) == (
        "1 Example Street",
        "2026-11-20T10:00:00Z",
    )


@pytest.mark.parametrize("fault", ["timeout_applied", "timeout_not_applied", "reset", "truncated"])
def test_a_lost_reply_is_settled_by_the_same_call_and_makes_one_order(world, wms, fault):
    wanted = pick_list()
    world.break_request(1, fault)

    (outcome,) = wms.send([wanted])
    (answer,) = wms.look_up([wanted])

    assert isinstance(outcome.error, AmbiguousError)
    assert isinstance(answer, Found)
    assert ("replay" in answer.detail) is (fault != "timeout_not_applied")
    assert world.ledger("order") == ["PL-1"]


def test_nothing_more_is_sent_after_a_lost_reply(world, wms):
    world.break_request(1, "reset")

    first, second = wms.send([pick_list("PL-1"), pick_list("PL-2")])

    assert isinstance(first.error, AmbiguousError)
    assert isinstance(second.error, UnavailableError)
    assert world.ledger("order") == ["PL-1"]


def test_an_order_under_our_reference_with_other_lines_is_for_a_person(wms):
    wms.send([pick_list("PL-1")])
    other = pick_list("PL-1", ("MUG-WHI", "1"))

    (outcome,) = wms.send([other])
    (answer,) = wms.look_up([other])

    assert isinstance(outcome.error, ConflictError)
    assert isinstance(answer, Unclear)


def test_an_unknown_sku_is_refused_by_name_and_the_rest_goes_on(world, wms):
    bad, good = wms.send([pick_list("PL-1", ("NOPE-1", "1")), pick_list("PL-2")])

    assert isinstance(bad.error, RejectedError)
    assert (bad.error.code, bad.error.sentence) == (
        "unknown_sku",
        "The warehouse does not know SKU NOPE-1.",
    )
    assert isinstance(good, Done)
    assert wms.look_up([pick_list("PL-1", ("NOPE-1", "1"))]) == [Absent()]


def test_what_cannot_be_picked_is_not_sent(world, wms):
    half, nowhere = wms.send(
        [pick_list("PL-1", ("TEE-BLK-M", "0.5")), pick_list("PL-2", ship_to=None)]
    )

    assert isinstance(half.error, UnsupportedError)
    assert "no address" in nowhere.error.sentence
    assert world.desk.recorder.calls == []


def test_a_till_sale_needs_no_address_and_only_deducts(world, wms):
    (done,) = wms.send([pick_list(order_type="pos_sale", ship_to=None)])

    assert done.detail["status"] == "dispatched"
    assert world.depot.level() == (8, 0, 8)


@pytest.mark.parametrize(("until", "cancelled"), [("allocated", True), ("picking", False)])
def test_a_cancellation_is_done_or_asked_for(world, wms, until, cancelled):
    wms.send([pick_list()])
    world.depot.wms.floor.run("PL-1", until)

    (done,) = wms.send([cancellation()])

    assert done.detail == {"cancelled": cancelled}
    assert isinstance(wms.look_up([cancellation()])[0], Found if cancelled else Absent)


def test_a_cancellation_that_comes_too_late_says_so(world, wms):
    wms.send([pick_list()])
    world.depot.wms.floor.run("PL-1", "packed")

    (outcome,) = wms.send([cancellation()])

    assert isinstance(outcome.error, RejectedError)
    assert outcome.error.code == "not_cancellable"


def test_a_return_is_announced_once(world, wms):
    effect = AnnounceReturn(
        external_ref="R-1",
        order_ref="PL-1",
        warehouse_id="MAIN",
        expected_by=date(2026, 11, 28),
        lines=(ReturnLine(line_id="1", sku="TEE-BLK-M", quantity=D(1), reason="changed_mind"),),
    )
    wanted = Intent("return:R-1", effect)
    world.break_request(1, "reset")

    (outcome,) = wms.send([wanted])

    assert isinstance(outcome.error, AmbiguousError)
    assert isinstance(wms.look_up([wanted])[0], Found)
    assert world.ledger("return") == ["R-1"]


def test_a_product_is_made_known(world, wms):
    effect = PutProduct(sku="HAT/1", name="Hat", price_gross=None, tax_rate=None, barcode="5099")

    (done,) = wms.send([Intent("product:HAT/1", effect)])

    assert isinstance(done, Done)
    assert world.depot.wms.state.products.rows["HAT/1"]["barcode"] == "5099"


def test_what_this_warehouse_cannot_do_is_not_offered(world):
    wms = world.connector(can_cancel=False, tells_movements=False)

    (outcome,) = wms.send([cancellation()])

    assert "cancel-pick-list" not in wms.operations()
    assert isinstance(outcome.error, UnsupportedError)
    assert "warehouse-transactions" not in wms.streams()


def test_an_order_reads_back_as_it_was_meant_or_says_how_not(wms):
    meant = pick_list()
    (done,) = wms.send([meant])

    equal, other, missing = wms.read_back(
        [
            Posted(meant, done.external_ref),
            Posted(pick_list("PL-1", ("TEE-BLK-M", "3")), done.external_ref),
            Posted(pick_list("PL-9"), "W-0"),
        ]
    )

    assert equal.is_equal
    assert [(d.field, d.meant, d.found) for d in other.differences] == [
        ("lines[TEE-BLK-M]", "3 of TEE-BLK-M", "2 of TEE-BLK-M")
    ]
    assert missing.missing


# --- reading --------------------------------------------------------------------------------------


def test_an_order_is_followed_to_the_door(world, wms):
    wms.send([pick_list()])
    seen = []
    for _ in range(6):
        seen += stages(world, wms)
        world.depot.wms.floor.step("PL-1")
        world.depot.clock.advance(timedelta(seconds=1))

    assert seen == [
        Stage.ALLOCATED,
        Stage.PICKING,
        Stage.PICKED,
        Stage.PACKED,
        Stage.DISPATCHED,
        Stage.DELIVERED,
    ]


def test_a_status_that_nobody_agreed_on_is_unknown(world, wms):
    wms.send([pick_list()])
    world.depot.wms.state.orders.rows["PL-1"]["status"] = "in_the_lift"

    (progress,) = records(wms, read_all(wms, "orders", now(world))[0])

    assert (progress.stage, progress.status) == (Stage.UNKNOWN, "in_the_lift")


def test_a_held_order_says_why(world, wms):
    wms.send([pick_list()])
    world.depot.wms.floor.hold("PL-1", "Address is not complete")

    (progress,) = records(wms, read_all(wms, "orders", now(world))[0])

    assert (progress.stage, progress.reason) == (Stage.ON_HOLD, "Address is not complete")


def test_what_left_is_told_with_its_parcels(world, wms):
    wms.send([pick_list("PL-1", ("TEE-BLK-M", "2"), ("MUG-WHI", "1"))])
    world.depot.wms.floor.late.add("MUG-WHI")
    world.depot.wms.floor.run("PL-1", "dispatched")

    first, second = records(wms, read_all(wms, "shipments", now(world))[0])

    assert [(line.line_id, line.sku, line.quantity) for line in first.lines] == [
        ("1", "TEE-BLK-M", D(2))
    ]
    assert (first.order_reference, first.location_code) == ("PL-1", "MAIN")
    assert (first.tracking[0].carrier, first.tracking[0].number) == ("DPD", "155055120")
    assert (first.is_final, second.is_final) == (False, True)


def test_what_may_be_sold_is_theirs_to_say_and_the_unasked_is_unknown(world, wms):
    wms.send([pick_list()])

    none, level = wms.levels(["MAIN"], [("TEE-BLK-M", ""), ("CAP-RED", ""), ("NOPE", "")])

    assert (level.on_hand, level.sellable) == (D(10), D(8))
    assert (none.sku, none.sellable) == ("CAP-RED", D(0))


def test_a_change_of_stock_is_told_by_sku_and_by_movement(world, wms):
    _, cursor = read_all(wms, "stock-changes", now(world))
    world.depot.clock.advance(timedelta(hours=1))
    world.depot.wms.adjust("MAIN", "MUG-WHI", -1, "damaged")

    facts, _ = read_all(wms, "stock-changes", now(world), cursor)
    (moved,) = records(wms, read_all(wms, "warehouse-transactions", now(world))[0])

    assert "MUG-WHI" in {fact.external_id for fact in facts}
    assert (moved.kind, moved.note, moved.lines) == (
        "manual-out",
        "damaged",
        (("MUG-WHI", D(-1)),),
    )


def test_products_are_read_with_their_barcodes(world, wms):
    products = records(wms, read_all(wms, "products", now(world))[0])

    assert {product.sku for product in products} == {"TEE-BLK-M", "MUG-WHI", "CAP-RED"}
    assert all(product.barcode and product.price_gross is None for product in products)


def test_paging_brings_every_order_while_orders_change(world):
    wms = world.connector(page_size=2)
    for number in range(5):
        wms.send([pick_list(f"PL-{number}", ("TEE-BLK-M", "1"))])
    page = wms.read("orders", "", now=now(world))
    world.depot.clock.advance(timedelta(seconds=30))
    world.depot.wms.floor.step("PL-0")

    rest, _ = read_all(wms, "orders", now(world), page.cursor)

    assert {fact.external_id for fact in [*page.facts, *rest]} == {f"PL-{n}" for n in range(5)}


def test_a_pass_begins_again_when_its_cursor_ran_out(world):
    wms = world.connector(page_size=2)
    for number in range(3):
        wms.send([pick_list(f"PL-{number}", ("TEE-BLK-M", "1"))])
    page = wms.read("orders", "", now=now(world))
    world.depot.clock.advance(timedelta(hours=1))

    rest, _ = read_all(wms, "orders", now(world), page.cursor)

    assert {fact.external_id for fact in rest} == {"PL-0", "PL-1", "PL-2"}


def test_a_change_that_shows_up_late_is_still_read(world, wms):
    wms.send([pick_list("PL-1")])
    _, cursor = read_all(wms, "orders", now(world))
    world.depot.clock.advance(timedelta(minutes=9))
    wms.send([pick_list("PL-2", ("MUG-WHI", "1"))])
    world.depot.wms.state.orders.put(
        "PL-2", world.depot.wms.state.orders.rows["PL-2"], now(world) - timedelta(minutes=9)
    )

    facts, _ = read_all(wms, "orders", now(world), cursor)

    assert "PL-2" in {fact.external_id for fact in facts}


def test_what_is_older_than_we_are_is_not_ours(world):
    late = world.connector(history_from=datetime(2026, 11, 20, 10, 0, 1, tzinfo=UTC))

    assert read_all(late, "products", now(world))[0] == []


# --- webhooks -------------------------------------------------------------------------------------

KEY = "whsec_YWdyZWVkIHVwb24="


def told(world):
    """What the depot sends for one order put into it."""
    calls = []

    def send(call):
        calls.append(call)
        return 200

    world.depot.place("PL-1")
    world.depot.sandbox.hooks.pump(send, now(world))
    return calls


def test_a_webhook_is_believed_only_with_our_key_and_in_time(world, wms):
    wms.subscribe_webhooks("http://hub.test/webhooks/depot", KEY)
    world.depot.wms.configure({"forged_hooks": 1})
    forged, good, *_ = told(world)

    def is_theirs(call, at=None, key=KEY):
        headers = {name.lower(): value for name, value in call.headers.items()}
        config = WarehouseConfig(base_url=world.url, api_key="k", webhook_key=key)
        return SPEC.authenticate(Delivery(headers, {}, call.body, at or now(world)), config)

    assert is_theirs(good)
    assert not is_theirs(forged)
    assert not is_theirs(good, key="")
    assert not is_theirs(good, at=now(world) + timedelta(seconds=301))


def test_a_webhook_only_points_and_the_object_is_fetched(world, wms):
    wms.subscribe_webhooks("http://hub.test/webhooks/depot", KEY)

    hints = [hint for call in told(world) for hint in wms.hints(call.body)]

    assert {(hint.topic, hint.external_id) for hint in hints} == {
        ("orders", "PL-1"),
        ("stock-changes", "TEE-BLK-M"),
    }
    assert wms.fetch("orders", ["PL-1", "PL-9"]) == read_all(wms, "orders", now(world))[0]
    assert [fact.external_id for fact in wms.fetch("stock-changes", ["TEE-BLK-M"])] == ["TEE-BLK-M"]


def test_subscribing_twice_subscribes_once(world, wms):
    address = "http://hub.test/webhooks/depot"

    assert len(wms.subscribe_webhooks(address, KEY)) == 6
    assert wms.subscribe_webhooks(address, KEY) == []
    assert len(world.depot.get("/webhooks")["data"]) == 1


# --- the connection -------------------------------------------------------------------------------


def test_the_check_names_the_buildings(world, wms):
    probe = wms.check()

    assert (probe.ok, probe.facts["warehouses"]) == (True, "MAIN, NORTH")
    assert [choice.code for choice in wms.choices("warehouses")] == ["MAIN", "NORTH"]
    assert len(wms.choices("order-statuses")) == 12
    assert wms.choices("payment-methods") == ()


def test_a_wrong_key_is_a_sentence(world):
    stranger = world.connector(api_key="wrong")

    assert not stranger.check().ok
    with pytest.raises(UnauthorisedError):
        stranger.send([pick_list()])


def test_a_throttle_says_how_long_and_uses_nobodys_attempt(world, wms):
    world.depot.wms.configure({"per_minute": 1})
    wms.check()

    with pytest.raises(ThrottledError) as caught:
        wms.send([pick_list()])

    assert timedelta(0) < caught.value.retry_after <= timedelta(minutes=1)
    assert world.desk.limiter.learnt[0][:2] == (1, 0)


@pytest.mark.parametrize("fault", ["http_500", "http_503", "html"])
def test_a_broken_read_is_read_again_later(world, wms, fault):
    wms.send([pick_list()])
    world.break_request(1, fault)

    with pytest.raises(UnavailableError):
        wms.read("orders", "", now=now(world))

    assert stages(world, wms) == [Stage.ALLOCATED]


@pytest.mark.parametrize("fault", ["reset", "truncated", "timeout_not_applied"])
def test_a_dropped_read_is_repeated_at_once(world, wms, fault):
    wms.send([pick_list()])
    world.break_request(1, fault)

    assert stages(world, wms) == [Stage.ALLOCATED]


def test_a_web_page_instead_of_an_answer_leaves_the_outcome_open(world, wms):
    world.break_request(1, "html")

    (outcome,) = wms.send([pick_list()])

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, AmbiguousError)


def test_no_shopper_and_no_key_is_in_the_trace(world, wms):
    wms.send([pick_list()])

    trace = repr(world.desk.recorder.calls)
    assert "Jo Example" not in trace
    assert "0113 000 0000" not in trace
    assert "sandbox-warehouse-key" not in trace
    assert "TEE-BLK-M" in trace
