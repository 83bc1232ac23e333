"""Files are rung up as they are, derived the same way every time, or refused whole."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from integrations.sandbox.trade.csv_files import read_trade
from integrations.sandbox.trade.file_rows import TradeFileError
from integrations.sandbox.trade.file_trade import FileOptions
from integrations.sandbox.trade.items import Receipt, StockAdjustment, TillClose

RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
BASKETS = (
    "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,"
    "coupon_disc,coupon_match_disc,week,transaction_timestamp\n"
)
THREE_INVOICES = """\
700001,22001,BLUE KETTLE,2,2011-03-01 09:11:00,9.95,13001,United Kingdom
700001,22002,TEA TOWEL,12,2011-03-01 09:11:00,1.95,13001,United Kingdom
700001,22002,TEA TOWEL,12,2011-03-01 09:11:00,1.95,13001,United Kingdom
700002,POST,POSTAGE,1,2011-03-01 09:30:00,18.00,13002,France
700002,22001,,3,2011-03-01 09:30:00,9.95,13002,France
C700003,22001,BLUE KETTLE,-1,2011-03-01 10:05:00,9.95,13001,United Kingdom
"""


@pytest.fixture
def read(tmp_path):
    """Write a file and read it: `read(RETAIL, rows, stores=3)`."""

    def write_and_read(header, rows, **options):
        path = tmp_path / "day.csv"
        path.write_text(header + rows, encoding="utf-8")
        return read_trade([path], FileOptions(**options))

    return write_and_read


def receipts(trade):
    return [item for item in trade.items if isinstance(item, Receipt)]


def described(receipt):
    rows = [(line.sku, line.quantity, str(line.gross)) for line in receipt.lines]
    return receipt.number, receipt.store, receipt.till, rows, receipt.tenders[0].name


def test_the_first_invoices_are_always_rung_alike(read):
    kettle, towels = ("22001", 2, "19.90"), ("22002", 12, "23.40")

    found = [described(receipt) for receipt in receipts(read(RETAIL, THREE_INVOICES))]

    assert found == [
        ("700001", "ST01", "ST01-2", [kettle, towels, towels], "Amex"),
        ("700002", "ST03", "ST03-2", [("POST", 1, "18.00"), ("22001", 3, "29.85")], "Card"),
        ("C700003", "ST01", "ST01-2", [("22001", -1, "-9.95")], "Card"),
    ]


def test_an_invoice_is_rung_at_its_wall_clock_time(read):
    first = receipts(read(RETAIL, THREE_INVOICES, timezone="America/New_York"))[0]

    assert first.occurred_at == datetime(2011, 3, 1, 14, 11, tzinfo=UTC)


def test_of_a_doubled_hour_the_first_is_meant(read):
    rows = "700001,22001,KETTLE,1,2011-10-30 01:30:00,9.95,,United Kingdom\n"

    assert receipts(read(RETAIL, rows))[0].occurred_at == datetime(2011, 10, 30, 0, 30, tzinfo=UTC)


def test_a_shopper_always_comes_to_the_same_store(read):
    first, _, third = receipts(read(RETAIL, THREE_INVOICES, stores=40))

    assert first.store == third.store


def test_tenders_add_up_to_the_receipt(read):
    rows = "".join(
        f"{number},22001,KETTLE,1,2011-03-01 09:11:00,9.95,,UK\n" for number in range(700, 1200)
    )

    rung = receipts(read(RETAIL, rows))

    assert all(sum(t.amount for t in one.tenders) == one.gross for one in rung)
    assert 3 <= sum(len(one.tenders) == 2 for one in rung) <= 20


def test_opening_stock_is_what_is_sold_and_ten_more(read):
    estate = read(RETAIL, THREE_INVOICES, stores=1).estate

    assert estate.opening("ST01", "22001") == 15
    assert estate.opening("ST01", "22002") == 34


def test_codes_that_are_not_goods_are_services(read):
    rows = "".join(
        f"700001,{code},,1,2011-03-01 09:11:00,1.00,,UK\n"
        for code in ("POST", "C2", "M", "gift_0001_20", "BANK CHARGES", "15056BL", "DCGS0069")
    )

    products = read(RETAIL, rows).estate.products

    stocked = [product.sku for product in products if product.is_stocked]
    assert stocked == ["15056BL", "DCGS0069"]
    assert "BANK_CHARGES" in {product.sku for product in products}


def test_a_return_has_no_known_original_and_goes_back_on_the_shelf(read):
    back = receipts(read(RETAIL, THREE_INVOICES))[2]

    assert (back.is_return, back.original) == (True, "")
    assert back.lines[0].reason_code == "101"
    assert sum(tender.amount for tender in back.tenders) == Decimal("-9.95")


def test_a_negative_line_without_a_price_is_a_stock_adjustment(read):
    rows = (
        "700001,22001,KETTLE,1,2011-03-01 09:11:00,9.95,,UK\n"
        "700001,22002,,-60,2011-03-01 09:11:00,0.0,,UK\n"
    )

    trade = read(RETAIL, rows)

    changes = [item for item in trade.items if isinstance(item, StockAdjustment)]
    assert [(change.sku, change.quantity) for change in changes] == [("22002", -60)]
    assert [line.sku for line in receipts(trade)[0].lines] == ["22001"]


def test_what_only_adjusts_the_ledger_is_rung_but_unknown_to_the_erp(read):
    rows = "A700001,B,Adjust bad debt,1,2011-03-01 09:11:00,-11062.06,,UK\n"

    trade = read(RETAIL, rows)

    assert receipts(trade)[0].gross == Decimal("-11062.06")
    assert [product.known_to_erp for product in trade.estate.products] == [False]


def test_a_receipt_of_nothing_has_no_tender(read):
    rows = "700001,22001,KETTLE,0,2011-03-01 09:11:00,9.95,,UK\n"

    found = receipts(read(RETAIL, rows))[0]

    assert (found.lines[0].quantity, found.tenders) == (0, ())


def test_a_settlement_beside_the_file_says_who_was_paid(read, tmp_path):
    (tmp_path / "settlement").mkdir()
    paid = {"invoices_by_provider": {"paypal": ["700001"], "stripe": ["700002"]}}
    (tmp_path / "settlement" / "expected.json").write_text(json.dumps(paid))

    names = [receipt.tenders[0].name for receipt in receipts(read(RETAIL, THREE_INVOICES))]

    assert names[:2] == ["PayPal", "Pay by link"]


def test_every_till_is_closed_at_the_end_of_its_local_day(read):
    trade = read(RETAIL, THREE_INVOICES, stores=1, timezone="America/New_York")

    closes = [item for item in trade.items if isinstance(item, TillClose)]
    assert {close.occurred_at for close in closes} == {datetime(2011, 3, 2, 4, 59, 59, tzinfo=UTC)}
    assert {close.till for close in closes} == {receipt.till for receipt in receipts(trade)}


def test_only_the_days_asked_for_are_rung(read):
    rows = THREE_INVOICES + "700009,22001,KETTLE,1,2011-03-02 09:11:00,9.95,,UK\n"

    trade = read(RETAIL, rows, days=(date(2011, 3, 2), date(2011, 3, 5)))

    assert [receipt.number for receipt in receipts(trade)] == ["700009"]


def test_columns_are_found_by_name_behind_a_byte_order_mark(read):
    header = (
        "\ufeffStockCode,InvoiceNo,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    )

    trade = read(header, "22001,700001,KETTLE,1,2011-03-01 09:11:00,9.95,,UK\n")

    assert receipts(trade)[0].number == "700001"


def basket(quantity="1", value="1.19", discount="0.00", store="292", at="2017-10-20 02:22:31"):
    return f"1916,{store},40411822552,7443013,{quantity},{value},{discount},0.00,0.00,43,{at}\n"


def test_a_basket_is_rung_in_its_own_store_for_what_the_shop_received(read):
    found = receipts(read(BASKETS, basket(value="2.99", discount="0.50")))[0]

    assert (found.store, found.gross) == ("S292", Decimal("2.99"))
    assert found.lines[0].full_gross == Decimal("3.49")


def test_a_basket_of_the_small_hours_belongs_to_the_evening_before(read):
    trade = read(BASKETS, basket(), days=(date(2017, 10, 19), date(2017, 10, 19)))

    assert receipts(trade)[0].occurred_at == datetime(2017, 10, 20, 2, 22, 31, tzinfo=UTC)


def test_fuel_is_rung_by_the_thousand(read):
    line = receipts(read(BASKETS, basket(quantity="15383", value="30.29")))[0].lines[0]

    assert (line.quantity, line.gross) == (15383, Decimal("30.29"))


def test_stores_can_be_shared_out(read):
    trade = read(BASKETS, basket(), stores=2)

    assert receipts(trade)[0].store in {"ST01", "ST02"}


@pytest.mark.parametrize(
    ("header", "rows", "line", "column"),
    [
        (RETAIL, "700001,22001,K,two,2011-03-01 09:11:00,9.95,,UK\n", 2, "Quantity"),
        (RETAIL, "700001,22001,K,1,2011-03-01 09:11:00,9.95,,UK\n\n7,2,K,1,x,1,,UK\n", 4,
         "InvoiceDate"),
        (RETAIL, "700001,22001,K,1,2011-03-01 09:11:00,nan,,UK\n", 2, "UnitPrice"),
        (RETAIL, "700001,,K,1,2011-03-01 09:11:00,1.00,,UK\n", 2, "StockCode"),
        (RETAIL, "70-1,22001,K,1,2011-03-01 09:11:00,1.00,,UK\n", 2, "InvoiceNo"),
        (RETAIL, "700001,22001,K,1\n", 2, "InvoiceDate"),
        (RETAIL, "700001,22001,K,1,2011-03-01 09:11:00,1.00,,UK,more\n", 2, "Country"),
        (RETAIL.replace("Country", "Land"), "", 1, "Land"),
        (RETAIL.replace(",Country", ""), "", 1, "Country"),
        ("", "", 1, ""),
        (BASKETS, basket(value="free"), 2, "sales_value"),
    ],
    ids=["word", "date", "nan", "empty", "invoice", "short", "long", "unknown", "missing",
         "nothing", "value"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where(read, header, rows, line, column):
    with pytest.raises(TradeFileError, match=r"day\.csv, line") as refused:
        read(header, rows)

    assert (refused.value.line, refused.value.column) == (line, column)
