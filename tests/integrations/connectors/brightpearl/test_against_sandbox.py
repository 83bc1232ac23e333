"""The connector against the simulated Brightpearl: whole sales, returns, every kind of bad day."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.canonical.effects import (
    CloseCredit,
    CreateCredit,
    GoodsLine,
    JournalLine,
    PostJournal,
    ReceiveGoodsIn,
    RefundPayment,
)
from integrations.canonical.orders import Customer
from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.ports import Absent, Done, Failed, Found, Posted
from tests.integrations.connectors.brightpearl.erp import DAY, START, Erp, open_erp, references


@pytest.fixture
def erp() -> Erp:
    return open_erp()


def post(erp: Erp, *intents):
    """Send what must be accepted; the posted effects."""
    outcomes = erp.sink.send(intents)
    assert all(isinstance(each, Done) for each in outcomes), outcomes
    return [
        Posted(intent, each.external_ref) for intent, each in zip(intents, outcomes, strict=True)
    ]


def rows_of(erp: Erp, posted: Posted) -> dict[str, int]:
    return erp.sink.read_back([posted])[0].detail["rows"]


def sell(erp: Erp, number: int = 1) -> list[Posted]:
    """One sale, from order to invoice."""
    (order,) = post(erp, erp.order(number))
    rows = rows_of(erp, order)
    paid, note = post(
        erp,
        erp.payment(number, order.external_ref),
        erp.goods_out(number, order.external_ref, rows=rows),
    )
    (shipped,) = post(erp, erp.shipping(number, note.external_ref))
    (closed,) = post(erp, erp.closing(number, order.external_ref))
    return [order, paid, note, shipped, closed]


def test_a_sale_is_accepted_and_reads_back_as_it_was_meant(erp):
    posted = sell(erp)

    answers = erp.sink.read_back(posted)

    assert [each.is_equal for each in answers] == [True] * 5
    level = erp.sandbox.brightpearl.stock_level("SOCK-HK", erp.warehouse)
    assert (level["in_stock"], level["allocated"]) == (98, 0)


def test_an_invoice_number_comes_a_little_later(erp):
    closed = sell(erp)[-1]
    pending = erp.sink.read_back([closed])[0]
    erp.advance(5)
    invoiced = erp.sink.read_back([closed])[0]

    assert pending.is_equal
    assert invoiced.detail["invoice"].startswith("SI-")


@pytest.mark.parametrize(("disposition", "sellable"), [("restock", 99), ("quarantine", 98)])
def test_a_return_is_credited_received_and_refunded(erp, disposition, sellable):
    sale = sell(erp)[0]
    sock = erp.lines()[1].model_copy(
        update={"quantity": Decimal(1), "net": Decimal("7.50"), "tax": Decimal("1.50")}
    )
    wanted = erp.order(2, CreateCredit, lines=(sock,))
    wanted.refs["original_order"] = sale.external_ref
    (credit,) = post(erp, wanted)
    goods = ReceiveGoodsIn(
        reference="sitoo:R-2",
        warehouse_id=str(erp.warehouse),
        received_at=START,
        currency="GBP",
        lines=(
            GoodsLine(
                line_id="L2",
                sku="SOCK-HK",
                product_id=str(erp.socks),
                quantity=Decimal(1),
                disposition=disposition,
            ),
        ),
    )
    refund = RefundPayment(**erp.payment(2, "0", "9.00").effect.model_dump())
    refs = {"order": credit.external_ref, "rows": rows_of(erp, credit)}

    received, refunded = post(
        erp, erp.intent(goods, "in:2", **refs), erp.intent(refund, "refund:2", **refs)
    )
    (closed,) = post(erp, erp.closing(2, credit.external_ref, CloseCredit))

    answers = erp.sink.read_back([credit, received, refunded, closed])
    assert [each.is_equal for each in answers] == [True] * 4
    assert erp.accepted("sales-credit")[0].payload["parentId"] == int(sale.external_ref)
    assert erp.sandbox.brightpearl.stock_level("SOCK-HK", erp.warehouse)["on_hand"] == sellable


def journal(**changes) -> PostJournal:
    lines = (
        JournalLine(nominal_code="1210", debit=Decimal("38.00"), tax_code="T0"),
        JournalLine(nominal_code="1220", debit=Decimal("91.00"), tax_code="T0"),
        JournalLine(nominal_code="4000", credit=Decimal("107.50")),
        JournalLine(nominal_code="2200", credit=Decimal("21.50")),
    )
    usual = {"reference": "day:leeds", "journal_date": DAY, "description": "Leeds", "lines": lines}
    return PostJournal(currency="GBP", **(usual | changes))


def test_a_journal_is_accepted_found_again_and_reads_back_equal(erp):
    wanted = erp.intent(journal(), "journal")

    (posted,) = post(erp, wanted)

    assert erp.sink.read_back([posted])[0].is_equal
    assert erp.sink.look_up([wanted]) == [Found(posted.external_ref)]
    assert erp.sink.look_up([erp.intent(journal(reference="day:york"), "j")]) == [Absent()]


def test_a_shopper_becomes_a_contact_once(erp):
    ann = Customer(email="ann@shop.example", first_name="Ann", last_name="Lee")

    for number in (1, 2):  # a new connector each time: nothing is remembered
        post(erp, erp.order(number, contact_id="", customer=ann))

    customers = {each.payload["contactId"] for each in erp.accepted("sales-order")}
    assert len(customers) == 1


# Bundles and requests.


def test_forty_orders_are_four_requests_and_one_to_read_them_back(erp):
    posted = post(erp, *(erp.order(number) for number in range(40)))
    sending = erp.requests

    answers = erp.sink.read_back(posted)

    assert (sending, erp.requests - sending) == (4, 1)
    assert all(each.is_equal for each in answers)
    assert len(erp.accepted("sales-order")) == 40


def test_a_thousand_sales_per_order_stay_near_the_floor(erp):
    """Scaled down: forty sales, everything posted and read back, in batches of forty."""
    sink = erp.sink
    orders = post(erp, *(erp.order(number) for number in range(40)))
    details = [each.detail for each in sink.read_back(orders)]
    refs = [(number, order.external_ref) for number, order in enumerate(orders)]
    rest = post(
        erp,
        *(erp.payment(number, order) for number, order in refs),
        *(
            erp.goods_out(n, order, rows=d["rows"])
            for (n, order), d in zip(refs, details, strict=True)
        ),
    )
    notes = rest[40:]
    shipped = post(erp, *(erp.shipping(n, note.external_ref) for n, note in enumerate(notes)))
    closed = post(erp, *(erp.closing(number, order) for number, order in refs))

    assert all(each.is_equal for each in sink.read_back([*rest, *shipped, *closed]))

    assert erp.requests <= 24  # 20 bundles, 4 readings: 600 per thousand sales


def test_single_calls_do_the_same_when_bundles_are_off(erp):
    sink = erp.connect(bundle=False)

    outcomes = sink.send([erp.order(number) for number in range(5)])

    assert len(references(outcomes)) == 5
    assert erp.requests == 5


def test_bundles_in_parallel_are_all_accepted_once(erp):
    sink = erp.connect(parallel=4)

    outcomes = sink.send([erp.order(number) for number in range(40)])

    assert len(set(references(outcomes))) == 40


# Bad days. Each is a fault, and what the caller is told.

APPLIED = ("timeout_applied", "reset", "truncated")
NOT_APPLIED = ("timeout_not_applied", "http_500", "http_503", "html")


@pytest.mark.parametrize("fault", [*APPLIED, *NOT_APPLIED])
@pytest.mark.parametrize("count", [1, 12], ids=["single", "bundled"])
def test_a_lost_reply_is_settled_by_looking_and_never_doubles(erp, fault, count):
    sink, wanted = erp.sink, [erp.order(number) for number in range(count)]
    erp.fail(fault)

    outcomes = sink.send(wanted)
    erp.advance(sink.visibility_lag().total_seconds())
    unknown = [w for w, each in zip(wanted, outcomes, strict=True) if isinstance(each, Failed)]
    assert all(isinstance(e.error, AmbiguousError) for e in outcomes if isinstance(e, Failed))
    verdicts = sink.look_up(unknown)
    again = [w for w, verdict in zip(unknown, verdicts, strict=True) if isinstance(verdict, Absent)]
    if again:
        post(erp, *again)

    assert len(unknown) == min(count, 10)
    assert {type(each) for each in verdicts} == {Found if fault in APPLIED else Absent}
    assert len(erp.accepted("sales-order")) == count
    assert erp.sandbox.ledger.duplicates() == {}


def test_every_step_of_a_sale_is_found_again_after_a_lost_reply(erp):
    sink = erp.sink
    (order,) = post(erp, erp.order(1))
    rows = rows_of(erp, order)
    note_id = ""
    steps = [
        lambda: erp.payment(1, order.external_ref),
        lambda: erp.goods_out(1, order.external_ref, rows=rows),
        lambda: erp.shipping(1, note_id),
        lambda: erp.closing(1, order.external_ref),
    ]
    for step in steps:
        wanted = step()
        assert sink.look_up([wanted]) == [Absent()]
        erp.fail("timeout_applied")
        assert isinstance(sink.send([wanted])[0].error, AmbiguousError)
        erp.advance(5)
        (found,) = sink.look_up([wanted])
        assert isinstance(found, Found), (wanted.key, found)
        note_id = found.external_ref

    assert erp.sandbox.ledger.duplicates() == {}


@pytest.mark.parametrize("step", ["order", "payment", "shipping", "closing"])
def test_a_second_attempt_is_refused_as_a_conflict_where_the_vendor_can_tell(erp, step):
    order, _, note, _, _ = sell(erp)
    erp.advance(5)
    sink = erp.connect(instance_id=34)
    first = erp.order(9)
    again = {
        "order": first,
        "payment": erp.payment(1, order.external_ref),
        "shipping": erp.shipping(1, note.external_ref),
        "closing": erp.closing(1, order.external_ref),
    }[step]
    if step == "order":
        sink.send([first])

    assert type(sink.send([again])[0].error) is ConflictError


def test_a_throttle_applies_nothing_and_tells_how_long_to_wait(erp):
    erp.fail("throttle")

    outcomes = erp.sink.send([erp.order(number) for number in range(20)])

    assert {type(each.error) for each in outcomes} == {ThrottledError}
    assert outcomes[0].error.retry_after == timedelta(seconds=1)
    assert erp.accepted("sales-order") == []
    assert erp.limiter.refused


def test_the_real_limit_is_met_as_a_throttle(erp):
    erp.sandbox.brightpearl.configure({"per_minute": 2})

    outcomes = erp.sink.send([erp.order(number) for number in range(30)])

    assert [type(each) for each in outcomes] == [Done] * 20 + [Failed] * 10
    assert timedelta(0) < outcomes[-1].error.retry_after <= timedelta(seconds=60)


def test_half_a_bundle_that_failed_is_sent_again_alone(erp):
    sink, wanted = erp.sink, [erp.order(number) for number in range(10)]
    erp.fail("partial_batch")

    outcomes = sink.send(wanted)
    erp.advance(5)
    failed = [w for w, each in zip(wanted, outcomes, strict=True) if isinstance(each, Failed)]
    assert 0 < len(failed) < 10
    assert set(sink.look_up(failed)) == {Absent()}
    post(erp, *failed)

    assert len(erp.accepted("sales-order")) == 10


def test_wrong_credentials_are_told_as_such(erp):
    stranger = erp.connect(account_token="guess")

    assert type(stranger.send([erp.order(1)])[0].error) is UnauthorisedError
    assert not stranger.check().ok


@pytest.mark.parametrize("fault", [*NOT_APPLIED, "truncated"])
def test_reading_in_a_bad_moment_is_unavailable(erp, fault):
    erp.fail(fault, fault)  # the first loss of a read is repeated at once

    with pytest.raises(UnavailableError):
        erp.sink.read("products", "", now=START)


# Reading.


def test_products_are_read_with_their_gross_price(erp):
    source = erp.sink

    page = source.read("products", "", now=START)
    (jacket,) = [
        record
        for fact in page.facts
        for record in source.records("products", fact.payload)
        if record.sku == "JACKET-M"
    ]

    assert jacket.external_id == str(erp.jacket)
    assert (jacket.price_net, jacket.price_gross) == (Decimal("100.0000"), Decimal("120.00"))
    assert jacket.is_stocked
    assert not page.more


def test_a_price_change_is_read_as_a_new_version(erp):
    source = erp.sink
    page = source.read("products", "", now=START)
    erp.advance(120)
    erp.sandbox.brightpearl.set_price("SOCK-HK", erp.price_list, Decimal("8"))

    later = source.read("products", page.cursor, now=erp.clock.now())

    assert [fact.external_id for fact in later.facts] == [str(erp.socks)]


def test_a_shipped_sale_is_a_change_of_stock(erp):
    source = erp.sink
    start = source.read("stock-changes", "", now=START)
    sell(erp)

    page = source.read("stock-changes", start.cursor, now=erp.clock.now())

    assert {fact.external_id for fact in page.facts} == {str(erp.jacket), str(erp.socks)}


def test_levels_tell_what_is_there_and_what_may_be_sold(erp):
    (order,) = post(erp, erp.order(1))
    post(erp, erp.goods_out(1, order.external_ref))  # reserves; nothing has left yet

    (level,) = erp.sink.levels([str(erp.warehouse)], [("SOCK-HK", str(erp.socks))])

    assert (level.on_hand, level.sellable) == (100, 98)


def test_an_unknown_product_does_not_spoil_the_levels_of_others(erp):
    skus = [("SOCK-HK", str(erp.socks)), ("GHOST", "999999")]

    assert [each.sku for each in erp.sink.levels([str(erp.warehouse)], skus)] == ["SOCK-HK"]


@pytest.mark.parametrize(
    "kind",
    [
        "payment-methods",
        "nominal-codes",
        "tax-codes",
        "warehouses",
        "order-statuses",
        "price-lists",
    ],
)
def test_mapping_pages_have_something_to_offer(erp, kind):
    assert all(choice.code and choice.label for choice in erp.sink.choices(kind))
    assert erp.sink.choices(kind)


def test_the_connection_can_be_tested(erp):
    found = erp.sink.check()

    assert found.ok
    assert found.facts["base currency"] == "GBP"


def test_webhooks_are_subscribed_to_once_and_understood(erp):
    sink, address = erp.sink, "https://plumbline.example/webhooks/erp/"

    assert len(sink.subscribe_webhooks(address, "t0ken")) == 4
    assert sink.subscribe_webhooks(address, "t0ken") == []
    erp.sandbox.brightpearl.set_stock("SOCK-HK", erp.warehouse, 7)
    erp.advance(5)
    calls = []

    def receive(hook):
        calls.append(hook)
        return 200

    erp.sandbox.hooks.pump(receive, erp.clock.now())

    found = [hint for call in calls for hint in sink.hints(call.body)]
    assert ("stock-changes", str(erp.socks)) in {(h.topic, h.external_id) for h in found}
    assert all("token=t0ken" in call.url for call in calls)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_a_day_when_everything_fails_each_order_is_accepted_exactly_once(erp, seed):
    """As the pipeline does: send, look up what is unknown, send what is absent or was not sent."""
    erp.sandbox.use_faults("everything", seed=seed)
    sink, waiting = erp.sink, [erp.order(number) for number in range(60)]
    unknown: list = []

    for _ in range(60):
        batch, waiting = waiting[:40], waiting[40:]
        for wanted, outcome in zip(batch, sink.send(batch), strict=True):
            if isinstance(outcome, Failed):
                lost = isinstance(outcome.error, AmbiguousError)
                (unknown if lost else waiting).append(wanted)
        erp.advance(5)
        with suppress(ThrottledError, UnavailableError):
            verdicts = sink.look_up(unknown)
            waiting += [w for w, v in zip(unknown, verdicts, strict=True) if v == Absent()]
            unknown = []

    assert (waiting, unknown) == ([], [])
    assert len(erp.accepted("sales-order")) == 60
    assert erp.sandbox.ledger.duplicates() == {}
