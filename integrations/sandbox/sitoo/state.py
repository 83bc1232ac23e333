"""Everything the account holds. Rows are kept as they go over the wire; stock and tills are not."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.sitoo.errors import not_found
from integrations.sandbox.sitoo.events import Events
from integrations.sandbox.sitoo.formats import epoch
from integrations.sandbox.sitoo.listing import Wire

SYSTEM = "sitoo"
SITE_ID = 1
DEFAULT_GROUP = 2  # QUIRK(sitoo): products without a group get this one
DEFAULT_PRICE_LIST = 1
FIFO, VIRTUAL = 10, 20


@dataclass
class StockItem:
    """One SKU in one warehouse. `total` may be below zero."""

    id: int
    total: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    bin: str = ""
    threshold: Decimal = Decimal(0)
    modified: int = 0
    counted: int | None = None


@dataclass
class Register:
    """One till: its wire form, its shop, and what it counts. Amounts are gross."""

    wire: Wire
    code: str
    store_id: int
    number: int
    receipts: int = 0
    reports: int = 0
    closed_at: datetime | None = None
    cash_float: Decimal = Decimal("200.00")
    lifetime_sales: Decimal = Decimal(0)
    lifetime_refunds: Decimal = Decimal(0)
    lifetime_net: Decimal = Decimal(0)

    @property
    def id(self) -> str:
        return str(self.wire["registerid"])

    @property
    def warehouse_id(self) -> int:
        return int(self.wire["warehouseid"])


@dataclass
class State:
    """The account's tables and the sandbox's shared parts."""

    clock: Clock
    ledger: Ledger
    events: Events
    seed: int
    account_id: int
    currency: str = "GBP"
    company: str = ""

    stores: dict[int, Wire] = field(default_factory=dict)
    timezones: dict[int, str] = field(default_factory=dict)  # by store: receipts say it, stores not
    warehouses: dict[int, Wire] = field(default_factory=dict)
    registers: dict[str, Register] = field(default_factory=dict)
    payment_types: dict[int, Wire] = field(default_factory=dict)
    acquirers: dict[str, str] = field(default_factory=dict)  # by payment type's name
    staff: dict[str, str] = field(default_factory=dict)  # user GUIDs by external id
    reason_codes: dict[int, Wire] = field(default_factory=dict)
    users: dict[str, Wire] = field(default_factory=dict)
    groups: dict[int, Wire] = field(default_factory=dict)
    products: dict[int, Wire] = field(default_factory=dict)
    product_ids: dict[str, int] = field(default_factory=dict)  # by SKU
    barcodes: dict[str, int] = field(default_factory=dict)  # to productid
    price_lists: dict[int, Wire] = field(default_factory=dict)
    prices: dict[int, dict[str, Wire]] = field(default_factory=lambda: defaultdict(dict))

    stock: dict[int, dict[str, StockItem]] = field(default_factory=lambda: defaultdict(dict))
    transactions: dict[int, Wire] = field(default_factory=dict)
    batches: dict[int, Wire] = field(default_factory=dict)
    batch_items: dict[int, dict[str, Wire]] = field(default_factory=lambda: defaultdict(dict))

    orders: dict[int, Wire] = field(default_factory=dict)
    order_ids: list[int] = field(default_factory=list)  # ascending
    open_orders: dict[int, None] = field(default_factory=dict)
    by_external_id: dict[str, int] = field(default_factory=dict)
    by_receipt: dict[str, int] = field(default_factory=dict)
    by_credit: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    reservations: dict[int, dict[str, Decimal]] = field(default_factory=dict)  # by order
    deliveries: dict[int, list[Wire]] = field(default_factory=lambda: defaultdict(list))
    vouchers: dict[str, int] = field(default_factory=dict)  # campaign ids by code
    z_reports: list[Wire] = field(default_factory=list)  # by arrival

    _last_ids: dict[str, int] = field(default_factory=dict)

    def next_id(self, kind: str, *, start: int = 1) -> int:
        """The next number of a kind of row."""
        self._last_ids[kind] = self._last_ids.get(kind, start - 1) + 1
        return self._last_ids[kind]

    def now(self) -> int:
        """The present in epoch seconds."""
        return epoch(self.clock.now())

    def record(self, kind: str, id: object, key: str, payload: dict[str, Any]) -> None:
        """Write down an accepted effect."""
        self.ledger.record(SYSTEM, kind, id, key, payload, self.clock.now())

    def payment_type(self, name: str) -> Wire | None:
        """The payment type called `name`, or None."""
        return next((row for row in self.payment_types.values() if row["name"] == name), None)

    def store_warehouse(self, store_id: int) -> int:
        """The store's first warehouse. Raises StopIteration when it has none."""
        rows = self.warehouses.values()
        return next(int(row["warehouseid"]) for row in rows if row["storeid"] == store_id)

    def product(self, sku: str) -> Wire | None:
        """The product with this SKU, or None."""
        product_id = self.product_ids.get(sku)
        return None if product_id is None else self.products[product_id]


def find(table: dict[int, Wire], id: str) -> Wire:
    """The row with this id from a path. Raises ApiError 404."""
    row = table.get(int(id)) if id.isdecimal() else None
    if row is None:
        raise not_found()
    return row
