"""What both file layouts share: options, and what a file leaves open, derived by a stable hash."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from integrations.sandbox.trade.catalogue import Product, ProductKind, barcode_for
from integrations.sandbox.trade.dice import stable_number
from integrations.sandbox.trade.estate import STANDARD, Store, make_tills
from integrations.sandbox.trade.items import Receipt, StockAdjustment, Tender

PENNY = Decimal("0.01")
TILLS_PER_STORE = 3
DEFAULT_STORES = 5
SPLIT_PER_HUNDRED = 2
TENDER_SHARES = (("Card", 62), ("Cash", 28), ("Amex", 10))
SECOND_TENDER = {"Card": "Cash", "Cash": "Card", "Amex": "Cash"}
REFERENCED = {"Card", "Amex", "Pay by link", "PayPal"}


@dataclass(frozen=True)
class FileOptions:
    """How files are meant. `timezone` is their wall clock's; None is the usual of the layout."""

    stores: int | None = None
    currency: str = "GBP"
    timezone: str | None = None
    days: tuple[date, date] | None = None  # trading days at the store, both included
    tenders: Mapping[str, str] = field(default_factory=dict)  # tender name by receipt number


@dataclass(frozen=True)
class FileTrade:
    """What one file holds, in the order of the file."""

    stores: tuple[Store, ...]
    products: tuple[Product, ...]
    items: tuple[Receipt | StockAdjustment, ...]


def make_store(code: str, name: str, *, timezone: str) -> Store:
    """A shop for a file that names none: three tills, open round the clock."""
    return Store(code, name, timezone, make_tills(code, TILLS_PER_STORE), city=name)


def make_stores(count: int, *, timezone: str) -> tuple[Store, ...]:
    """Numbered shops, `ST01` first."""
    return tuple(
        make_store(f"ST{number:02d}", f"Store {number}", timezone=timezone)
        for number in range(1, count + 1)
    )


def till_of(store: Store, key: str) -> str:
    """Which till rang up the receipt `key`: always the same."""
    return store.tills[stable_number("till", key) % len(store.tills)].code


def instant(wall_clock: datetime, timezone: str) -> datetime:
    """The UTC instant of a wall-clock time; of the two 01:30 of an autumn night, the first."""
    return wall_clock.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def to_penny(amount: Decimal) -> Decimal:
    """Half up to the penny: a till cannot take less."""
    return amount.quantize(PENNY, rounding="ROUND_HALF_UP")


def tenders_for(key: str, total: Decimal, known: Mapping[str, str]) -> tuple[Tender, ...]:
    """How the receipt `key` was paid: as the settlement says, else by hash; 2 in 100 split."""
    if total == 0:
        return ()
    if key in known:
        return (_tender(known[key], total, key),)
    first = _by_share(stable_number("tender", key) % 100)
    pennies = int(abs(total) / PENNY)
    if pennies < 2 or stable_number("split", key) % 100 >= SPLIT_PER_HUNDRED:
        return (_tender(first, total, key),)
    part = PENNY * (1 + stable_number("part", key) % (pennies - 1)) * (1 if total > 0 else -1)
    return (_tender(first, part, key), _tender(SECOND_TENDER[first], total - part, key))


def _by_share(number: int) -> str:
    for name, share in TENDER_SHARES:
        number -= share
        if number < 0:
            return name
    raise ValueError("the shares must add up to a hundred")


def _tender(name: str, amount: Decimal, key: str) -> Tender:
    reference = f"{stable_number('reference', name, key):016X}" if name in REFERENCED else ""
    return Tender(name, amount, reference=reference, issuer="Visa" if name == "Card" else "")


def make_product(
    sku: str, name: str, price: Decimal, *, kind: ProductKind, known_to_erp: bool = True
) -> Product:
    """A product of a file, at 20 % VAT."""
    is_goods = kind is ProductKind.GOODS
    return Product(
        sku=sku,
        name=name,
        price_gross=max(price, Decimal("0.00")),
        vat_rate=STANDARD,
        group="Goods" if is_goods else "Services",
        kind=kind,
        barcode=barcode_for(sku) if is_goods else "",
        known_to_erp=known_to_erp,
    )
