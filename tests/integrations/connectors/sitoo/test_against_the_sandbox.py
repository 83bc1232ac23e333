"""The connector and the simulated tills, written apart from the same reference, must agree."""

import base64
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.canonical.effects import PutProduct, SetLevel
from integrations.canonical.orders import OrderOrigin, SalesCredit
from integrations.connectors.errors import (
    AmbiguousError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.connectors.sitoo.config import SitooConfig
from integrations.connectors.sitoo.spec import SPEC
from integrations.connectors.spec import Delivery
from integrations.ports import Absent, Done, Failed, Found, Intent, Posted
from integrations.sandbox.core.faults import FaultScript
from integrations.sandbox.trade.items import StockAdjustment, Tender
from tests.integrations.connectors.kit import Bench
from tests.integrations.sandbox.sitoo.kit import FIFO, VIRTUAL, Shop, line
from tests.sandbox_transport import SandboxTransport

D = Decimal
JACKET = line("RJ-NAV-M", 1, "120.00")
SOCKS = line("SK-GRE-S", 2, "18.00")
SPLIT = (Tender("Cash", D("38.00")), Tender("Card", D("100.00"), "QX7B", "Visa"))
SOCKS_BACK = line("SK-GRE-S", -1, "-9.00", reason_code="103", original_line=1)
REFUND = (Tender("Card", D("-9.00"), "QX7B", "Visa", original_index=1),)


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def desk(shop):
    return Bench(SandboxTransport(shop.sandbox), clock=shop.clock.now)


@pytest.fixture
def sitoo(desk):
    return connector(desk)


def settings(**changes):
    config = {
        "base_url": "http://127.0.0.1:8899/sitoo/v2/accounts/99900",
        "api_id": "99900-1",
        "password": "sandbox-till-1",
        **changes,
    }
    return SitooConfig.model_validate(config)


def connector(desk, **changes):
    return SPEC.build(settings(**changes), desk.context)


def read_all(sitoo, stream, shop, cursor=""):
    facts = []
    while True:
        page = sitoo.read(stream, cursor, now=shop.clock.now())
        facts += page.facts
        cursor = page.cursor
        if not page.more:
            return facts, cursor


def records(sitoo, facts):
    return [record for fact in facts for record in sitoo.records(fact.topic, fact.payload)]


def level(sku="MG-WHI", to="5", warehouse=VIRTUAL, since=None):
    effect = SetLevel(location_code=str(warehouse), sku=sku, level=D(to))
    return Intent(key=f"level-{warehouse}-{sku}-{to}", effect=effect, since=since)


# --- reading --------------------------------------------------------------------------------------


def test_the_worked_example_reads_as_it_was_rung_up(shop, sitoo):
    shop.sell(JACKET, SOCKS, tenders=SPLIT)
    shop.sell(SOCKS_BACK, tenders=REFUND, original="R-1")

    sale, credit = records(sitoo, read_all(sitoo, "orders", shop)[0])

    assert (sale.stated_net, sale.stated_tax, sale.stated_gross) == (D(115), D(23), D(138))
    assert [(t.name, t.amount) for t in sale.tenders] == [("Cash", D(38)), ("Card", D(100))]
    assert (sale.store_code, sale.location_code) == ("LDS01", str(VIRTUAL))
    assert isinstance(credit, SalesCredit)
    assert (credit.original_external_id, credit.stated_gross) == (sale.external_id, D(9))
    assert (credit.lines[0].condition_code, credit.lines[0].original_line_id) == ("103", "1")


def test_a_mixed_receipt_reads_as_a_sale_and_a_credit(shop, sitoo):
    shop.sell(JACKET, SOCKS, tenders=SPLIT)
    back = line("SK-GRE-S", -1, "-9.00", reason_code="103")
    shop.sell(line(), back, tenders=(Tender("Card", D("-0.05")),))

    _, sale, credit = records(sitoo, read_all(sitoo, "orders", shop)[0])

    assert (sale.stated_gross, credit.stated_gross) == (D("8.95"), D("9.00"))
    assert sum(t.amount for t in sale.tenders) == D("8.95")
    assert sum(t.amount for t in credit.tenders) == D("9.00")


def test_paging_ends_and_brings_every_receipt_once(shop, desk):
    for _ in range(7):
        shop.sell(line())

    facts, cursor = read_all(connector(desk, page_size=3), "orders", shop)
    later, _ = read_all(connector(desk, page_size=3), "orders", shop, cursor)

    assert len({fact.external_id for fact in facts}) == len(facts) == 7
    assert later == []


def test_a_receipt_that_an_offline_till_uploads_late_is_not_missed(shop, sitoo):
    shop.sell(line())
    _, cursor = read_all(sitoo, "orders", shop)
    shop.sell(line(), occurred_at=shop.clock.now() - timedelta(hours=5))

    (late,), _ = read_all(sitoo, "orders", shop, cursor)

    assert late.occurred_at == shop.clock.now() - timedelta(hours=5)


def test_a_hint_brings_the_same_fact_as_the_poll(shop, sitoo):
    shop.sandbox.sitoo.events.subscribe("http://127.0.0.1/hooks", "plumbline", "sesame")
    order = shop.sell(JACKET)
    calls = []

    def deliver(call):
        calls.append(call)
        return 200

    shop.sandbox.hooks.pump(deliver, shop.clock.now())

    hints = [hint for call in calls for hint in sitoo.hints(call.body)]
    arrived = Delivery(calls[0].headers, {}, calls[0].body, shop.clock.now())
    assert SPEC.authenticate(arrived, settings(webhook_password="sesame"))
    assert ("orders", str(order["orderid"])) in [(h.topic, h.external_id) for h in hints]
    assert {hint.topic for hint in hints} == {"orders", "warehouse-transactions"}
    fetched = sitoo.fetch("orders", [str(order["orderid"])])
    assert list(fetched) == read_all(sitoo, "orders", shop)[0]


def test_a_click_and_collect_order_is_seen_open_and_then_closed(shop, sitoo):
    posted = shop.post(
        "/sites/1/orders.json",
        {
            "ordertypeid": 10,
            "paymentstateid": 20,
            "externalid": "BC-1",
            "warehouseid": VIRTUAL,
            "additionaldata": {"weborder": "true"},
            "orderitems": [
                {"productname": "Mug", "sku": "MG-WHI", "quantity": 1, "moneyrowprice": "8.95",
                 "vatvalue": 20}
            ],
            "payments": [{"name": "Card", "moneyamount": "8.95"}],
        },
    )  # fmt: skip
    facts, cursor = read_all(sitoo, "orders", shop)
    shop.put(f"/sites/1/orders/{posted}.json", {"orderstateid": 10})
    shop.clock.advance(timedelta(minutes=1))
    again, _ = read_all(sitoo, "orders", shop, cursor)

    before, after = records(sitoo, facts)[0], records(sitoo, again)[0]
    assert before.origin is OrderOrigin.CLICK_AND_COLLECT
    assert (before.is_open, after.is_open) == (True, False)


def test_a_z_report_agrees_with_the_receipts_behind_it(shop, sitoo):
    shop.sell(JACKET, SOCKS, tenders=SPLIT)
    shop.sell(SOCKS_BACK, tenders=REFUND, original="R-1")
    shop.close(difference="-0.50")

    facts, _ = read_all(sitoo, "z-reports", shop)
    (report,) = records(sitoo, facts)

    assert (report.store_code, report.total) == ("LDS01", D("129.00"))
    assert [(t.name, t.sales, t.refunds) for t in report.tenders] == [
        ("Cash", D(38), D(0)),
        ("Card", D(100), D(9)),
    ]
    assert report.cash.difference == D("-0.50")
    assert list(sitoo.fetch("z-reports", [report.external_id])) == facts


def test_stock_movements_carry_what_was_sold_and_what_was_adjusted(shop, sitoo):
    shop.sell(SOCKS)
    shop.tills.adjust(
        StockAdjustment("A-1", "LDS01", shop.clock.now(), shop.clock.now(), "MG-WHI", -1, "Broken")
    )

    moved = records(sitoo, read_all(sitoo, "warehouse-transactions", shop)[0])

    assert [(move.kind, move.lines) for move in moved] == [
        ("sale", (("SK-GRE-S", D(-2)),)),
        ("manual-out", (("MG-WHI", D(-1)),)),
    ]


def test_products_and_levels_can_be_read_to_the_end(shop, desk):
    sitoo = connector(desk, page_size=50)

    products = records(sitoo, read_all(sitoo, "products", shop)[0])
    levels = records(sitoo, read_all(sitoo, "stock-changes", shop)[0])

    assert len({product.sku for product in products}) == len(products) > 50
    assert {lev.location_code for lev in levels} >= {str(VIRTUAL), str(FIFO)}


def test_the_account_passes_its_check_and_lists_its_values(sitoo):
    assert sitoo.check().ok
    for kind in ("payment-types", "stores", "warehouses", "reason-codes", "tax-rates"):
        assert sitoo.choices(kind), kind


def test_a_wrong_password_is_a_sentence(desk):
    probe = connector(desk, password="wrong").check()

    assert not probe.ok
    with pytest.raises(UnauthorisedError):
        connector(desk, password="wrong").choices("stores")


# --- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("warehouse", [VIRTUAL, FIFO], ids=["virtual", "fifo"])
def test_a_level_is_what_it_was_meant_to_be(shop, sitoo, warehouse):
    (outcome,) = sitoo.send([level(to="7", warehouse=warehouse)])

    assert isinstance(outcome, Done)
    assert shop.level(warehouse, "MG-WHI")["decimaltotal"] == "7.000"
    (read,) = sitoo.levels([str(warehouse)], [("MG-WHI", "")])
    assert read.on_hand == D(7)


def test_an_unknown_sku_fails_alone(shop, sitoo):
    good, bad = sitoo.send([level(to="7"), level("NOPE-1", "7")])

    assert isinstance(good, Done)
    assert isinstance(bad, Failed)


@pytest.mark.parametrize(
    ("fault", "applied"), [("timeout_applied", True), ("timeout_not_applied", False)]
)
def test_a_lost_reply_to_a_movement_is_settled_by_look_up(shop, sitoo, fault, applied):
    wanted = level(to="7", warehouse=FIFO, since=shop.clock.now())
    sitoo.levels([str(FIFO)], [("MG-WHI", "")])
    script = FaultScript({4: fault}, system="sitoo")  # levels, warehouses, levels, POST
    shop.sandbox.use_faults(script)

    (outcome,) = sitoo.send([wanted])
    (answer,) = sitoo.look_up([wanted])

    assert isinstance(outcome.error, AmbiguousError)
    assert isinstance(answer, Found) if applied else answer == Absent()
    assert (shop.level(FIFO, "MG-WHI")["decimaltotal"] == "7.000") is applied


def test_the_same_level_sent_again_moves_nothing(shop, sitoo):
    sitoo.send([level(to="7", warehouse=FIFO)])
    before = len(shop.sandbox.ledger.entries())

    (outcome,) = sitoo.send([level(to="7", warehouse=FIFO)])

    assert outcome.detail == {"delta": "0"}
    assert len(shop.sandbox.ledger.entries()) == before


def test_a_product_is_created_changed_and_reads_back_equal(shop, sitoo):
    def wanted(price):
        effect = PutProduct(
            sku="NEW-1", name="New thing", price_gross=D(price), tax_rate=D(20), barcode="5099"
        )
        return Intent(key=f"product-NEW-1-{price}", effect=effect)

    (created,) = sitoo.send([wanted("10.00")])
    (changed,) = sitoo.send([wanted("12.50")])

    assert (created.detail["is_new"], changed.detail["is_new"]) == (True, False)
    assert created.external_ref == changed.external_ref
    (same,) = sitoo.read_back([Posted(wanted("12.50"), changed.external_ref)])
    (other,) = sitoo.read_back([Posted(wanted("10.00"), changed.external_ref)])
    assert same.is_equal
    assert [d.field for d in other.differences] == ["price_gross"]


# --- bad days -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["http_500", "http_503", "html", "timeout_applied"])
def test_a_broken_read_is_read_again_later(shop, sitoo, fault):
    shop.sell(line())
    shop.sandbox.use_faults(FaultScript({1: fault}, system="sitoo"))

    with pytest.raises(UnavailableError):
        sitoo.read("orders", "", now=shop.clock.now())

    assert len(sitoo.read("orders", "", now=shop.clock.now()).facts) == 1


@pytest.mark.parametrize("fault", ["reset", "truncated"])
def test_a_dropped_read_is_repeated_at_once(shop, sitoo, fault):
    shop.sell(line())
    shop.sandbox.use_faults(FaultScript({1: fault}, system="sitoo"))

    assert len(sitoo.read("orders", "", now=shop.clock.now()).facts) == 1


def test_a_used_up_window_says_how_long_to_wait(shop, sitoo, desk):
    shop.sandbox.sitoo.configure({"per_minute": 1})
    sitoo.choices("stores")

    with pytest.raises(ThrottledError) as caught:
        sitoo.choices("stores")

    assert timedelta(0) < caught.value.retry_after <= timedelta(minutes=1)
    assert desk.limiter.learnt[-1][:2] == (1, 0)


def test_half_a_batch_fails_row_by_row(shop, sitoo):
    sitoo.send([level(to="1")])  # learns the warehouses
    shop.sandbox.use_faults(FaultScript({3: "partial_batch"}, system="sitoo"))

    good, bad = sitoo.send([level(to="7"), level("RJ-NAV-M", "7")])

    assert isinstance(good, Done)
    assert isinstance(bad.error, UnavailableError)


def test_our_credentials_are_the_only_thing_in_the_authorization(desk, sitoo):
    sitoo.check()

    assert base64.b64encode(b"99900-1:sandbox-till-1").decode() not in repr(desk.recorder.calls)
