from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.canonical.till import TaxTotal, TenderTotal
from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.sitoo.mapping import records
from tests.integrations.connectors.sitoo.till import fixture

D = Decimal


def z_report(**changes):
    (report,) = records("z-reports", {**fixture("zreport__one_sale_one_refund"), **changes})
    return report


def movement(**changes):
    payload = {
        "warehousetransactionid": 90211,
        "warehouseid": 3,
        "datecreated": 1795170900,
        "transactiontype": 30,
        "description": None,
        "externalid": None,
        "items": [{"sku": "RJ-NVY-M", "decimalquantity": "-1.000", "decimaltotal": "13.000"}],
        **changes,
    }
    return records("warehouse-transactions", payload)[0]


# --- Z-reports ------------------------------------------------------------------------------------


def test_a_z_report_is_named_by_register_and_number():
    report = z_report()

    assert report.external_id == "{7F0C6B1E-52A4-4D0E-9A77-0C1D2E3F4A5B}/231"
    assert (report.store_code, report.currency) == ("LDS01", "GBP")
    assert report.closed_at == datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert report.opened_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_a_z_report_keeps_its_totals():
    report = z_report()

    assert (report.sales_gross, report.sales_net) == (D("138.00"), D("115.00"))
    assert (report.refunds_gross, report.refunds_net) == (D("9.00"), D("7.50"))
    assert (report.total, report.rounding) == (D("129.00"), D("0.00"))
    assert (report.sales_count, report.refund_count, report.receipt_count) == (1, 1, 2)


def test_tenders_of_sales_and_refunds_meet_by_name():
    assert z_report().tenders == (
        TenderTotal(name="Cash", sales=D("38.00"), refunds=D(0)),
        TenderTotal(name="Card", sales=D("100.00"), refunds=D("9.00")),
    )


def test_a_tender_that_was_only_refunded_is_there():
    report = z_report(paymentssales=[], paymentsrefund=[{"name": "Cash", "moneytotal": "9.00"}])

    assert report.tenders == (TenderTotal(name="Cash", sales=D(0), refunds=D("9.00")),)


def test_taxes_are_sales_less_refunds():
    assert z_report().taxes == (TaxTotal(rate=D(20), net=D("107.50"), tax=D("21.50")),)


def test_the_cash_count_keeps_the_tills_signs():
    cash = z_report(moneycash_bank="-50.00", moneycash_bankfinal="-100.00").cash

    assert (cash.opening_float, cash.expected) == (D("200.00"), D("238.00"))
    assert (cash.counted, cash.difference) == (D("237.50"), D("-0.50"))
    assert cash.banked == D("-150.00")


def test_an_old_till_does_not_say_when_it_opened():
    assert z_report(dateopened=None).opened_at is None


def test_a_changed_z_report_names_the_field():
    with pytest.raises(SchemaChangedError) as caught:
        z_report(paymentssales=[{"name": "Cash", "moneytotal": 38}])

    assert caught.value.field == "paymentssales[0].moneytotal"


# --- stock ----------------------------------------------------------------------------------------


def test_a_sale_moves_stock_out():
    moved = movement()

    assert (moved.external_id, moved.location_code, moved.kind) == ("90211", "3", "sale")
    assert moved.lines == (("RJ-NVY-M", D("-1.000")),)
    assert moved.note == ""


@pytest.mark.parametrize(
    ("number", "kind"), [(10, "move-in"), (40, "refund"), (50, "stocktake"), (70, "manual-out")]
)
def test_kinds_of_movement_have_names(number, kind):
    assert movement(transactiontype=number).kind == kind


def test_an_unknown_kind_of_movement_is_not_guessed():
    with pytest.raises(SchemaChangedError) as caught:
        movement(transactiontype=95)

    assert caught.value.field == "transactiontype"


def test_a_level_tells_what_is_there_and_what_may_be_sold():
    row = fixture("warehouseitems__two_skus")["items"][0]

    (level,) = records("stock-changes", {**row, "warehouseid": "3"})

    assert (level.location_code, level.sku) == ("3", "RJ-NVY-M")
    assert (level.on_hand, level.sellable) == (D("14.000"), D("13.000"))


def test_a_level_may_be_negative():
    row = fixture("warehouseitems__two_skus")["items"][1]

    assert records("stock-changes", {**row, "warehouseid": "3"})[0].on_hand == D("-2.000")


def test_a_level_with_more_places_than_we_can_hold_is_named():
    row = {**fixture("warehouseitems__two_skus")["items"][0], "decimaltotal": "1.2345"}

    with pytest.raises(SchemaChangedError) as caught:
        records("stock-changes", {**row, "warehouseid": "3"})

    assert caught.value.field == "on_hand"


# --- products -------------------------------------------------------------------------------------


def test_a_product_has_its_gross_price_and_its_vat_group():
    (product,) = records("products", fixture("product__jacket"))

    assert (product.external_id, product.sku, product.barcode) == (
        "512",
        "RJ-NVY-M",
        "5012345678900",
    )
    assert (product.price_gross, product.price_net, product.tax_code) == (D("120.00"), None, "2")
    assert product.is_active
    assert product.is_stocked


def test_a_product_without_a_barcode_reads_null():
    payload = {**fixture("product__jacket"), "barcode": None}

    assert records("products", payload)[0].barcode == ""


def test_a_yes_that_became_a_number_is_named():
    with pytest.raises(SchemaChangedError) as caught:
        records("products", {**fixture("product__jacket"), "activepos": 1})

    assert caught.value.field == "activepos"
