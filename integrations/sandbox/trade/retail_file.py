"""Invoices of a gift retailer: one line per row, `C` returns, `A` adjustments, codes not goods."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from integrations.sandbox.trade.catalogue import Product, ProductKind
from integrations.sandbox.trade.dice import stable_number
from integrations.sandbox.trade.estate import REASONS, STANDARD, Store
from integrations.sandbox.trade.file_rows import Row, read_rows
from integrations.sandbox.trade.file_trade import (
    DEFAULT_STORES,
    FileOptions,
    FileTrade,
    instant,
    make_product,
    make_stores,
    tenders_for,
    till_of,
    to_penny,
)
from integrations.sandbox.trade.items import Receipt, ReceiptLine, StockAdjustment

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
USUAL_TIMEZONE = "Europe/London"
INVOICE = re.compile(r"[A-Z]?\d+")
GOODS = re.compile(r"(?!gift_).*\d{4}", re.IGNORECASE)  # a goods code holds a run of digits
RETURN_REASON = REASONS[0].code


@dataclass(frozen=True)
class _Scan:
    """One row of the file, read."""

    row: Row
    invoice: str
    sku: str
    description: str
    quantity: int
    price: Decimal

    @property
    def is_adjustment(self) -> bool:
        """Goods written off as a negative sale at no price."""
        return self.quantity < 0 and self.price == 0 and not self.invoice.startswith("C")

    @property
    def kind(self) -> ProductKind:
        return ProductKind.GOODS if GOODS.match(self.sku) else ProductKind.SERVICE


def read(path: Path, options: FileOptions) -> FileTrade:
    """One receipt per invoice, in the order of the file. Raises TradeFileError."""
    timezone = options.timezone or USUAL_TIMEZONE
    stores = make_stores(options.stores or DEFAULT_STORES, timezone=timezone)
    scans = [_scan(row) for row in read_rows(path)]
    invoices: dict[str, list[_Scan]] = {}
    for scan in scans:
        invoices.setdefault(scan.invoice, []).append(scan)
    items = [
        item
        for number, lines in invoices.items()
        for item in _invoice(number, lines, stores, timezone, options)
    ]
    return FileTrade(stores, tuple(_products(scans)), tuple(items))


def _scan(row: Row) -> _Scan:
    invoice = row.required("InvoiceNo")
    if not INVOICE.fullmatch(invoice):
        raise row.refuse("InvoiceNo", f"{invoice!r} is not an invoice number")
    row.wall_clock("InvoiceDate")
    return _Scan(
        row=row,
        invoice=invoice,
        sku=re.sub(r"\s+", "_", row.required("StockCode")),
        description=row.text("Description"),
        quantity=row.whole("Quantity"),
        price=row.number("UnitPrice"),
    )


def _invoice(
    number: str,
    scans: list[_Scan],
    stores: tuple[Store, ...],
    timezone: str,
    options: FileOptions,
) -> Iterator[Receipt | StockAdjustment]:
    head = scans[0].row
    at = instant(head.wall_clock("InvoiceDate"), timezone)
    shopper = head.text("CustomerID") or number
    store = stores[stable_number("store", shopper) % len(stores)]
    for place, scan in enumerate(scans):
        if scan.is_adjustment:
            ref = f"{number}-{place}"
            note = scan.description or "Write-off"
            yield StockAdjustment(ref, store.code, at, at, scan.sku, scan.quantity, note)
    lines = tuple(_line(scan) for scan in scans if not scan.is_adjustment)
    if not lines:
        return
    total = sum((line.gross for line in lines), Decimal("0.00"))
    yield Receipt(
        ref=number,
        store=store.code,
        till=till_of(store, number),
        occurred_at=at,
        arrives_at=at,
        lines=lines,
        tenders=tenders_for(number, total, options.tenders),
        number=number,
    )


def _line(scan: _Scan) -> ReceiptLine:
    gross = to_penny(scan.price * scan.quantity)
    return ReceiptLine(
        sku=scan.sku,
        name=scan.description or scan.sku,
        quantity=scan.quantity,
        gross=gross,
        vat_rate=STANDARD,
        full_gross=gross,
        reason_code=RETURN_REASON if scan.quantity < 0 else "",
    )


def _products(scans: Iterable[_Scan]) -> Iterator[Product]:
    """Every code once. What only `A` invoices name is a ledger entry that the ERP does not sell."""
    groups: dict[str, list[_Scan]] = {}
    for scan in scans:
        groups.setdefault(scan.sku, []).append(scan)
    for sku, group in groups.items():
        yield make_product(
            sku,
            next((scan.description for scan in group if scan.description), sku),
            next((scan.price for scan in group if scan.price > 0), Decimal("0.00")),
            kind=group[0].kind,
            known_to_erp=any(not scan.invoice.startswith("A") for scan in group),
        )
