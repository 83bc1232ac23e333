"""Trade is seeded in both systems, rung up in one, and heard of by the other through nobody."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.http import Request, write_json
from integrations.sandbox.trade.control import desk_of
from integrations.sandbox.trade.generator import generate
from integrations.sandbox.trade.items import Allocation

NOW = datetime(2026, 3, 29, 10, 30, tzinfo=UTC)
RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
KETTLES = "700001,22001,KETTLE,2,2011-03-01 09:11:00,9.95,,UK\n"


@pytest.fixture
def sandbox():
    return Sandbox(ManualClock(NOW))


@pytest.fixture
def control(sandbox):
    """`control("POST", "trade/csv", {…})` → status and answer."""

    def call(method, path, body=None):
        content = b"" if body is None else write_json(body)
        answer = sandbox.handle(Request(method, f"/_sandbox/{path}", [], {}, content))
        return answer.status, answer.json()

    return call


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "day.csv"
    path.write_text(RETAIL + KETTLES)
    return path


def total(orders):
    return sum((Decimal(order["moneytotal_gross_all"]) for order in orders), Decimal(0))


def test_both_systems_start_with_the_same_stock(sandbox, control):
    control("POST", "estate", {})

    levels = [level for level in control("GET", "levels")[1]["levels"] if "erp_in_stock" in level]
    assert len(levels) > 500
    assert all(Decimal(one["till"]) == Decimal(one["erp_in_stock"]) > 0 for one in levels)


def test_the_erp_does_not_know_the_local_mug(sandbox, control):
    control("POST", "estate", {})

    assert "LOCAL-MUG" in sandbox.sitoo.state.product_ids
    assert "LOCAL-MUG" not in sandbox.brightpearl.world.product_by_sku


def test_seeding_again_changes_nothing(control):
    first = control("POST", "estate", {})
    levels = control("GET", "levels")

    assert control("POST", "estate", {}) == first
    assert control("GET", "levels") == levels


def test_the_net_price_of_the_erp_gives_the_shelf_price_back(sandbox, control):
    control("POST", "estate", {})

    for product in desk_of(sandbox).estate.products:
        if product.known_to_erp:
            net = next(iter(sandbox.brightpearl.world.product_by_sku[product.sku].prices.values()))
            gross = net * (100 + product.vat_rate) / 100
            assert gross.quantize(Decimal("0.01")) == product.price_gross


def test_a_day_is_rung_up_in_the_tills_only(sandbox, control):
    _, rung = control("POST", "trade/generate", {"events": 60, "seed": 2, "day": "2026-03-28"})

    assert rung["rung"]["sales"] + rung["rung"]["returns"] == 60
    assert len(sandbox.sitoo.state.orders) == 60
    assert not sandbox.ledger.entries(system="brightpearl")


def test_order_ids_follow_arrival(sandbox, control):
    control("POST", "trade/generate", {"events": 60, "seed": 2, "day": "2026-03-28"})

    items = generate(events=60, seed=2, day=date(2026, 3, 28))
    refs = [item.ref for item in items if item.__class__.__name__ == "Receipt"]
    assert [sandbox.sitoo.tills.sold[ref] for ref in refs] == list(sandbox.sitoo.state.order_ids)


def test_the_z_reports_of_a_day_add_up_to_its_receipts(sandbox, control):
    control("POST", "trade/generate", {"events": 200, "seed": 2, "day": "2026-03-28"})

    reports = sandbox.sitoo.state.z_reports
    summed = sum((Decimal(report["moneysummarytotal"]) for report in reports), Decimal(0))
    assert len(reports) == 12
    assert summed == total(sandbox.sitoo.state.orders.values())


def test_the_tenders_of_a_z_report_add_up_to_its_total(sandbox, control):
    control("POST", "trade/generate", {"events": 200, "seed": 2, "day": "2026-03-28"})

    for report in sandbox.sitoo.state.z_reports:
        taken = sum(Decimal(one["moneytotal"]) for one in report["paymentssales"])
        given = sum(Decimal(one["moneytotal"]) for one in report["paymentsrefund"])
        assert taken - given == Decimal(report["moneysummarytotal"])


def test_units_are_conserved_at_the_tills(sandbox, control):
    control("POST", "estate", {})
    before = {(one["store"], one["sku"]): one for one in control("GET", "levels")[1]["levels"]}
    control("POST", "trade/generate", {"events": 200, "seed": 2, "day": "2026-03-28"})
    sold = Counter()
    for order in sandbox.sitoo.state.orders.values():
        for row in order["orderitems"]:
            place = order["additionaldata"]["store-externalid"], row["sku"]
            sold[place] += Decimal(row["decimalquantitytotal"])

    for after in control("GET", "levels")[1]["levels"]:
        place = after["store"], after["sku"]
        assert Decimal(before[place]["till"]) - Decimal(after["till"]) == sold[place]


def test_a_promised_unit_is_no_longer_sellable_at_the_erp(sandbox, control):
    control("POST", "estate", {})
    desk = desk_of(sandbox)
    desk.load([Allocation("CC-1", "LDS01", NOW, NOW, "MG-WHI", 1)])
    desk.ring()

    seen = sandbox.brightpearl.stock_level("MG-WHI", desk.seeding.ids.erp_warehouses["LDS01"])
    assert seen["allocated"] == 1
    assert seen["on_hand"] == seen["in_stock"] - 1


def test_trade_can_be_loaded_and_rung_up_bit_by_bit(control):
    wanted = {"events": 30, "seed": 2, "day": "2026-03-28", "ring": False}
    _, loaded = control("POST", "trade/generate", wanted)

    _, rung = control("POST", "trade/next", {"count": 5})

    assert (loaded["items"], rung["items"]) == (0, 5)
    assert rung["waiting"] == loaded["waiting"] - 5


def test_a_file_is_stocked_once_though_it_is_prepared_first(control, file):
    control("POST", "estate", {"path": str(file), "stores": 1})

    control("POST", "trade/csv", {"path": str(file), "stores": 1})

    level = control("GET", "levels")[1]["levels"][0]
    assert (level["till"], level["erp_in_stock"]) == ("10", "12")


def test_a_further_file_brings_its_own_stock(control, file):
    control("POST", "trade/csv", {"path": str(file), "stores": 1})

    control("POST", "trade/csv", {"path": str(file), "stores": 1})

    assert control("GET", "levels")[1]["levels"][0]["till"] == "20"


def test_a_refused_file_rings_nothing_up(sandbox, control, file, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(RETAIL + KETTLES + KETTLES.replace("9.95", "dear"))

    status, answer = control("POST", "trade/csv", {"paths": [str(file), str(bad)]})

    assert (status, answer["line"], answer["column"]) == (400, 3, "UnitPrice")
    assert sandbox.sitoo.state.orders == {}


@pytest.mark.parametrize(
    "body",
    [{}, {"days": "May"}, {"timezone": "Mars/Olympus"}, {"stores": -1}, [1]],
    ids=["no file", "days", "zone", "stores", "list"],
)
def test_a_request_that_makes_no_sense_is_explained(control, file, body):
    wanted = {"path": str(file), **body} if body and isinstance(body, dict) else body

    status, answer = control("POST", "trade/csv", wanted)

    assert status == 400
    assert answer["error"]


def test_the_estate_names_what_both_systems_call_it(control):
    _, answer = control("POST", "estate", {})

    assert set(answer["sitoo"]["warehouses"]) == set(answer["brightpearl"]["warehouses"])
    assert len(answer["sitoo"]["registers"]) == 12
    unmapped = [one["name"] for one in answer["estate"]["tenders"] if not one["nominal"]]
    assert unmapped == ["Klarna"]


def test_the_state_counts_both_sides(control):
    control("POST", "trade/generate", {"events": 5, "seed": 1, "day": "2026-03-28"})

    _, state = control("GET", "state")

    assert state["sitoo"]["orders"] == 5
    assert state["brightpearl"]["goods_out"] == 0


def test_events_can_be_subscribed_to(sandbox, control):
    control("POST", "sitoo/events", {"base_url": "http://127.0.0.1:1/pos"})
    control("POST", "trade/generate", {"events": 3, "seed": 1, "day": "2026-03-28"})

    assert sandbox.hooks.pending() > 3
    assert control("DELETE", "sitoo/events")[1] == {"subscribers": []}


def test_an_unknown_control_is_not_found(control):
    assert control("GET", "nonsense")[0] == 404
