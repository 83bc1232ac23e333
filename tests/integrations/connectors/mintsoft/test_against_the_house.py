"""The connector and the simulated Mintsoft over a real socket."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from pydantic import ValidationError

from integrations.canonical.effects import SetLevel
from integrations.canonical.fulfilment import Dispatch, OrderProgress, Stage
from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    NotFoundError,
    RejectedError,
    SchemaChangedError,
    ThrottledError,
    UnavailableError,
    UnsupportedError,
)
from integrations.connectors.mintsoft.config import MintsoftConfig
from integrations.connectors.mintsoft.dialect import accepted
from integrations.connectors.mintsoft.schemas import Accepted
from integrations.connectors.mintsoft.spec import SPEC
from integrations.connectors.spec import Delivery
from integrations.ports import Absent, Done, Found, Intent, Posted, Unclear
from integrations.sandbox.core.faults import FaultScript
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.mintsoft.system import PASSWORD, USER
from tests.integrations.connectors.kit import Bench
from tests.integrations.connectors.mintsoft.wire import fixture
from tests.integrations.connectors.warehouse.depot import (
    cancellation,
    pick_list,
    read_all,
    records,
)
from tests.integrations.sandbox.mintsoft.kit import MAIN, NORTH, House

D = Decimal
TOKEN = "long-random-token"  # noqa: S105 (of a test)


class World:
    def __init__(self, house, url, desk):
        self.house, self.url, self.desk = house, url, desk

    def connector(self, **settings):
        config = {"base_url": self.url, "username": USER, "password": PASSWORD, **settings}
        return SPEC.build(MintsoftConfig.model_validate(config), self.desk.context)

    def break_request(self, number, fault):
        asked = self.house.sandbox.requests.requests("mintsoft")
        self.house.sandbox.use_faults(FaultScript({asked + number: fault}, system="mintsoft"))

    def ledger(self, kind="order"):
        entries = self.house.sandbox.ledger.entries(system="mintsoft", kind=kind)
        return [entry.key for entry in entries]

    def now(self):
        return self.house.clock.now()


@pytest.fixture
def world():
    house = House()
    server = SandboxServer(house.sandbox)
    server.start()
    desk = Bench(httpx.HTTPTransport(), clock=house.clock.now)
    yield World(house, server.url + house.wms.base_path, desk)
    desk.transport.close()
    server.stop()


@pytest.fixture
def wms(world):
    made = world.connector()
    made.check()  # logged in, so that tests count their own requests
    return made


def wanted(ref="PL-1", *lines, **changes):
    return pick_list(ref, *lines, warehouse_id=str(MAIN), **changes)


# --- the key of a day -----------------------------------------------------------------------------


def test_many_calls_need_one_key(world, wms):
    wms.choices("warehouses")
    wms.send([wanted()])

    assert world.house.wms.logins == 1


def test_a_key_that_ran_out_is_asked_for_once_more_and_the_write_is_done_once(world, wms):
    world.house.clock.advance(timedelta(hours=25))

    (done,) = wms.send([wanted()])

    assert isinstance(done, Done)
    assert (world.house.wms.logins, world.ledger()) == (2, ["PL-1"])


def test_a_wrong_password_is_a_sentence(world):
    probe = world.connector(password="wrong").check()

    assert not probe.ok
    assert "refused our credentials" in probe.sentence


def test_neither_key_nor_password_nor_shopper_is_in_the_trace(world):
    wms = world.connector(callback_url="https://hub.test/w", webhook_token=TOKEN)
    wms.send([wanted()])

    trace = repr(world.desk.recorder.calls)
    assert "bbbb-cccc" not in trace
    assert PASSWORD not in trace
    assert "Example" not in trace
    assert TOKEN not in trace
    assert "TEE-BLK-M" in trace


# --- writing --------------------------------------------------------------------------------------


def test_a_pick_list_arrives_whole(world, wms):
    (done,) = wms.send([wanted("PL-1", ("TEE-BLK-M", "2"), ("MUG-WHI", "1"))])

    (row,) = world.house.wms.orders.parts_of("PL-1")
    assert done.external_ref == str(row["ID"])
    assert (row["FirstName"], row["LastName"], row["Town"]) == ("Jo", "Example", "Leeds")
    assert row["OrderNameValues"] == [{"Name": "line_refs", "Value": "1,2"}]
    assert row["CourierService"] == "ND"


@pytest.mark.parametrize(
    ("fault", "answer"),
    [("reset", Found), ("truncated", Found), ("timeout_not_applied", Absent), ("html", Absent)],
)
def test_a_lost_reply_is_settled_by_our_number(world, wms, fault, answer):
    world.break_request(1, fault)

    (outcome,) = wms.send([wanted()])

    assert isinstance(outcome.error, AmbiguousError)
    assert isinstance(wms.look_up([wanted()])[0], answer)
    assert len(world.ledger()) == (1 if answer is Found else 0)


def test_the_same_number_with_other_lines_is_for_a_person(wms):
    wms.send([wanted()])
    other = wanted("PL-1", ("MUG-WHI", "1"))

    (outcome,) = wms.send([other])

    assert isinstance(outcome.error, ConflictError)
    assert isinstance(wms.look_up([other])[0], Unclear)


def test_an_unknown_sku_is_refused_and_the_rest_goes_on(wms):
    bad, good = wms.send([wanted("PL-1", ("NOPE", "1")), wanted("PL-2")])

    assert (type(bad.error), bad.error.code) == (RejectedError, "unknown_sku")
    assert "NOPE" in bad.error.sentence
    assert isinstance(good, Done)


def test_a_split_order_is_one_order_with_parts(world, wms):
    world.house.wms.set_stock(NORTH, "MUG-WHI", 3)
    world.house.wms.orders.elsewhere["MUG-WHI"] = NORTH
    meant = wanted("PL-1", ("TEE-BLK-M", "2"), ("MUG-WHI", "1"))

    (done,) = wms.send([meant])

    assert done.detail == {"orders": [20285, 20286]}
    assert wms.look_up([meant]) == [Found("20285", {"orders": [20285, 20286]})]
    assert wms.read_back([Posted(meant, "20285")])[0].is_equal


def test_what_mintsoft_cannot_express_is_not_sent(wms):
    sale, half, nowhere, level = wms.send(
        [
            wanted("PL-1", order_type="pos_sale"),
            wanted("PL-2", ("TEE-BLK-M", "0.5")),
            wanted("PL-3", ship_to=None),
            Intent("l", SetLevel(location_code="3", sku="TEE-BLK-M", level=D(1))),
        ]
    )

    assert {type(each.error) for each in (sale, half, level)} == {UnsupportedError}
    assert "no address" in nowhere.error.sentence


def test_a_cancellation_reaches_every_part(world, wms):
    world.house.wms.set_stock(NORTH, "MUG-WHI", 3)
    world.house.wms.orders.elsewhere["MUG-WHI"] = NORTH
    wms.send([wanted("PL-1", ("TEE-BLK-M", "2"), ("MUG-WHI", "1"))])

    (done,) = wms.send([cancellation()])

    assert isinstance(done, Done)
    assert len(world.ledger("cancellation")) == 2
    assert isinstance(wms.look_up([cancellation()])[0], Found)


def test_a_get_that_changes_things_is_never_repeated_by_itself(world, wms):
    wms.send([wanted()])
    world.break_request(2, "reset")  # the search, then the cancellation

    (outcome,) = wms.send([cancellation()])

    assert isinstance(outcome.error, AmbiguousError)
    assert len(world.ledger("cancellation")) == 1
    assert isinstance(wms.look_up([cancellation()])[0], Found)


def test_a_cancellation_that_comes_too_late_or_finds_nothing_says_so(world, wms):
    (done,) = wms.send([wanted()])
    world.house.wms.orders.run(int(done.external_ref), 4)

    late, missing = wms.send([cancellation(), cancellation("PL-9")])

    assert "DESPATCHED" in late.error.sentence
    assert isinstance(missing.error, NotFoundError)


def test_a_differing_order_says_how(wms):
    (done,) = wms.send([wanted()])
    meant = wanted("PL-1", ("TEE-BLK-M", "3"))

    other, missing = wms.read_back([Posted(meant, done.external_ref), Posted(wanted("PL-9"), "1")])

    assert [(d.field, d.meant, d.found) for d in other.differences] == [
        ("lines[TEE-BLK-M].quantity", "3", "2")
    ]
    assert missing.missing


# --- reading --------------------------------------------------------------------------------------


def progress(world, wms, cursor=""):
    facts, cursor = read_all(wms, "orders", world.now(), cursor)
    return [each for each in records(wms, facts) if isinstance(each, OrderProgress)], cursor


@pytest.mark.parametrize("status", [4, 5, 6])
def test_despatched_and_both_ways_of_invoicing_mean_that_it_left(world, wms, status):
    (done,) = wms.send([wanted()])
    world.house.wms.orders.run(int(done.external_ref), 4)
    world.house.wms.orders.set_status(int(done.external_ref), status)

    said, sent = records(wms, read_all(wms, "orders", world.now())[0])

    assert said.stage is Stage.DISPATCHED
    assert (sent.order_reference, sent.is_final) == ("PL-1", True)
    assert sent.dispatched_at == world.now()  # local summer time, said back in UTC


def test_an_unknown_status_is_unknown(world, wms):
    (done,) = wms.send([wanted()])
    world.house.wms.orders.set_status(int(done.external_ref), 77)

    ((said,), _) = progress(world, wms)

    assert (said.stage, said.status) == (Stage.UNKNOWN, "SOMETHINGNEW")


def test_a_part_that_left_is_not_the_whole_order(world, wms):
    world.house.wms.set_stock(NORTH, "MUG-WHI", 3)
    world.house.wms.orders.elsewhere["MUG-WHI"] = NORTH
    wms.send([wanted("PL-1", ("TEE-BLK-M", "2"), ("MUG-WHI", "1"))])
    world.house.wms.orders.run(20286, 4)

    facts, _ = read_all(wms, "orders", world.now())
    (sent,) = [each for each in records(wms, facts) if isinstance(each, Dispatch)]

    assert (sent.external_id, sent.lines[0].sku, sent.is_final) == ("20286", "MUG-WHI", False)
    assert {each.stage for each in progress(world, wms)[0]} == {
        Stage.ALLOCATED,
        Stage.PART_DISPATCHED,
    }


def test_a_pass_sees_every_order_and_the_next_only_what_changed(world, wms):
    world.house.wms.set_stock(MAIN, "MUG-WHI", 500)
    world.house.wms.configure({"per_minute": None})
    for number in range(105):
        wms.send([wanted(f"PL-{number}", ("MUG-WHI", "1"))])
    world.house.clock.advance(timedelta(hours=1))
    first, cursor = progress(world, wms)
    world.house.clock.advance(timedelta(hours=1))
    world.house.wms.orders.step(20285)

    changed, _ = progress(world, wms, cursor)

    assert len({each.order_reference for each in first}) == 105
    assert [each.order_reference for each in changed] == ["PL-0"]


def test_what_may_be_sold_is_net_of_what_is_allocated(world, wms):
    wms.send([wanted()])
    asked = [("TEE-BLK-M", "118"), ("CAP-RED", "120"), ("NOPE", "999")]

    levels = {
        mode: [
            (each.sku, each.on_hand, each.sellable)
            for each in world.connector(stock_from=mode).levels([str(MAIN)], asked)
        ]
        for mode in ("levels", "inventory")
    }

    assert levels["levels"] == [("TEE-BLK-M", D(10), D(8)), ("CAP-RED", D(0), D(0))]
    assert levels["inventory"] == levels["levels"]


def test_many_levels_are_one_request(world, wms):
    skus = [(sku, "") for sku in ("TEE-BLK-M", "MUG-WHI", "CAP-RED", "A", "B", "C")]
    before = world.house.sandbox.requests.requests("mintsoft")

    assert len(wms.levels([str(MAIN)], skus)) == 3
    assert world.house.sandbox.requests.requests("mintsoft") == before + 1


def test_changed_stock_and_products_are_read(world, wms):
    world.house.clock.advance(timedelta(hours=1))
    stock, cursor = read_all(wms, "stock-changes", world.now())
    world.house.clock.advance(timedelta(hours=1))
    world.house.wms.set_stock(MAIN, "MUG-WHI", 4)
    changed, _ = read_all(wms, "stock-changes", world.now(), cursor)
    products = records(wms, read_all(wms, "products", world.now())[0])

    assert {fact.external_id for fact in stock} == {"118", "119", "120"}
    assert [(each.sku, each.sellable) for each in records(wms, changed)] == [("MUG-WHI", D(4))]
    assert {each.sku for each in products} == {"TEE-BLK-M", "MUG-WHI", "CAP-RED"}


# --- callbacks ------------------------------------------------------------------------------------


def test_a_callback_is_a_hint_with_our_token_and_the_order_is_fetched(world):
    wms = world.connector(callback_url="http://hub.test/webhooks/house", webhook_token=TOKEN)
    (done,) = wms.send([wanted()])
    world.house.wms.orders.run(int(done.external_ref), 4)
    calls = []
    world.house.sandbox.hooks.pump(lambda call: calls.append(call) or 200, world.now())

    (call,) = calls
    url = httpx.URL(call.url)
    config = MintsoftConfig(username="u", password="p", webhook_token=TOKEN)
    delivery = Delivery({}, dict(url.params), call.body, world.now())
    (hint,) = wms.hints(call.body)

    assert url.path == "/webhooks/house/order"
    assert SPEC.authenticate(delivery, config)
    assert not SPEC.authenticate(Delivery({}, {}, call.body, world.now()), config)
    assert not SPEC.authenticate(delivery, MintsoftConfig(api_key="k"))
    assert [fact.external_id for fact in wms.fetch(hint.topic, [hint.external_id, "999"])] == [
        done.external_ref
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"ID": true}', b'{"ID": "1"}', b"<html>"])
def test_what_is_no_order_is_no_callback(wms, body):
    with pytest.raises(ValueError, match="The body is not"):
        wms.hints(body)


# --- the connection -------------------------------------------------------------------------------


def test_real_values_are_offered_for_mapping(world, wms):
    assert wms.check().facts["warehouses"] == "Main (3), North (4)"
    assert [choice.code for choice in wms.choices("shipping-methods")] == ["7"]
    assert len(wms.choices("order-statuses")) == 23
    assert wms.choices("tax-codes") == ()


@pytest.mark.parametrize("fault", ["http_500", "http_503", "html"])
def test_a_broken_read_is_read_again_later(world, wms, fault):
    world.break_request(1, fault)

    with pytest.raises(UnavailableError):
        wms.read("orders", "", now=world.now())


def test_a_throttle_says_how_long(world, wms):
    world.house.wms.configure({"per_minute": 1})

    with pytest.raises(ThrottledError) as caught:
        wms.send([wanted()])

    assert caught.value.retry_after <= timedelta(minutes=1)


# --- pieces ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"username": "u"},
        {"username": "u", "password": "p", "api_key": "k"},
        {"api_key": "k", "timezone": "Europe/Leeds"},
    ],
)
def test_there_is_exactly_one_way_in(settings):
    with pytest.raises(ValidationError):
        MintsoftConfig.model_validate(settings)


def test_a_recorded_order_reads_as_progress_and_parcel(wms):
    said, sent = wms.records("orders", fixture("order__despatched"))

    assert said.at == datetime(2026, 7, 20, 15, 41, 2, tzinfo=UTC)
    assert sent.dispatched_at == datetime(2026, 7, 20, 15, 40, tzinfo=UTC)
    assert (sent.tracking[0].service, sent.tracking[0].number) == ("Next Day", "JD00020285")
    assert (sent.location_code, sent.lines[0].quantity) == ("3", D(2))


def test_a_recorded_level_reads_as_what_may_be_sold(wms):
    (level,) = wms.records("stock-changes", fixture("stocklevels__one")[0])

    assert (level.on_hand, level.sellable) == (D(25), D(23))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"OrderStatusId": "6"}, "OrderStatusId"),
        ({"LastUpdated": "soon"}, "LastUpdated"),
        ({"OrderItems": [{"SKU": "", "Quantity": 1}]}, "sku"),
    ],
)
def test_a_changed_shape_names_the_field(wms, changes, field):
    with pytest.raises(SchemaChangedError) as caught:
        wms.records("orders", fixture("order__despatched") | changes)

    assert caught.value.field.endswith(field)


def test_a_part_that_was_refused_beside_one_that_was_taken_is_looked_up():
    taken = Accepted(OrderId=1, Success=True)
    refused = [Accepted.model_validate(row) for row in fixture("put_order__unknown_sku")]

    assert accepted([taken]) == [1]
    with pytest.raises(RejectedError, match="KID-TEE-4"):
        accepted(refused)
    with pytest.raises(AmbiguousError):
        accepted([taken, *refused])
    with pytest.raises(AmbiguousError):
        accepted([])
