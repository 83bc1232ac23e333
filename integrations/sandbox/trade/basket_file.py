"""Supermarket baskets of several stores: one line per row, values after the shop's discount."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from integrations.sandbox.trade.catalogue import Product, ProductKind
from integrations.sandbox.trade.dice import stable_number
from integrations.sandbox.trade.estate import REASONS, STANDARD, Store
from integrations.sandbox.trade.file_rows import Row, read_rows
from integrations.sandbox.trade.file_trade import (
    FileOptions,
    FileTrade,
    instant,
    make_product,
    make_store,
    make_stores,
    tenders_for,
    till_of,
    to_penny,
)
from integrations.sandbox.trade.items import Receipt, ReceiptLine

COLUMNS = (
    "household_id",
    "store_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_disc",
    "coupon_match_disc",
    "week",
    "transaction_timestamp",
)
USUAL_TIMEZONE = "UTC"
STORE_TIMEZONE = "America/New_York"  # where the shops are, when the file is in UTC
DISCOUNT = "LOYALTY"


def read(path: Path, options: FileOptions) -> FileTrade:
    """One receipt per basket, in the order of the file. Raises TradeFileError."""
    timezone = options.timezone or USUAL_TIMEZONE
    rows = list(read_rows(path))
    local = STORE_TIMEZONE if timezone == USUAL_TIMEZONE else timezone
    stores = _stores(rows, options.stores, local)
    baskets: dict[str, list[Row]] = {}
    for row in rows:
        baskets.setdefault(row.required("basket_id"), []).append(row)
    receipts = [
        _receipt(number, lines, stores, timezone, options) for number, lines in baskets.items()
    ]
    unique = {store.code: store for store in stores.values()}
    return FileTrade(tuple(unique.values()), tuple(_products(rows)), tuple(receipts))


def _stores(rows: Iterable[Row], count: int | None, timezone: str) -> dict[str, Store]:
    """The shop of each store number: its own, or one of `count` by hash."""
    numbers = sorted({row.required("store_id") for row in rows})
    if count is None:
        return {n: make_store(f"S{n}", f"Store {n}", timezone=timezone) for n in numbers}
    shared = make_stores(count, timezone=timezone)
    return {n: shared[stable_number("store", n) % count] for n in numbers}


def _receipt(
    number: str, rows: list[Row], stores: dict[str, Store], timezone: str, options: FileOptions
) -> Receipt:
    lines = tuple(_line(row) for row in rows)
    at = instant(rows[0].wall_clock("transaction_timestamp"), timezone)
    store = stores[rows[0].text("store_id")]
    total = sum((line.gross for line in lines), Decimal("0.00"))
    return Receipt(
        ref=number,
        store=store.code,
        till=till_of(store, number),
        occurred_at=at,
        arrives_at=at,
        lines=lines,
        tenders=tenders_for(number, total, options.tenders),
        number=number,
    )


def _line(row: Row) -> ReceiptLine:
    quantity = row.whole("quantity")
    gross = to_penny(row.number("sales_value"))
    discount = to_penny(row.number("retail_disc"))
    for column in ("coupon_disc", "coupon_match_disc"):
        row.number(column)
    sku = row.required("product_id")
    return ReceiptLine(
        sku=sku,
        name=f"Product {sku}",
        quantity=quantity,
        gross=gross,
        vat_rate=STANDARD,
        full_gross=gross + (discount if quantity else 0),
        voucher=DISCOUNT if discount and quantity else "",
        reason_code=REASONS[0].code if quantity < 0 else "",
    )


def _products(rows: Iterable[Row]) -> Iterator[Product]:
    prices: dict[str, Decimal] = {}
    for row in rows:
        quantity = abs(row.whole("quantity")) or 1
        prices.setdefault(row.text("product_id"), to_penny(row.number("sales_value") / quantity))
    for sku, price in prices.items():
        yield make_product(sku, f"Product {sku}", price, kind=ProductKind.GOODS)
