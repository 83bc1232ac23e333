"""The connector and the simulated shop, written apart from the same reference, must agree."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.canonical.effects import (
    CreateShipment,
    RefundOrder,
    SetLevel,
    SetOrderStage,
    SetVisibility,
    ShipmentLine,
)
from integrations.canonical.fulfilment import Stage, Tracking
from integrations.canonical.orders import Handover, LineRole, OrderOrigin
from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.bigcommerce.spec import SPEC
from integrations.connectors.errors import (
    AmbiguousError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
    UnsupportedError,
)
from integrations.connectors.spec import Delivery
from integrations.ports import Absent, Done, Failed, Found, Intent, Posted, Unclear
from integrations.sandbox.core.faults import FaultScript
from integrations.sandbox.core.http import Request
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.trade.items import Tender
from integrations.sandbox.trade.online import OnlineCancellation, OnlineRefund, Outcome, Shopper
from tests.integrations.connectors.kit import Bench
from tests.integrations.sandbox.bigcommerce.kit import LEEDS, TOKEN, WEB, Web, line
from tests.sandbox_transport import SandboxTransport

D = Decimal
ADDRESS = "https://plumbline.example/webhooks/shop"
TRACKING = Tracking(carrier="Royal Mail", service="Tracked 48", number="EJ958083578GB")


@pytest.fixture
def web():
    return Web()


@pytest.fixture
def desk(web):
    return Bench(SandboxTransport(web.sandbox), clock=web.clock.now)


@pytest.fixture
def shop(desk):
    return connector(desk)


def settings(**changes):
    config = {
        "base_url": "http://127.0.0.1:8899/bigcommerce/stores/abc123",
        "store_hash": "abc123",
        "access_token": TOKEN,
        **changes,
    }
    return BigCommerceConfig.model_validate(config)


def connector(desk, **changes):
    return SPEC.build(settings(**changes), desk.context)


def read_all(shop, stream, web, cursor=""):
    facts = []
    while True:
        page = shop.read(stream, cursor, now=web.clock.now())
        facts += page.facts
        cursor = page.cursor
        if not page.more:
            return facts, cursor


def records(shop, facts):
    return [record for fact in facts for record in shop.records(fact.topic, fact.payload)]


def the_order(shop, web):
    (order,) = records(shop, read_all(shop, "orders", web)[0])
    return order


def shipment(order, quantity=1, row=0, tracking=TRACKING, **changes):
    effect = CreateShipment(
        reference="goods-out:8001",
        shipped_at=order.created,
        tracking=tracking,
        lines=(
            ShipmentLine(
                line_id=str(order.lines[row].id), sku=order.lines[row].sku, quantity=D(quantity)
            ),
        ),
        **changes,
    )
    return Intent("goods-out:8001", effect, {"order": str(order.id)}, since=order.created)


def refund(order, total, quantity=1, **changes):
    fields = {
        "reference": "return:R-2",
        "lines": (
            ShipmentLine(line_id=str(order.lines[0].id), sku="MG-WHI", quantity=D(quantity)),
        ),
        "expected_total": D(total),
        "currency": "GBP",
        "reason": "Brought back to Leeds",
    }
    effect = RefundOrder(**fields | changes)
    return Intent("return:R-2", effect, {"order": str(order.id)}, since=order.created)


def level(sku="MG-WHI", to="5", location=WEB):
    effect = SetLevel(location_code=str(location), sku=sku, level=D(to))
    return Intent(key=f"level-{location}-{sku}", effect=effect)


def visibility(product_id, *, is_visible=False):
    effect = SetVisibility(sku="X", product_id=str(product_id), is_visible=is_visible)
    return Intent(key=f"visibility-{product_id}", effect=effect)


# --- reading orders -------------------------------------------------------------------------------


def test_a_web_order_reads_as_it_was_placed(web, shop):
    shirt = line("RJ-NAV-M", 2, "54.00", full="60.00", voucher="SAVE10")
    mug = line("MG-WHI", 1, "10.80", full="12.00", voucher="SAVE10")
    tenders = (Tender("giftcertificate", D("20.00"), "MB345"), Tender("stripe", D("50.80"), "ch_3"))
    web.order(shirt, mug, shipping=D("6.00"), tenders=tenders)

    order = the_order(shop, web)

    assert (order.stated_net, order.stated_tax, order.stated_gross) == (
        D(59),
        D("11.80"),
        D("70.80"),
    )
    assert [(row.role, row.net, row.tax, row.tax_rate) for row in order.lines] == [
        (LineRole.GOODS, D("45.00"), D("9.00"), D(20)),
        (LineRole.GOODS, D("9.00"), D("1.80"), D(20)),
        (LineRole.SHIPPING, D("5.00"), D("1.00"), D(20)),
    ]
    assert [row.discount_net for row in order.lines] == [D("5.00"), D("1.00"), D(0)]
    assert [(t.name, t.amount, t.reference) for t in order.tenders] == [
        ("giftcertificate", D("20.00"), "MB345"),
        ("stripe", D("50.80"), "ch_3"),
    ]
    assert (order.origin, order.handover) == (OrderOrigin.ONLINE, Handover.DELIVER)
    assert (order.ship_to.city, order.ship_to.postcode) == ("Leeds", "LS1 4AB")
    assert order.shipping_method == "Standard delivery"
    assert (order.is_paid, order.is_open, order.is_cancelled) == (True, False, False)


def test_mixed_rates_add_up_row_by_row(web, shop):
    web.order(
        line("MG-WHI", 3, "26.85"), line("FD", 2, "8.50", rate=0), line("DS", 1, "11.30", rate=5)
    )

    order = the_order(shop, web)

    assert sum(row.net for row in order.lines) == order.stated_net
    assert sum(row.tax for row in order.lines) == order.stated_tax
    assert [row.tax_rate for row in order.lines] == [D(20), D(0), D(5), D(20)]


def test_click_and_collect_names_the_chosen_store(web, shop):
    web.order(store="LDS01")

    order = the_order(shop, web)

    assert (order.origin, order.handover) == (OrderOrigin.CLICK_AND_COLLECT, Handover.COLLECT)
    assert (order.pickup_location, order.location_code) == (str(LEEDS), str(LEEDS))
    assert order.ship_to is None
    assert [row.role for row in order.lines] == [LineRole.GOODS]


def test_a_trade_customer_brings_the_group(web, shop):
    web.order(shopper=Shopper("t@example.com", "Tess", "Trade", has_account=True, group="Trade"))
    web.order()

    trade, guest = records(shop, read_all(shop, "orders", web)[0])

    (choice,) = shop.choices("customer-groups")
    assert (trade.customer_group, choice.label) == (choice.code, "Trade")
    assert guest.customer_group == ""


def test_an_order_that_was_given_up_is_no_order_and_an_unpaid_one_is_open(web, shop):
    web.order(outcome=Outcome.GIVEN_UP)
    web.order(outcome=Outcome.UNPAID)

    (unpaid,) = records(shop, read_all(shop, "orders", web)[0])

    assert (unpaid.is_open, unpaid.is_paid, unpaid.tenders) == (True, False, ())


def test_a_cancelled_order_says_so(web, shop):
    web.order()
    now = web.clock.now()
    web.shop.checkout.cancel(OnlineCancellation("X", "W-1", now, now))

    assert the_order(shop, web).is_cancelled


def test_a_way_to_pay_without_transactions_is_taken_from_the_order(web, shop):
    credit = (Tender("storecredit", D("2.00"), "SC1"), Tender("bankdeposit", D("10.90"), "BACS 7"))
    order = web.order(tenders=credit)
    order.transactions.clear()

    read = the_order(shop, web)

    assert [(t.name, t.amount) for t in read.tenders] == [
        ("storecredit", D("2.00")),
        ("Bank Deposit", D("10.90")),
    ]
    assert read.is_paid


def test_a_missing_tax_breakdown_shows_as_rows_that_do_not_make_up_the_tax(web, shop):
    web.order().has_taxes = False

    order = the_order(shop, web)

    assert order.stated_tax > 0
    assert sum(row.tax for row in order.lines) != order.stated_tax


def test_every_order_of_a_seeded_day_adds_up(web, shop):
    body = b'{"orders": 120, "seed": 5, "day": "2026-11-19"}'
    web.shop.configure({"per_window": None})
    web.sandbox.handle(Request("POST", "/_sandbox/trade/online", body=body))

    orders = records(shop, read_all(shop, "orders", web)[0])

    assert len(orders) > 100
    for order in orders:
        assert sum(row.net for row in order.lines) == order.stated_net
        assert sum(row.tax for row in order.lines) == order.stated_tax
        if order.is_paid:
            assert sum(t.amount for t in order.tenders) == order.stated_gross


def test_paging_brings_every_order_once_and_later_only_what_changed(web, shop):
    web.shop.configure({"per_window": None})
    placed = [web.order() for _ in range(130)]

    facts, cursor = read_all(shop, "orders", web)
    again, cursor = read_all(shop, "orders", web, cursor)
    web.clock.advance(timedelta(seconds=1))
    web.shop.state.move(placed[7], 10)
    later, _ = read_all(shop, "orders", web, cursor)

    assert len({fact.external_id for fact in facts}) == len(facts) == 130
    assert again == []
    assert [fact.external_id for fact in later] == [str(placed[7].id)]


def test_two_changes_in_one_second_are_both_seen(web, shop):
    order = web.order()
    _, cursor = read_all(shop, "orders", web)
    web.shop.state.move(order, 10)

    later, _ = read_all(shop, "orders", web, cursor)

    assert [fact.external_id for fact in later] == [str(order.id)]


def test_reading_twenty_orders_costs_two_requests_each_and_two_for_all(web, shop):
    cara = Shopper("cara@example.com", "Cara", "Calder", has_account=True)
    for _ in range(20):
        web.order(shopper=cara)

    read_all(shop, "orders", web)

    asked = web.sandbox.requests.snapshot()["bigcommerce"]["by_endpoint"]
    assert asked == {
        "GET /v2/orders/{order_id}/taxes": 20,
        "GET /v3/orders/{order_id}/transactions": 20,
        "GET /v2/orders": 1,
        "GET /v3/customers": 1,
    }


def test_what_the_quota_paid_for_is_kept_when_it_runs_out(web, shop):
    web.shop.configure({"per_window": 12})
    for _ in range(9):
        web.order()

    first = shop.read("orders", "", now=web.clock.now())
    with pytest.raises(ThrottledError):
        shop.read("orders", first.cursor, now=web.clock.now())
    web.clock.advance(timedelta(seconds=30))
    second = shop.read("orders", first.cursor, now=web.clock.now())

    ids = [fact.external_id for fact in (*first.facts, *second.facts)]
    assert (len(first.facts), first.more, second.more) == (5, True, False)
    assert len(set(ids)) == len(ids) == 9


def test_a_hint_brings_the_same_fact_as_the_poll(web, shop):
    web.sandbox.hooks.clear()
    shop.subscribe_webhooks(ADDRESS, "sesame")
    order = web.order()
    web.order()

    sent = web.deliver()

    config = settings(webhook_token="sesame", client_secret="sandbox-client-secret")
    for call in sent:
        headers = {name.lower(): value for name, value in call.headers.items()}
        assert SPEC.authenticate(Delivery(headers, {}, call.body, web.clock.now()), config)
    hints = [hint for call in sent for hint in shop.hints(call.body)]
    assert ("orders", str(order.id)) in [(hint.topic, hint.external_id) for hint in hints]
    ids = [hint.external_id for hint in hints if hint.topic == "orders"]
    assert list(shop.fetch("orders", ids)) == read_all(shop, "orders", web)[0]


def test_neighbouring_orders_are_fetched_in_one_request_and_absent_ones_left_out(web, shop):
    web.shop.configure({"per_window": None})
    orders = [web.order() for _ in range(10)]
    ids = [str(order.id) for order in orders]

    facts = shop.fetch("orders", [*ids, "999999", "not a number"])

    assert [fact.external_id for fact in facts] == ids
    asked = web.sandbox.requests.snapshot()["bigcommerce"]["by_endpoint"]
    assert (asked["GET /v2/orders"], asked["GET /v2/orders/{order_id}"]) == (1, 1)


# --- refunds, products, stock ---------------------------------------------------------------------


def test_a_refund_reads_with_its_rows_shipping_and_currency(web, shop):
    order = web.order(line("MG-WHI", 2, "21.60"), shipping=D("6.00"))
    now = web.clock.now()
    web.shop.payments.give_back(
        OnlineRefund("R", "W-1", now, now, ((0, 1),), True, reason="Arrived broken")
    )

    facts, cursor = read_all(shop, "refunds", web)
    (found,) = records(shop, facts)

    assert (found.total, found.tax, found.shipping) == (D("16.80"), D("2.80"), D("6.00"))
    assert [(row.line_id, row.quantity, row.amount) for row in found.lines] == [
        (str(order.lines[0].id), 1, D("10.80"))
    ]
    assert (found.order_external_id, found.currency) == (str(order.id), "GBP")
    assert [(t.name, t.amount) for t in found.tenders] == [("stripe", D("16.80"))]
    assert found.reason == "Arrived broken"
    assert read_all(shop, "refunds", web, cursor)[0] == []
    assert list(shop.fetch("refunds", [found.external_id])) == facts


def test_products_read_one_for_each_thing_that_can_be_bought(web, shop):
    facts, cursor = read_all(shop, "products", web)
    products = {product.sku: product for product in records(shop, facts)}

    mug, tin = products["MG-WHI"], products["SB"]
    assert mug.options == (("Style", "White"),)
    assert mug.external_id.startswith(f"{mug.parent_id}/")
    assert (tin.external_id, tin.price_gross) == (tin.parent_id, D("6.99"))
    assert mug.barcode
    assert read_all(shop, "products", web, cursor)[0] == []
    web.call("PUT", f"/v3/catalog/products/{tin.parent_id}", {"is_visible": False})
    (changed,) = records(shop, shop.fetch("products", [tin.parent_id]))
    assert changed.is_visible is False


def test_levels_read_by_place_and_a_place_without_the_item_has_none(web, shop):
    web.shop.state.levels.pop((LEEDS, web.shop.state.by_sku["MG-WHI"]))
    asked = [("MG-WHI", "x"), ("SB", "y"), ("NOBODY", "z")]

    found = {
        (lev.location_code, lev.sku): lev.sellable
        for lev in shop.levels([str(WEB), str(LEEDS)], asked)
    }

    assert found[str(WEB), "MG-WHI"] == 500
    assert found[str(LEEDS), "MG-WHI"] == 0
    assert found[str(LEEDS), "SB"] > 0
    assert len(found) == 4


# --- writing levels -------------------------------------------------------------------------------


def test_levels_go_in_one_request_a_place_and_simple_products_by_their_id(web, shop):
    outcomes = shop.send([level(to="7"), level("SB", "3"), level(to="2", location=LEEDS)])

    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert (web.level("MG-WHI"), web.level("SB"), web.level("MG-WHI", LEEDS)) == (7, 3, 2)
    web.sandbox.requests.reset()
    shop.send([level(to="8"), level("SB", "4")])
    assert web.sandbox.requests.snapshot()["bigcommerce"]["by_endpoint"] == {
        "PUT /v3/inventory/adjustments/absolute": 1
    }


def test_five_thousand_levels_take_three_requests(web, shop):
    intents = [level(f"N-{number:04d}", "1") for number in range(5000)]
    for intent in intents:
        web.shop.backoffice.add_family(
            intent.effect.sku, "N", D(1), rate=D(20), members=[(intent.effect.sku, "", ())]
        )

    shop.send(intents)

    assert web.sandbox.requests.requests("bigcommerce") == 3


def test_a_level_that_cannot_be_set_fails_alone(web, shop):
    outcomes = shop.send(
        [
            level(to="7"),
            level("NOBODY"),
            level("MG-BLU", "1.5"),
            level("MG-GRE", "6"),
            level("SB", "9"),
        ]
    )

    assert [type(outcome) for outcome in outcomes] == [Done, Failed, Failed, Done, Done]
    assert isinstance(outcomes[1].error, RejectedError)
    assert isinstance(outcomes[2].error, UnsupportedError)
    assert (web.level("MG-WHI"), web.level("MG-GRE"), web.level("SB")) == (7, 6, 9)


def test_half_a_batch_of_levels_is_put_right_by_sending_it_again(web, shop):
    web.sandbox.use_faults(FaultScript({1: "partial_batch"}, system="bigcommerce"))
    intents = [level(to="7"), level("MG-BLU", "6")]

    with pytest.raises(UnavailableError):
        shop.send(intents)
    again = shop.send(intents)

    assert [type(outcome) for outcome in again] == [Done, Done]
    assert (web.level("MG-WHI"), web.level("MG-BLU")) == (7, 6)


def test_a_throttle_without_headers_still_makes_us_wait(web, shop):
    web.sandbox.use_faults(FaultScript({1: "throttle", 2: "throttle"}, system="bigcommerce"))
    waits = []
    for _ in range(2):
        with pytest.raises(ThrottledError) as caught:
            shop.send([level()])
        waits.append(caught.value.retry_after)

    assert waits[0] >= timedelta(seconds=10)
    assert timedelta(seconds=3) <= waits[1] <= timedelta(seconds=30)


# --- shipments ------------------------------------------------------------------------------------


def test_a_shipment_brings_its_tracking_and_moves_the_order(web, shop):
    order = web.order(line("MG-WHI", 2, "17.90"))

    (outcome,) = shop.send([shipment(order, 2)])

    (made,) = order.shipments
    assert outcome.external_ref == str(made["id"])
    assert (made["tracking_number"], made["shipping_provider"]) == ("EJ958083578GB", "royalmail")
    assert made["comments"] == "goods-out:8001"
    assert order.status_id == 2
    (read,) = shop.read_back([Posted(shipment(order, 2), outcome.external_ref)])
    assert read.is_equal


def test_two_notes_make_two_shipments_and_the_second_completes_the_order(web, shop):
    order = web.order(line("MG-WHI", 2, "17.90"))
    second = Tracking(carrier="DPD", number="15501234567890")

    shop.send([shipment(order)])
    part = order.status_id
    shop.send([shipment(order, tracking=second)])

    assert (part, order.status_id) == (3, 2)
    assert order.shipments[1]["tracking_carrier"] == "dpd-uk"


def test_a_lost_reply_does_not_ship_twice(web, shop):
    order = web.order()
    # Its rows are read first; the second request is the shipment.
    web.sandbox.use_faults(FaultScript({2: "timeout_applied"}, system="bigcommerce"))

    (lost,) = shop.send([shipment(order)])
    (found,) = shop.look_up([shipment(order)])

    assert isinstance(lost.error, AmbiguousError)
    assert found == Found(str(order.shipments[0]["id"]), {"tracking": "EJ958083578GB"})
    assert len(web.sandbox.ledger.entries(kind="shipment")) == 1


def test_a_shipment_that_never_arrived_is_absent(web, shop):
    order = web.order()
    web.sandbox.use_faults(FaultScript({2: "timeout_not_applied"}, system="bigcommerce"))

    (lost,) = shop.send([shipment(order)])

    assert isinstance(lost.error, AmbiguousError)
    assert shop.look_up([shipment(order)]) == [Absent()]


def test_somebody_elses_parcel_with_other_items_is_for_a_person(web, shop):
    order = web.order(line("MG-WHI", 2, "17.90"))
    body = {
        "order_address_id": order.address_id,
        "tracking_number": TRACKING.number,
        "items": [{"order_product_id": order.lines[0].id, "quantity": 1}],
    }
    web.call("POST", f"/v2/orders/{order.id}/shipments", body)

    (found,) = shop.look_up([shipment(order, 2)])

    assert isinstance(found, Unclear)


def test_a_row_that_the_order_does_not_have_is_refused_before_anything_is_sent(web, shop):
    order, other = web.order(), web.order()
    intent = Intent("k", shipment(other).effect, {"order": str(order.id)})

    (outcome,) = shop.send([intent])

    assert isinstance(outcome.error, RejectedError)
    assert not web.sandbox.ledger.entries(kind="shipment")


def test_a_status_that_did_not_move_by_itself_is_set(web, shop):
    order = web.order()

    shop.send([shipment(order, status_id="10")])

    assert order.status_id == 10


def test_a_stage_is_set_and_may_be_set_again(web, shop):
    order = web.order(store="LDS01")
    effect = SetOrderStage(stage=Stage.READY, status_id="8", at=web.clock.now())
    intent = Intent("ready", effect, {"order": str(order.id)})

    outcomes = [*shop.send([intent]), *shop.send([intent])]

    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert order.status_id == 8


# --- refunds out ----------------------------------------------------------------------------------


def test_a_refund_repeats_the_quote_exactly(web, shop):
    order = web.order(line("MG-WHI", 2, "21.60"))

    (outcome,) = shop.send([refund(order, "10.80")])

    (made,) = order.refunds
    assert (outcome.external_ref, made["total_amount"]) == (str(made["id"]), D("10.80"))
    assert [part["provider_id"] for part in made["payments"]] == ["stripe"]
    assert made["items"][0]["reason"] == "Brought back to Leeds (ref. return:R-2)"
    (read,) = shop.read_back([Posted(refund(order, "10.80"), outcome.external_ref)])
    assert read.is_equal


def test_money_that_went_back_at_the_till_is_only_recorded(web, shop):
    order = web.order(line("MG-WHI", 2, "21.60"))

    shop.send([refund(order, "10.80", is_offline=True)])

    (payment,) = order.refunds[0]["payments"]
    assert (payment["provider_id"], payment["offline"]) == ("custom", True)


def test_shipping_is_given_back_with_the_goods(web, shop):
    order = web.order(line("MG-WHI", 1, "10.80"), shipping=D("6.00"))

    (outcome,) = shop.send([refund(order, "16.80", shipping=D("6.00"))])

    assert isinstance(outcome, Done)
    assert order.status_id == 4


def test_goodwill_is_refunded_for_the_order_as_a_whole(web, shop):
    order = web.order(line("MG-WHI", 1, "10.80"))

    shop.send([refund(order, "2.50", lines=())])

    assert [item["item_type"] for item in order.refunds[0]["items"]] == ["ORDER"]


def test_a_quote_that_differs_is_refused_and_nothing_is_refunded(web, shop):
    order = web.order(line("MG-WHI", 2, "21.60"))

    (outcome,) = shop.send([refund(order, "10.79")])

    assert isinstance(outcome.error, RejectedError)
    assert "10.80" in outcome.error.sentence
    assert not order.refunds


def test_a_lost_reply_does_not_refund_twice(web, shop):
    order = web.order(line("MG-WHI", 2, "21.60"))
    # The quote is the first request, the refund the second.
    web.sandbox.use_faults(FaultScript({2: "reset"}, system="bigcommerce"))

    (lost,) = shop.send([refund(order, "10.80")])
    (found,) = shop.look_up([refund(order, "10.80")])

    assert isinstance(lost.error, AmbiguousError)
    assert found == Found(str(order.refunds[0]["id"]), {"total": "10.80"})
    assert len(web.sandbox.ledger.entries(kind="refund")) == 1


def test_a_refund_that_never_arrived_is_absent_and_a_twin_by_hand_is_for_a_person(web, shop):
    order = web.order(line("MG-WHI", 2, "21.60"))
    assert shop.look_up([refund(order, "10.80")]) == [Absent()]
    now = web.clock.now()

    web.shop.payments.give_back(OnlineRefund("R", "W-1", now, now, ((0, 1),)))

    (found,) = shop.look_up([refund(order, "10.80")])
    assert isinstance(found, Unclear)


def test_a_declined_refund_fails_with_the_providers_words(web, shop):
    order = web.order(line("MG-WHI", 2, "21.60"))
    web.shop.configure({"declines": 1})

    (outcome,) = shop.send([refund(order, "10.80")])

    assert isinstance(outcome.error, RejectedError)
    assert "declined" in outcome.error.sentence
    (declined,) = records(shop, read_all(shop, "refunds", web)[0])
    assert (declined.is_declined, declined.tenders) == (True, ())


# --- visibility -----------------------------------------------------------------------------------


def test_products_are_hidden_ten_at_a_time_and_a_missing_one_fails_alone(web, shop):
    ids = list(web.shop.state.products)[:12]

    outcomes = shop.send([*(visibility(each) for each in ids), visibility(1)])

    assert [type(outcome) for outcome in outcomes] == [Done] * 12 + [Failed]
    assert all(not web.shop.state.products[each].is_visible for each in ids)
    (read,) = shop.read_back([Posted(visibility(ids[0], is_visible=True), str(ids[0]))])
    assert read.differences[0].found == "hidden"


def test_half_a_batch_of_products_fails_only_for_the_other_half(web, shop):
    ids = list(web.shop.state.products)[:4]
    web.sandbox.use_faults(FaultScript({1: "partial_batch"}, system="bigcommerce"))

    outcomes = shop.send([visibility(each) for each in ids])

    assert [type(outcome) for outcome in outcomes] == [Done, Done, Failed, Failed]


# --- the connection -------------------------------------------------------------------------------


def test_the_store_passes_its_check_and_lists_its_values(shop):
    probe = shop.check()

    assert probe.ok
    assert probe.facts["prices"] == "include tax"
    assert probe.facts["requests in 30 s"] == "150"
    for kind in ("payment-methods", "order-statuses", "customer-groups", "shipping-methods",
                 "locations", "warehouses", "channels", "price-lists", "tax-classes"):  # fmt: skip
        assert shop.choices(kind), kind
    assert shop.choices("nominal-codes") == ()
    assert ("stripe", "Stripe") in [(c.code, c.label) for c in shop.choices("payment-methods")]


def test_a_wrong_token_and_a_missing_permission_are_told_apart(web, desk, shop):
    stranger = connector(desk, access_token="guessed").check()
    web.shop.configure({"lacking": ["store_inventory", "store_v2_customers"]})
    lacking = shop.check()

    assert isinstance(stranger.error, UnauthorisedError)
    assert "access token" in stranger.sentence
    assert "Store inventory, Customers" in lacking.sentence


def test_the_quota_is_learnt_from_every_answer(desk, shop):
    shop.check()

    limit, left, reset = desk.limiter.learnt[-1]
    assert (limit, left) == (150, 150 - len(desk.limiter.learnt))
    assert timedelta(0) < reset <= timedelta(seconds=30)


def test_subscriptions_are_made_once_woken_up_and_given_the_new_token(web, shop):
    made = shop.subscribe_webhooks(ADDRESS, "sesame")
    again = shop.subscribe_webhooks(ADDRESS, "sesame")
    web.clock.advance(timedelta(days=91))
    woken = shop.subscribe_webhooks(ADDRESS, "sesame")
    renewed = shop.subscribe_webhooks(ADDRESS, "simsim")

    assert len(made) == len(woken) == len(renewed) == 6
    assert again == []
    hooks = web.get("/v3/hooks")["data"]
    assert {hook["headers"]["X-Plumbline-Token"] for hook in hooks} == {"simsim"}
    assert all(hook["is_active"] for hook in hooks)


def test_a_store_that_owns_stock_is_listened_to_for_it(web, desk):
    owner = connector(desk, follows_stock=True)
    owner.subscribe_webhooks(ADDRESS, "sesame")
    web.order(line("MG-WHI"), line("SB", 1, "6.99", rate=0))

    topics = {
        (hint.topic, hint.external_id)
        for call in web.deliver()
        for hint in owner.hints(call.body)
        if hint.topic == "stock-changes"
    }

    known = {p.sku: p.external_id for p in records(owner, read_all(owner, "products", web)[0])}
    assert topics == {("stock-changes", known["MG-WHI"]), ("stock-changes", known["SB"])}


def test_it_works_over_a_real_socket(web):
    server = SandboxServer(web.sandbox)
    server.start()
    try:
        desk = Bench(None, clock=web.clock.now)
        base = f"{server.url}/bigcommerce/stores/abc123"
        shop = connector(desk, base_url=base)
        order = web.order(line("MG-WHI", 2, "21.60"))
        web.sandbox.use_faults(FaultScript({5: "reset"}, system="bigcommerce"))

        assert the_order(shop, web).stated_gross == order.total
        (lost,) = shop.send([refund(order, "10.80")])
        (found,) = shop.look_up([refund(order, "10.80")])
        shop.close()
    finally:
        server.stop()

    assert isinstance(lost.error, AmbiguousError)
    assert isinstance(found, Found)
    assert len(order.refunds) == 1
