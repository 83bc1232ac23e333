"""Made-up trading days are believable and always the same."""

from collections import Counter
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from integrations.sandbox.trade.estate import example_estate
from integrations.sandbox.trade.generator import generate
from integrations.sandbox.trade.items import Allocation, Receipt, TillClose

DAY = date(2026, 3, 28)
ESTATE = example_estate()


@pytest.fixture(scope="module")
def trade():
    return generate(events=2000, seed=7, day=DAY)


@pytest.fixture(scope="module")
def receipts(trade):
    return [item for item in trade if isinstance(item, Receipt)]


def per_cent(some, all_of_them):
    return 100 * len(some) // len(all_of_them)


def test_the_same_seed_gives_the_same_trade(trade):
    assert repr(generate(events=2000, seed=7, day=DAY)) == repr(trade)


def test_another_seed_gives_another_day(trade):
    assert generate(events=2000, seed=8, day=DAY) != trade


def test_an_event_is_a_receipt(receipts):
    assert len(receipts) == 2000
    assert len({receipt.ref for receipt in receipts}) == 2000


def test_trade_comes_in_the_order_in_which_it_arrives(trade):
    arrivals = [item.arrives_at for item in trade]

    assert arrivals == sorted(arrivals)


def test_every_store_trades(receipts):
    assert {receipt.store for receipt in receipts} == {store.code for store in ESTATE.stores}
    assert len({store.timezone for store in ESTATE.stores}) == 3


def test_about_one_in_twelve_is_a_return_and_one_sale_in_ten_is_split(receipts):
    back = [receipt for receipt in receipts if receipt.is_return]
    sales = [receipt for receipt in receipts if not receipt.is_return]
    split = [receipt for receipt in sales if len(receipt.tenders) > 1]

    assert 6 <= per_cent(back, receipts) <= 10
    assert 8 <= per_cent(split, sales) <= 12


def test_most_returns_have_a_receipt_and_a_few_have_none(receipts):
    back = [receipt for receipt in receipts if receipt.is_return]
    blind = [receipt for receipt in back if not receipt.original]

    assert 5 <= per_cent(blind, back) <= 20


def test_tenders_add_up_to_the_rows_and_the_rounding(receipts):
    for receipt in receipts:
        paid = sum((tender.amount for tender in receipt.tenders), Decimal(0))
        assert paid == receipt.gross + receipt.rounding, receipt.ref


def test_cash_is_rounded_only_where_small_coins_are_gone(receipts):
    rounded = {receipt.store for receipt in receipts if receipt.rounding}

    assert rounded == {"PAR01"}


def test_nothing_comes_back_before_or_beyond_what_was_sold(receipts):
    arrived, left = {}, Counter()
    for receipt in receipts:
        arrived[receipt.ref] = receipt
        for index, line in enumerate(receipt.lines):
            if receipt.original:
                left[receipt.original, line.original_line] += line.quantity
                assert left[receipt.original, line.original_line] >= 0
            else:
                left[receipt.ref, index] += line.quantity
    assert all(one.original in arrived for one in receipts if one.original)


def test_one_return_of_a_day_has_no_condition(receipts):
    silent = [
        receipt
        for receipt in receipts
        if receipt.is_return and not any(line.reason_code for line in receipt.lines)
    ]

    assert len(silent) == 1


def test_the_planted_troubles_are_there_and_rare(receipts):
    klarna = [r for r in receipts if any(tender.name == "Klarna" for tender in r.tenders)]
    strange = [r for r in receipts if any(line.sku == "LOCAL-MUG" for line in r.lines)]

    assert (len(klarna), len(strange)) == (50, 16)


def test_a_small_day_has_no_planted_troubles():
    receipts = [item for item in generate(events=10, seed=1, day=DAY) if isinstance(item, Receipt)]

    names = {tender.name for receipt in receipts for tender in receipt.tenders}
    assert "Klarna" not in names


def test_three_vat_rates_vouchers_gift_cards_and_bags_occur(receipts):
    lines = [line for receipt in receipts for line in receipt.lines]

    assert {line.vat_rate for line in lines} == {Decimal(0), Decimal(5), Decimal(20)}
    assert {"WELCOME10", "HARBOUR15", "ENDOFLINE30", "manual"} <= {line.voucher for line in lines}
    assert {"GIFT-25", "BAG-S"} <= {line.sku for line in lines}
    assert "Gift card" in {tender.name for r in receipts for tender in r.tenders}


def test_an_offline_till_uploads_hours_late(receipts):
    late = [receipt for receipt in receipts if receipt.arrives_at > receipt.occurred_at]

    assert {receipt.till for receipt in late} == {"BRS01-3"}
    assert max(one.arrives_at - one.occurred_at for one in late).total_seconds() > 4 * 3600


def test_every_till_closes_after_its_last_receipt(trade):
    last = {}
    for item in trade:
        if isinstance(item, Receipt):
            last[item.till] = item.arrives_at
        elif isinstance(item, TillClose):
            assert item.arrives_at > last.pop(item.till)
    assert last == {}


def test_one_till_of_the_day_is_short_of_cash(trade):
    short = [item for item in trade if isinstance(item, TillClose) and item.cash_difference]

    assert [item.cash_difference for item in short] == [Decimal("-2.50")]


def test_stores_close_by_their_own_clocks(trade):
    closed = {
        item.store: item.occurred_at.astimezone(ZoneInfo(ESTATE.store(item.store).timezone)).hour
        for item in trade
        if isinstance(item, TillClose)
    }

    assert closed == {"LDS01": 19, "BRS01": 19, "EDI01": 19, "PAR01": 20, "NYC01": 20}


def test_a_few_web_orders_are_promised_store_goods(trade):
    promised = [item for item in trade if isinstance(item, Allocation)]

    assert len(promised) == 8


def test_several_days_share_the_events():
    trade = generate(events=30, seed=1, day=DAY, days=3)

    days = Counter(item.occurred_at.date() for item in trade if isinstance(item, TillClose))
    assert sum(isinstance(item, Receipt) for item in trade) == 30
    assert sum(days.values()) == 36


def test_the_estate_is_about_120_products_of_valid_barcodes():
    goods = [product for product in ESTATE.products if product.is_stocked]

    assert 110 <= len(ESTATE.products) <= 130
    assert len({product.sku for product in ESTATE.products}) == len(ESTATE.products)
    for product in goods:
        digits = [int(digit) for digit in product.barcode]
        assert sum(digits[::2]) % 10 == -3 * sum(digits[1::2]) % 10
