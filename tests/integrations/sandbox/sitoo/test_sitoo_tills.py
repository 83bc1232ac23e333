"""What a till rings up, what it adds up to, and what everybody hears of it."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.sandbox.trade.items import StockAdjustment, Tender
from tests.integrations.sandbox.sitoo.kit import START, VIRTUAL, Shop, line

JACKET = line("RJ-NAV-M", 1, "120.00")
SOCKS = line("SK-GRE-S", 2, "18.00")
SPLIT = (Tender("Cash", Decimal("38.00")), Tender("Card", Decimal("100.00"), "QX7B", "Visa"))
SOCKS_BACK = line("SK-GRE-S", -1, "-9.00", reason_code="103", original_line=1)
REFUND = (Tender("Card", Decimal("-9.00"), "QX7B", "Visa", original_index=1),)


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def worked_example(shop):
    """A jacket and socks paid with two tenders, then one pair of socks back to the card."""
    sale = shop.sell(JACKET, SOCKS, tenders=SPLIT)
    shop.clock.advance(timedelta(minutes=5))
    back = shop.sell(SOCKS_BACK, tenders=REFUND, original="R-1")
    return sale, back


def test_a_sale_states_net_and_vat_by_row_and_in_all(worked_example):
    sale, _ = worked_example

    rows = [(row["moneyitemtotal_net"], row["moneyitemtotal_vat"]) for row in sale["orderitems"]]
    assert rows == [("100.00", "20.00"), ("15.00", "3.00")]
    assert (sale["moneytotal_net"], sale["moneytotal_vat"]) == ("115.00", "23.00")
    assert sale["moneytotal_gross_all"] == "138.00"


def test_a_split_sale_has_a_payment_for_each_tender(worked_example):
    sale, _ = worked_example

    paid = [(one["name"], one["moneyamount"]) for one in sale["payments"]]
    assert paid == [("Cash", "38.00"), ("Card", "100.00")]


def test_a_return_is_an_order_of_its_own_below_zero(worked_example):
    sale, back = worked_example

    row = back["orderitems"][0]
    assert back["creditorderid"] == sale["orderid"]
    assert (row["quantity"], row["moneynetpriceperunit"]) == (-1, "7.50")
    assert (row["moneyitemtotal_net"], back["moneytotal_gross_all"]) == ("-7.50", "-9.00")


def test_a_return_says_why_and_what_it_gives_back(worked_example):
    sale, back = worked_example

    notes, row = back["additionaldata"], back["orderitems"][0]["additionaldata"]
    assert notes["pos-originalsales-orderid"] == str(sale["orderid"])
    assert notes["refundreasoncode-comment"] == "Wrong size"
    assert (row["reasoncode-return"], row["pos-originalsales-orderitemid"]) == ("103", "1")
    assert back["payments"][0]["additionaldata"]["pos-originalsales-payment-index"] == "1"


def test_a_sale_lowers_stock_and_a_return_raises_it(shop):
    before = int(shop.level(VIRTUAL, "SK-GRE-S")["decimaltotal"][:-4])
    shop.sell(SOCKS)

    shop.sell(SOCKS_BACK, tenders=REFUND, original="R-1")

    moves = shop.get("/sites/1/warehousetransactions.json", sort="warehousetransactionid")["items"]
    assert [move["transactiontype"] for move in moves] == [30, 40]
    assert shop.level(VIRTUAL, "SK-GRE-S")["decimaltotal"] == f"{before - 1}.000"


def test_services_move_no_stock(shop):
    shop.sell(line("BAG-S", 1, "0.10"))

    assert shop.get("/sites/1/warehousetransactions.json")["totalcount"] == 0


def test_the_z_report_adds_up_to_the_receipts(shop, worked_example):
    report = shop.close(difference="-0.50")

    assert (report["moneysalestotal"], report["moneysalestotalnet"]) == ("138.00", "115.00")
    assert (report["moneyrefundtotal"], report["numrefunditems"]) == ("9.00", 1)
    assert report["moneysummarytotal"] == "129.00"
    assert (report["numsales"], report["numrefund"], report["numreceipts"]) == (1, 1, 2)


def test_the_z_report_names_tenders_and_rates(shop, worked_example):
    report = shop.close()

    paid = {one["name"]: one["moneytotal"] for one in report["paymentssales"]}
    back = {one["name"]: one["moneytotal"] for one in report["paymentsrefund"]}
    assert paid == {"Cash": "38.00", "Card": "100.00"}
    assert back == {"Card": "9.00"}
    assert report["vatgroupssales"][0] == {
        "vatvalue": 20,
        "moneytotal": "138.00",
        "moneytotalnet": "115.00",
        "moneytotalvat": "23.00",
    }


def test_the_z_report_counts_the_cash(shop, worked_example):
    report = shop.close(difference="-0.50")

    cash = {name: report[f"moneycash_{name}"] for name in ("in", "expected", "counted", "diff")}
    assert cash == {"in": "200.00", "expected": "238.00", "counted": "237.50", "diff": "-0.50"}
    assert (report["moneycash_bankfinal"], report["moneycash_out"]) == ("-37.50", "200.00")


def test_a_period_holds_exactly_the_receipts_between_its_bounds(shop, worked_example):
    report = shop.close()

    dates = [order["orderdate"] for order in worked_example]
    assert all(report["dateopened"] < date <= report["datecreated"] for date in dates)


def test_the_next_period_starts_afresh(shop, worked_example):
    first = shop.close()
    shop.clock.advance(timedelta(hours=1))
    shop.sell(SOCKS)

    second = shop.close()

    assert (second["zreportid"], second["moneysummarytotal"]) == (2, "18.00")
    assert second["dateopened"] == first["datecreated"]
    assert second["moneygrandtotalsales"] == "156.00"


def test_reports_are_found_by_register_and_by_arrival(shop, worked_example):
    report = shop.close()
    register = report["registerid"]

    by_register = shop.get(f"/sites/1/cashregisters/{register}/zreports.json")
    by_arrival = shop.get("/pos-z-reports.json", dateaddedfrom=report["dateadded"])

    assert by_register["items"] == by_arrival == [report]


def test_an_offline_till_is_dated_when_it_sold_and_numbered_when_it_uploads(shop):
    sold_at = START - timedelta(hours=5)
    first = shop.sell(JACKET)

    late = shop.sell(SOCKS, till="BRS01-3", occurred_at=sold_at)

    assert late["orderid"] > first["orderid"]
    assert late["orderdate"] == int(sold_at.timestamp())


def test_a_discount_is_shown_net_per_unit_with_its_voucher(shop):
    cheap = line("SK-GRE-S", 2, "18.00", full_gross=Decimal("24.00"), voucher="SOCKS25")

    row = shop.sell(cheap)["orderitems"][0]

    assert (row["moneyoriginalprice"], row["moneydiscountedprice"]) == ("10.00", "7.50")
    assert (row["moneydiscount"], row["vouchercode"]) == ("2.50", "SOCKS25")


def test_a_price_that_is_no_whole_penny_keeps_the_row_exact(shop):
    row = shop.sell(line("MG-WHI", 15383, "30.29"))["orderitems"][0]

    assert (row["quantity"], row["decimalunitquantity"]) == (1, "15383.000")
    assert row["decimalquantitytotal"] == "15383.000"
    assert Decimal(row["moneyitemtotal_net"]) + Decimal(row["moneyitemtotal_vat"]) == Decimal(
        "30.29"
    )


def test_cash_rounding_is_between_the_rows_and_the_payments(shop):
    tenders = (Tender("Cash", Decimal("9.00")),)

    order = shop.sell(line(gross="8.98"), tenders=tenders, rounding=Decimal("0.02"))

    assert (order["moneytotal_gross_roundoff"], order["moneytotal_gross_all"]) == ("0.02", "9.00")
    assert shop.close()["moneysummaryroundoff"] == "0.02"


@pytest.mark.parametrize(("quantity", "gross"), [(0, "0.00"), (1, "-11062.06")])
def test_odd_rows_are_rung_as_they_are(shop, quantity, gross):
    tenders = (Tender("Card", Decimal(gross)),) if Decimal(gross) else ()

    order = shop.sell(line("BAG-S", quantity, gross), tenders=tenders)

    assert order["orderitems"][0]["quantity"] == quantity
    assert order["moneytotal_gross_all"] == gross


def test_a_correction_by_hand_is_a_manual_movement(shop):
    before = int(shop.level(VIRTUAL, "MG-WHI")["decimaltotal"][:-4])

    shop.tills.adjust(StockAdjustment("W-1", "LDS01", START, START, "MG-WHI", -4, "Broken"))

    moved = shop.get("/sites/1/warehousetransactions.json", transactiontype=70)["items"][0]
    assert (moved["description"], moved["items"][0]["decimalquantity"]) == ("Broken", "-4.000")
    assert shop.level(VIRTUAL, "MG-WHI")["decimaltotal"] == f"{before - 4}.000"


# Events


class Receiver:
    """Answers events with a status of the test's choosing."""

    def __init__(self, shop, status=200):
        self.status, self.calls = status, []
        shop.sandbox.sitoo.events.subscribe("http://127.0.0.1/pos/", "till", "secret")
        self._shop = shop

    def pump(self):
        self._shop.sandbox.hooks.pump(self._answer, self._shop.clock.now())
        return [event for call in self.calls for event in json.loads(call.body)]

    def _answer(self, call):
        self.calls.append(call)
        return self.status


def test_a_sale_is_told_in_order(shop):
    receiver = Receiver(shop)
    order = shop.sell(SOCKS)

    events = receiver.pump()

    kinds = [event["event_type"] for event in events]
    assert kinds == ["order", "order-delivery", "warehouse-transaction"]
    assert events[0]["data"]["order_id"] == order["orderid"]
    assert events[0]["data"]["order_state_changed"] == "closed"


def test_events_go_to_the_receiver_in_batches_with_credentials(shop):
    receiver = Receiver(shop)
    for _ in range(4):
        shop.sell(SOCKS)

    receiver.pump()

    assert [len(json.loads(call.body)) for call in receiver.calls] == [10, 2]
    assert receiver.calls[0].url == "http://127.0.0.1/pos/events"
    assert receiver.calls[0].headers["authorization"].startswith("Basic ")


def test_a_busy_receiver_is_asked_again_and_blocks_what_follows(shop):
    receiver = Receiver(shop, status=503)
    for _ in range(4):
        shop.sell(SOCKS)
    receiver.pump()
    assert len(receiver.calls) == 1

    receiver.status = 200
    shop.clock.advance(timedelta(minutes=1))
    events = receiver.pump()

    assert len(events) == 22  # the first ten twice
    assert len({event["event_id"] for event in events}) == 12


def test_events_are_dropped_when_the_receiver_fails_otherwise(shop):
    receiver = Receiver(shop, status=500)
    shop.sell(SOCKS)
    receiver.pump()

    shop.clock.advance(timedelta(hours=1))

    assert shop.sandbox.hooks.pending() == 0


def test_a_close_is_told(shop):
    receiver = Receiver(shop)
    report = shop.close()

    told = receiver.pump()[0]

    assert (told["event_type"], told["data"]["z_report_id"]) == ("z-report", report["zreportid"])
