"""Trade read from files: which layout a file has, and the estate that could have rung it up."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from integrations.sandbox.trade import basket_file, retail_file
from integrations.sandbox.trade.catalogue import Product
from integrations.sandbox.trade.estate import Estate, Store, example_estate
from integrations.sandbox.trade.file_rows import TradeFileError, read_header
from integrations.sandbox.trade.file_trade import FileOptions, FileTrade
from integrations.sandbox.trade.items import (
    Receipt,
    StockAdjustment,
    TillClose,
    TradeItem,
    in_arrival_order,
)

SPARE_UNITS = 10  # opening stock beyond what is sold
LAST_SECOND = time(23, 59, 59)
PROVIDER_TENDERS = {"adyen": "Card", "stripe": "Pay by link", "paypal": "PayPal"}
LAYOUTS: tuple[tuple[tuple[str, ...], Callable[[Path, FileOptions], FileTrade]], ...] = (
    (retail_file.COLUMNS, retail_file.read),
    (basket_file.COLUMNS, basket_file.read),
)


@dataclass(frozen=True)
class CsvTrade:
    """What files hold: the shops that traded, and their trade by arrival."""

    estate: Estate
    items: list[TradeItem] = field(default_factory=list)


def read_trade(paths: Sequence[Path], options: FileOptions | None = None) -> CsvTrade:
    """Read every file before anything is rung up. Raises TradeFileError for the first bad value."""
    chosen = options or FileOptions()
    chosen = replace(chosen, tenders=chosen.tenders or _tenders_beside(paths))
    parts = [_layout(path)(path, chosen) for path in paths]
    traded: list[Receipt | StockAdjustment] = [item for part in parts for item in part.items]
    stores = tuple({store.code: store for part in parts for store in part.stores}.values())
    kept = [item for item in traded if _inside(item, stores, chosen.days)]
    return CsvTrade(
        estate=_estate(chosen, stores, [p for part in parts for p in part.products], kept),
        items=in_arrival_order([*kept, *_closes(stores, kept)]),
    )


def _layout(path: Path) -> Callable[[Path, FileOptions], FileTrade]:
    header = set(read_header(path))
    columns, read = max(LAYOUTS, key=lambda layout: len(header & set(layout[0])))
    if unknown := sorted(header - set(columns)):
        raise TradeFileError(path, 1, unknown[0], "no trade file layout has this column")
    if missing := [name for name in columns if name not in header]:
        raise TradeFileError(path, 1, missing[0], "the column is missing")
    return read


def _inside(
    item: Receipt | StockAdjustment, stores: Iterable[Store], days: tuple[date, date] | None
) -> bool:
    if days is None:
        return True
    zones = {store.code: store.timezone for store in stores}
    return days[0] <= _local_date(item.occurred_at, zones[item.store]) <= days[1]


def _local_date(at: datetime, timezone: str) -> date:
    return at.astimezone(ZoneInfo(timezone)).date()


def _closes(stores: Sequence[Store], traded: Iterable[TradeItem]) -> list[TillClose]:
    """Every till that traded is closed in the last second of its trading day."""
    zones = {store.code: store.timezone for store in stores}
    busy = {
        (item.store, item.till, _local_date(item.occurred_at, zones[item.store]))
        for item in traded
        if isinstance(item, Receipt)
    }
    closes = []
    for store, till, day in sorted(busy):
        local = datetime.combine(day, LAST_SECOND, tzinfo=ZoneInfo(zones[store]))
        at = local.astimezone(UTC)
        closes.append(TillClose(store, till, at, at))
    return closes


def _estate(
    options: FileOptions,
    stores: tuple[Store, ...],
    products: Iterable[Product],
    traded: Iterable[TradeItem],
) -> Estate:
    by_sku: dict[str, Product] = {}
    for product in products:
        by_sku.setdefault(product.sku, product)
    return replace(
        example_estate(),
        currency=options.currency,
        stores=stores,
        products=tuple(by_sku.values()),
        opening_stock=_opening(traded, by_sku),
        opening_each=0,
        depot_units=0,
    )


def _opening(
    traded: Iterable[TradeItem], products: dict[str, Product]
) -> dict[tuple[str, str], int]:
    """Units sold + 10 of every goods SKU in every store that handled it."""
    sold: Counter[tuple[str, str]] = Counter()
    for item in traded:
        if isinstance(item, Receipt):
            for line in item.lines:
                sold[item.store, line.sku] += max(0, line.quantity)
        elif isinstance(item, StockAdjustment):
            sold[item.store, item.sku] += 0
    return {
        place: units + SPARE_UNITS for place, units in sold.items() if products[place[1]].is_stocked
    }


def _tenders_beside(paths: Sequence[Path]) -> dict[str, str]:
    """Tender by receipt, from an `expected.json` of settlements that lies beside the files."""
    found: dict[str, str] = {}
    for folder in sorted({path.parent for path in paths}):
        for file in sorted(folder.glob("*/expected.json")):
            found |= read_tenders(file)
    return found


def read_tenders(file: Path) -> dict[str, str]:
    """Tender name by receipt number, as the payment providers say. Raises TradeFileError."""
    try:
        by_provider = json.loads(file.read_text(encoding="utf-8"))["invoices_by_provider"]
        return {
            str(invoice): PROVIDER_TENDERS[provider]
            for provider, invoices in by_provider.items()
            for invoice in invoices
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TradeFileError(file, 1, "invoices_by_provider", f"cannot be read: {error}") from error
