"""Orders and what follows from them. Amounts and quantities are Decimal, times aware UTC."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

FREE_TEXT_PRODUCT = 1000  # rows without a product are stored under this id


@dataclass(slots=True)
class OrderRow:
    """One row. `net` and `tax` are for the whole row and positive on credits too."""

    id: int
    product_id: int
    name: str
    sku: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    tax_code: str
    nominal: str
    external_ref: str
    sequence: int
    stocked: bool
    noted: Decimal = Decimal(0)  # on goods-out notes, shipped or not
    shipped: Decimal = Decimal(0)
    received: Decimal = Decimal(0)  # on goods-in notes of a credit


@dataclass(slots=True)
class Order:
    """A sales order (`SO`) or sales credit (`SC`)."""

    id: int
    type_code: str
    contact_id: int
    ref: str
    external_ref: str
    instance_id: int | None
    parent_id: int
    status_id: int
    warehouse_id: int
    channel_id: int
    price_list_id: int
    price_mode: str
    currency: str
    exchange_rate: Decimal
    fixed_rate: bool
    placed_on: datetime
    tax_date: datetime
    created_on: datetime
    updated_on: datetime
    shipping_method_id: int = 0
    delivery_date: datetime | None = None
    addresses: dict[str, dict[str, Any]] = field(default_factory=dict)
    staff_owner_id: int = 0
    rows: dict[int, OrderRow] = field(default_factory=dict)
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)  # money in for an order, money out for a credit
    payments: list[int] = field(default_factory=list)
    goods_out: list[int] = field(default_factory=list)
    goods_in: list[int] = field(default_factory=list)
    reserved: dict[int, Decimal] = field(default_factory=dict)  # by row id
    reserved_at: int = 0
    invoice: str = ""
    invoiced_on: datetime | None = None
    version: int = 1
    notes: list[str] = field(default_factory=list)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def stock_rows(self) -> list[OrderRow]:
        return [row for row in self.rows.values() if row.stocked]


@dataclass(slots=True)
class Payment:
    id: int
    order_id: int
    method: str
    kind: str
    transaction_ref: str
    transaction_code: str
    currency: str
    paid: Decimal
    authorised: Decimal
    paid_on: datetime
    created_on: datetime
    expires: datetime | None
    journal_id: int | None


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Exactly one of `debit` and `credit` is above zero."""

    row_id: int
    nominal: str
    debit: Decimal
    credit: Decimal
    tax_class_id: int | None = None
    invoice_ref: str = ""
    order_id: int | None = None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    id: int
    kind: str
    day: date
    description: str
    currency_id: int
    exchange_rate: Decimal
    lines: tuple[JournalLine, ...]
    created_on: datetime
    contact_id: int | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class NoteLine:
    row_id: int
    product_id: int
    quantity: Decimal
    location_id: int


@dataclass(slots=True)
class GoodsOut:
    id: int
    order_id: int
    warehouse_id: int
    lines: list[NoteLine]
    created_on: datetime
    release_date: datetime
    shipping_method_id: int
    priority: bool
    sequence: int
    label_uri: str = ""
    tracking: str = ""
    boxes: int | None = None
    weight: Decimal | None = None
    events: list[tuple[str, datetime, int]] = field(default_factory=list)
    """(code, occurred, owner) in order of arrival."""
    shipped_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class GoodsInLine:
    row_id: int
    product_id: int
    quantity: Decimal
    location_id: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class GoodsIn:
    id: int
    order_id: int
    warehouse_id: int
    lines: tuple[GoodsInLine, ...]
    received_on: datetime
    created_on: datetime
    batch_ref: str


@dataclass(frozen=True, slots=True)
class Correction:
    """One stock correction note: a signed change at one location."""

    id: int
    warehouse_id: int
    product_id: int
    quantity: Decimal
    location_id: int
    reason: str
    cost: Decimal
    created_on: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """Goods that moved: positive in, negative out."""

    id: int
    product_id: int
    quantity: Decimal
    location_id: int
    warehouse_id: int
    note_id: int
    kind: str  # GO, GI or SC
    updated_on: datetime
    value: Decimal
    order_id: int = 0
    sales_row_id: int = 0
    purchase_row_id: int = 0
    quarantine: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    id: int
    event: str
    method: str
    uri: str
    body: str
    content_type: str
    id_sets: bool
    quality: int
