"""The connector and the simulated OrderWise over a real socket."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from integrations.canonical.effects import (
    CloseOrder,
    CreateCredit,
    CreateOrder,
    EffectLine,
    PaidPart,
)
from integrations.canonical.fulfilment import Dispatch, OrderProgress, Stage
from integrations.canonical.orders import Address
from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    RejectedError,
    SchemaChangedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
    UnsupportedError,
)
from integrations.connectors.orderwise.config import OrderwiseConfig
from integrations.connectors.orderwise.spec import SPEC
from integrations.ports import Absent, Done, Found, Intent, Posted, Unclear
from integrations.sandbox.core.faults import Fault, FaultScript
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.orderwise.system import (
    ORDER_EXPORT,
    PASSWORD,
    STATUS_EXPORT,
    STOCK_EXPORT,
    USER,
)
from tests.integrations.connectors.kit import Bench
from tests.integrations.sandbox.orderwise.kit import CASH, SESSION, Office

D = Decimal
SETTINGS = {
    "username": USER,
    "password": PASSWORD,
    "session_id": SESSION,
    "order_type_id": 2,
    "customer_id": CASH,
    "delivery_method_id": 1,
    "currency_ids": {"GBP": 1},
    "stock_export": STOCK_EXPORT,
    "status_export": STATUS_EXPORT,
    "order_export": ORDER_EXPORT,
}


class World:
    def __init__(self, office, url, desk):
        self.office, self.url, self.desk = office, url, desk

    def connector(self, **settings):
        config = {"base_url": self.url, **SETTINGS, **settings}
        return SPEC.build(OrderwiseConfig.model_validate(config), self.desk.context)

    def break_request(self, number, fault):
        asked = self.office.sandbox.requests.requests("orderwise")
        self.office.sandbox.use_faults(FaultScript({asked + number: fault}, system="orderwise"))

    def ledger(self, kind="order"):
        entries = self.office.sandbox.ledger.entries(system="orderwise", kind=kind)
        return [entry.key for entry in entries]

    def body(self):
        """The last order that was accepted."""
        return self.office.sandbox.ledger.entries(system="orderwise")[-1].payload

    def now(self):
        return self.office.clock.now()

    def read(self, erp, stream, cursor=""):
        page = erp.read(stream, cursor, now=self.now())
        assert not page.more
        found = [record for fact in page.facts for record in erp.records(fact.topic, fact.payload)]
        return found, page.cursor


@pytest.fixture
def world():
    office = Office()
    server = SandboxServer(office.sandbox)
    server.start()
    desk = Bench(httpx.HTTPTransport(), clock=office.clock.now)
    yield World(office, server.url + office.erp.base_path, desk)
    desk.transport.close()
    server.stop()


@pytest.fixture
def erp(world):
    made = world.connector()
    made.check()  # logged in, so that tests count their own requests
    return made


def line(sku="TEE-BLK-M", quantity="2", net="33.33", tax="6.67", tax_code="1", line_id="1"):
    return EffectLine(
        line_id=line_id,
        sku=sku,
        product_id=sku,
        name=f"Product {sku}",
        quantity=D(quantity),
        net=D(net),
        tax=D(tax),
        tax_code=tax_code,
    )


KIDS = line("KID-TEE-4", "1", "12.00", "0.00", "2", "2")


def sale(ref="ORD-1", *lines, kind=CreateOrder, refs=None, **changes):
    """Two tees at 20.00 and a zero-rated one, paid by card at Leeds."""
    fields = {
        "external_ref": ref,
        "reference": "LDS1/till-2/1000234",
        "warehouse_id": "5",
        "placed_at": datetime(2026, 7, 20, 9, 0, tzinfo=UTC),
        "tax_date": date(2026, 7, 20),
        "currency": "GBP",
        "lines": lines or (line(), KIDS),
        "payments": (PaidPart(method_code="3", amount=D("52.00"), reference="auth 004512"),),
    }
    return Intent(f"order:{ref}", kind(**fields | changes), refs or {})


# --- tokens ---------------------------------------------------------------------------------------


def test_a_token_is_used_until_it_is_refused(world, erp):
    erp.choices("tax-codes")
    world.office.clock.advance(timedelta(hours=2))

    (done,) = erp.send([sale()])

    assert isinstance(done, Done)
    assert (world.office.erp.logins, world.ledger()) == (2, ["ORD-1"])


def test_a_wrong_password_is_a_sentence_and_a_missing_right_another(world):
    assert "refused our credentials" in world.connector(password="wrong").check().sentence
    world.office.erp.switches.missing_rights = frozenset({"system"})
    logins = world.office.erp.logins

    probe = world.connector().check()

    assert "lacks a right" in probe.sentence
    assert world.office.erp.logins == logins + 1  # no second token: it would not help
    assert isinstance(probe.error, UnauthorisedError)


def test_neither_token_nor_password_is_in_the_trace(world, erp):
    erp.send([sale()])

    trace = repr(world.desk.recorder.calls)
    assert world.office.erp.state.tokens.keys()
    assert not any(token in trace for token in world.office.erp.state.tokens)
    assert PASSWORD not in trace


# --- orders ---------------------------------------------------------------------------------------


def test_a_sale_arrives_with_its_money_unmodified(world, erp):
    (done,) = erp.send([sale()])

    assert done == Done("48211", {"number": "SO104533"})
    body = world.body()
    assert body["orderHeader"] == {
        "systemOrderType": 1,
        "orderTypeId": 2,
        "eCommerceOrderNumber": "ORD-1",
        "customerOrderRef": "LDS1/till-2/1000234",
        "orderDate": "2026-07-20T10:00:00",
        "deliveryMethodId": 1,
        "currencyId": 1,
        "orderGross": D("52.00"),
        "orderNet": D("45.33"),
        "orderTax": D("6.67"),
        "pricesAsNet": False,
    }
    rows = body["orderLines"]
    assert [(row["variantCode"], row["quantity"], row["itemGross"]) for row in rows] == [
        ("TEE-BLK-M", 2, D("20.00")),
        ("KID-TEE-4", 1, D("12.00")),
    ]
    assert body["payments"] == [
        {"paymentMethodId": 3, "amount": D("52.00"), "reference": "auth 004512"}
    ]


def test_what_does_not_divide_evenly_is_split_and_adds_up(world, erp):
    erp.send([sale("ORD-1", line(quantity="3", net="8.33", tax="1.67"))])

    rows = world.body()["orderLines"]
    assert [(row["quantity"], row["itemGross"], row["eCommerceItemId"]) for row in rows] == [
        (1, D("3.34"), "1/1"),
        (2, D("3.33"), "1/2"),
    ]
    assert [row["itemNumber"] for row in rows] == [1, 2]
    assert sum(row["quantity"] * row["itemGross"] for row in rows) == D("10.00")


def test_net_prices_are_sent_where_the_session_wants_them(world):
    world.connector(prices="net").send([sale("ORD-1", line(net="33.34"))])

    (row,) = world.body()["orderLines"]
    assert (row["itemNet"], "itemGross" in row) == (D("16.67"), False)
    assert world.body()["orderHeader"]["pricesAsNet"] is True


def test_a_code_is_compared_exactly(world, erp):
    trimmed, exact = erp.send([sale("ORD-1", line("MUG-WHI")), sale("ORD-2", line("MUG-WHI "))])

    assert (type(trimmed.error), trimmed.error.code) == (RejectedError, "unknown_sku")
    assert "'MUG-WHI' was not found" in trimmed.error.sentence
    assert isinstance(exact, Done)


def test_every_fault_of_ours_is_named_at_once_before_anything_is_sent(world):
    erp = world.connector(customer_id=None)
    wrong = sale(
        "ORD-1",
        line(tax_code="T20"),
        line("", line_id="2"),
        warehouse_id="LEEDS",
        payments=(PaidPart(method_code="CARD", amount=D(1)),),
    )

    (outcome,) = erp.send([wrong])

    assert outcome.error.sentence == (
        "No customer is set for these sales. “LEEDS” is no stock location of OrderWise. "
        "“T20” is no tax rate of OrderWise. “CARD” is no payment method of OrderWise. "
        "Line 2 (Product ) has no variant code."
    )
    assert world.ledger() == []


def test_a_price_without_an_exact_form_is_not_rounded(world, erp):
    cloth, penny = erp.send(
        [
            sale("ORD-1", line(quantity="0.350", net="3.64", tax="0.73")),
            sale("ORD-2", line(net="3.333", tax="0.667", quantity="3")),
        ]
    )

    assert isinstance(cloth.error, UnsupportedError)
    assert isinstance(penny, Done)
    (half_penny,) = erp.send([sale("ORD-3", line(net="3.335", tax="0.00"))])
    assert isinstance(half_penny.error, UnsupportedError)


def test_a_known_customer_and_an_address_travel_with_the_order(world, erp):
    where = Address(name="Jo Example", lines=("1 Example Street",), city="Leeds", country="GB")
    erp.send([sale("ORD-1", contact_id="POS-LEEDS", ship_to=where)])

    assert world.body()["customer"] == {"accountNumber": "POS-LEEDS"}
    assert world.body()["customerDeliveryAddress"]["address1"] == "1 Example Street"


# --- what may have landed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "answer"),
    [("reset", Found), ("truncated", Found), ("timeout_not_applied", Absent), ("html", Absent)],
)
def test_a_lost_reply_is_settled_by_our_number(world, erp, fault, answer):
    world.break_request(1, fault)

    (outcome,) = erp.send([sale()])

    assert isinstance(outcome.error, AmbiguousError)
    assert isinstance(erp.look_up([sale()])[0], answer)
    assert len(world.ledger()) == (1 if answer is Found else 0)


def test_an_order_that_is_not_imported_yet_is_found_after_the_lag(world, erp):
    world.office.erp.switches.import_delay = timedelta(minutes=5)
    world.break_request(1, "reset")
    erp.send([sale()])
    before = erp.look_up([sale()])

    world.office.clock.advance(erp.visibility_lag())

    assert before == [Absent()]
    assert erp.look_up([sale()]) == [Found("48211", {"number": "SO104533"})]


@pytest.mark.parametrize(
    ("reply", "answer"), [("number", Done("48211")), ("nothing", AmbiguousError)]
)
def test_an_answer_that_says_less_is_understood_or_looked_up(world, erp, reply, answer):
    world.office.erp.switches.reply = reply

    (outcome,) = erp.send([sale()])

    assert outcome == answer if reply == "number" else isinstance(outcome.error, answer)
    assert isinstance(erp.look_up([sale()])[0], Found)


def test_two_orders_under_one_number_or_another_total_are_for_a_person(world, erp):
    erp.send([sale(), sale("ORD-2")])
    assert isinstance(erp.look_up([sale("ORD-2", line())])[0], Unclear)
    erp.send([sale()])

    assert "2 orders" in erp.look_up([sale()])[0].reason


def test_without_an_export_to_find_orders_a_person_looks(world):
    erp = world.connector(order_export=None)

    assert isinstance(erp.look_up([sale()])[0], Unclear)
    assert "no export definition" in erp.check().sentence


def test_a_refused_double_is_a_conflict(world, erp):
    world.office.erp.switches.refuses_duplicates = True
    erp.send([sale()])

    (outcome,) = erp.send([sale()])

    assert isinstance(outcome.error, ConflictError)


def test_what_was_read_back_before_the_limit_was_met_counts(world, erp):
    erp.send([sale()])
    world.break_request(2, Fault.THROTTLE)

    first, second = erp.read_back([Posted(sale(), "48211"), Posted(sale(), "48211")])

    assert first.is_equal
    assert second is None


def test_a_limit_that_is_met_at_once_is_told(world, erp):
    erp.send([sale()])
    world.break_request(1, Fault.THROTTLE)

    with pytest.raises(ThrottledError):
        erp.read_back([Posted(sale(), "48211")])


def test_an_order_reads_back_equal_or_with_the_difference_in_its_total(erp):
    erp.send([sale()])

    equal, other, none = erp.read_back(
        [Posted(sale(), "48211"), Posted(sale("ORD-1", line()), "48211"), Posted(sale("X"), "1")]
    )

    assert equal.is_equal
    assert [(d.meant, d.found, d.is_money) for d in other.differences] == [("40.00", "52.00", True)]
    assert none is None


# --- credits --------------------------------------------------------------------------------------


def test_a_credit_waits_for_a_person_with_everything_to_key_in(world, erp):
    credit = sale("R-1", line(), kind=CreateCredit, refs={"original_order": "48211"})

    (outcome,) = erp.send([credit])

    assert outcome.error.code == "manual"
    assert outcome.error.sentence == (
        "Key this credit into OrderWise by hand, as R-1, for order 48211: 2 × TEE-BLK-M for 40.00 "
        "(tax rate 1). Total 40.00 GBP at location 5; paid back 52.00 by method 3 auth 004512."
    )
    assert world.ledger("credit") == []


def test_a_credit_is_an_order_of_type_four_where_the_installation_takes_it(world):
    erp = world.connector(credit_mode="order-type-4")

    (done,) = erp.send([sale("R-1", kind=CreateCredit, refs={"original_order": "48200"})])

    header = world.body()["orderHeader"]
    assert done.detail == {"number": "CR000981"}
    assert (header["systemOrderType"], header["customerOrderRef"]) == (4, "refund of 48200")
    assert world.body()["orderLines"][0]["quantity"] == 2
    assert world.body()["payments"][0]["amount"] == D("-52.00")


def test_nothing_else_is_taken(erp):
    closing = Intent("close", CloseOrder(tax_date=date(2026, 7, 20)))

    assert isinstance(erp.send([closing])[0].error, UnsupportedError)
    assert erp.look_up([closing]) == [Absent()]
    assert erp.read_back([Posted(closing, "1")]) == [None]


# --- reading --------------------------------------------------------------------------------------


def test_statuses_and_parcels_come_from_the_export(world, erp):
    erp.send([sale()])
    world.office.erp.orders.despatch(48211, {1: D(2)}, tracking="155")

    found, _ = world.read(erp, "orders")

    progress, parcel = found
    assert (progress.stage, progress.order_external_id) == (Stage.PART_DISPATCHED, "48211")
    assert (parcel.order_reference, parcel.tracking[0].number) == ("LDS1/till-2/1000234", "155")
    assert (parcel.dispatched_at, parcel.is_final) == (world.now(), False)


def test_one_order_is_asked_for_with_its_lines(world, erp):
    erp.send([sale()])
    world.office.erp.orders.despatch(48211, {1: D(2)}, tracking="155")

    (fact,) = erp.fetch("orders", ["48211", "99999", "x"])
    progress, parcel = erp.records(fact.topic, fact.payload)

    assert isinstance(progress, OrderProgress)
    assert isinstance(parcel, Dispatch)
    assert [(each.sku, each.quantity) for each in parcel.lines] == [("TEE-BLK-M", D(2))]
    assert (parcel.external_id, parcel.tracking[0].carrier) == ("DN0098812", "DPD")


def test_two_deliveries_do_not_say_which_line_went_with_which(world, erp):
    erp.send([sale()])
    world.office.erp.orders.despatch(48211, {1: D(2)}, tracking="155")
    world.office.erp.orders.despatch(48211, {2: D(1)}, tracking="156")

    (fact,) = erp.fetch("orders", ["48211"])
    progress, first, second = erp.records(fact.topic, fact.payload)

    assert progress.stage is Stage.DISPATCHED
    assert (first.lines, second.lines, second.is_final) == ((), (), True)


def test_a_text_that_nobody_mapped_is_unknown_and_one_of_theirs_can_be_mapped(world, erp):
    erp.send([sale()])
    world.office.erp.orders.set_status(48211, "completed")  # other case is another text
    theirs = world.connector(statuses={"completed": "dispatched"})

    assert [each.stage for each in world.read(erp, "orders")[0]] == [Stage.UNKNOWN]
    assert [each.stage for each in world.read(theirs, "orders")[0]] == [Stage.DISPATCHED]


def test_the_same_status_read_twice_is_one_fact(world, erp):
    erp.send([sale()])
    first = erp.read("orders", "", now=world.now())
    world.office.clock.advance(timedelta(minutes=1))
    again = erp.read("orders", first.cursor, now=world.now())

    assert [fact.version for fact in first.facts] == [fact.version for fact in again.facts]


def test_what_may_be_sold_may_be_negative_and_a_fraction(erp):
    asked = [("TEE-BLK-M", ""), ("KID-TEE-4", ""), ("MUG-WHI", ""), ("NOPE", "")]

    levels = erp.levels(["1", "5"], asked)

    assert [(each.sku, each.location_code, each.sellable) for each in levels] == [
        ("TEE-BLK-M", "1", D(23)),
        ("TEE-BLK-M", "5", D(4)),
        ("KID-TEE-4", "1", D(0)),
        ("KID-TEE-4", "5", D("-1.5")),
    ]


def test_many_levels_are_one_export(world, erp):
    skus = [("TEE-BLK-M", ""), *((f"X-{number}", "") for number in range(30))]
    before = world.office.sandbox.requests.requests("orderwise")

    assert [each.sellable for each in erp.levels(["5"], skus)] == [D(4)]
    assert world.office.sandbox.requests.requests("orderwise") == before + 1


def test_only_changed_stock_is_read_again(world, erp):
    world.office.clock.advance(timedelta(hours=1))
    everything, cursor = world.read(erp, "stock-changes")
    world.office.clock.advance(timedelta(hours=1))
    erp.send([sale("ORD-1", KIDS)])

    changed, _ = world.read(erp, "stock-changes", cursor)

    assert len(everything) == 4
    assert [(each.sku, each.sellable) for each in changed] == [("KID-TEE-4", D("-2.5"))]


def test_products_are_read_once_an_hour_with_codes_as_they_are(world, erp):
    products, cursor = world.read(erp, "products")

    assert {each.sku for each in products} == {"TEE-BLK-M", "KID-TEE-4", "MUG-WHI "}
    assert world.read(erp, "products", cursor)[0] == []
    world.office.clock.advance(timedelta(hours=1))
    assert len(world.read(erp, "products", cursor)[0]) == 3


def test_a_renamed_column_is_named(world, erp):
    world.office.erp.switches.renamed_columns = {"freeStock": "free"}

    with pytest.raises(SchemaChangedError) as caught:
        erp.read("stock-changes", "", now=world.now())

    assert caught.value.field == "freestock"
    assert "export definition 11 has no column freestock" in caught.value.sentence


def test_nothing_to_tell_may_be_an_empty_answer(world, erp):
    world.office.erp.switches.answers_empty_with_204 = True

    assert world.read(erp, "orders")[0] == []


def test_a_stream_without_its_export_is_not_offered(world):
    erp = world.connector(status_export=None, stock_export=None)

    assert erp.streams() == ["products"]
    assert [each.sellable for each in erp.levels(["5"], [("TEE-BLK-M", "")])] == [D(4)]
    with pytest.raises(ValueError, match="no stream orders"):
        erp.read("orders", "", now=world.now())


# --- the connection -------------------------------------------------------------------------------


def test_real_values_are_offered_for_mapping(erp):
    kinds = ("tax-codes", "warehouses", "payment-methods", "shipping-methods", "currencies")

    assert [len(erp.choices(kind)) for kind in kinds] == [2, 2, 2, 1, 1]
    assert erp.choices("contacts")[0].label == "Leeds store (POS-LEEDS)"
    assert "On hold" in {choice.code for choice in erp.choices("order-statuses")}
    assert erp.choices("reason-codes") == ()


def test_it_sends_no_webhooks(erp):
    with pytest.raises(ValueError, match="no webhooks"):
        erp.hints(b"{}")


@pytest.mark.parametrize("fault", ["http_500", "http_503", "html"])
def test_a_broken_read_is_read_again_later(world, erp, fault):
    world.break_request(1, fault)

    with pytest.raises(UnavailableError):
        erp.read("orders", "", now=world.now())


def test_a_throttle_says_how_long(world, erp):
    world.office.erp.configure({"per_minute": 1})

    with pytest.raises(ThrottledError) as caught:
        erp.send([sale()])

    assert caught.value.retry_after <= timedelta(minutes=1)
