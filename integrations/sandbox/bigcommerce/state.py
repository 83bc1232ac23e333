"""Everything the store holds."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.bigcommerce.errors import not_found
from integrations.sandbox.bigcommerce.formats import ZERO
from integrations.sandbox.bigcommerce.hooks import Hooks
from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.ledger import Ledger

SYSTEM = "bigcommerce"
DEFAULT_LOCATION = 1  # where goods are sent from
BY_PRODUCT, BY_VARIANT, NOT_TRACKED = "product", "variant", "none"


@dataclass
class Variant:
    id: int
    product_id: int
    sku: str
    sku_id: int | None = None  # None for a base variant
    price: Decimal | None = None  # None: the product's
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass
class Product:
    """Prices have tax inside, as the store's setting says."""

    id: int
    name: str
    sku: str
    price: Decimal
    tax_class_id: int
    tracking: str
    created: datetime
    modified: datetime
    type: str = "physical"
    is_visible: bool = True
    availability: str = "available"
    barcode: str = ""
    variants: list[Variant] = field(default_factory=list)


@dataclass
class Location:
    id: int
    code: str
    label: str
    city: str = ""
    country: str = "GB"
    enabled: bool = True


@dataclass
class Level:
    """One item at one location. `counted`: an absolute quantity was set once."""

    on_hand: int = 0
    safety_stock: int = 0
    counted: bool = False


@dataclass
class Person:
    id: int
    email: str
    first_name: str
    last_name: str
    group_id: int = 0
    modified: datetime | None = None


@dataclass
class Address:
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street_1: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = "United Kingdom"
    country_code: str = "GB"
    phone: str = ""
    email: str = ""


@dataclass
class Line:
    """One row. `gross` is for the whole row before discount, `discount` what was taken off it;
    both have tax inside."""

    id: int
    product_id: int
    variant_id: int
    sku: str
    name: str
    quantity: int
    gross: Decimal
    discount: Decimal
    rate: Decimal  # percent
    type: str = "physical"
    code: str = ""  # of the coupon that gave the discount; "" a promotion
    barcode: str = ""
    shipped: int = 0
    refunded: int = 0

    @property
    def paid(self) -> Decimal:
        return self.gross - self.discount


@dataclass
class Order:
    """One order; `address_id` and `pickup_id` exclude each other, both are 0 for digital goods."""

    id: int
    created: datetime
    modified: datetime
    status_id: int
    lines: list[Line]
    billing: Address
    currency: str
    customer_id: int = 0
    address_id: int = 0
    pickup_id: int = 0
    pickup_method_id: int = 0
    shipping_method: str = ""
    shipping: Decimal = ZERO
    shipping_rate: Decimal = ZERO
    store_credit: Decimal = ZERO
    gift_certificate: Decimal = ZERO
    payment_method: str = ""
    payment_status: str = ""
    provider_id: str = ""
    shipped_at: datetime | None = None
    staff_notes: str = ""
    external_order_id: str = ""
    has_taxes: bool = True  # False: made through the API, where nothing works taxes out
    transactions: list[dict[str, Any]] = field(default_factory=list)
    shipments: list[dict[str, Any]] = field(default_factory=list)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    pickups: list[dict[str, Any]] = field(default_factory=list)
    refunded_shipping: Decimal = ZERO
    refunded_total: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum((line.paid for line in self.lines), ZERO) + self.shipping

    def line(self, id: int) -> Line | None:
        """The row with this id, or None."""
        return next((line for line in self.lines if line.id == id), None)


@dataclass
class State:
    """The store's tables and the sandbox's shared parts."""

    clock: Clock
    ledger: Ledger
    hooks: Hooks
    seed: int
    store_hash: str
    base_url: str
    name: str = "Harbour & Vale online"
    currency: str = "GBP"
    timezone: str = "Europe/London"
    restocks_on_refund: bool = False

    products: dict[int, Product] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    by_sku: dict[str, int] = field(default_factory=dict)  # to variant id
    locations: dict[int, Location] = field(default_factory=dict)
    levels: dict[tuple[int, int], Level] = field(default_factory=dict)  # (location, variant)
    gift_certificates: set[str] = field(default_factory=set)  # SKUs; they are no products here
    tax_classes: dict[int, Decimal] = field(default_factory=dict)  # rate by class
    gateways: dict[str, str] = field(default_factory=dict)  # name by code
    pickup_methods: dict[int, int] = field(default_factory=dict)  # location by method
    groups: dict[int, dict[str, Any]] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    by_email: dict[str, int] = field(default_factory=dict)
    price_lists: dict[int, dict[str, Any]] = field(default_factory=dict)
    prices: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    shipping_methods: dict[int, tuple[str, Decimal]] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    by_ref: dict[str, int] = field(default_factory=dict)  # order by the trade's own name for it

    _last_ids: dict[str, int] = field(default_factory=dict)

    def next_id(self, kind: str, *, start: int = 1) -> int:
        """The next number of a kind of row."""
        self._last_ids[kind] = self._last_ids.get(kind, start - 1) + 1
        return self._last_ids[kind]

    def now(self) -> datetime:
        """The present, in whole seconds."""
        return self.clock.now().replace(microsecond=0)

    def record(self, kind: str, id: object, key: str, payload: dict[str, Any]) -> None:
        """Write down an accepted effect."""
        self.ledger.record(SYSTEM, kind, id, key, payload, self.clock.now())

    def order(self, id: str) -> Order:
        """The order with this id from a path. Raises ApiError 404."""
        order = self.orders.get(int(id)) if id.isdecimal() else None
        if order is None:
            raise not_found()
        return order

    def touch(self, order: Order) -> None:
        """The order changed now; tell whoever listens."""
        order.modified = self.now()
        self.hooks.emit("store/order/updated", {"type": "order", "id": order.id})

    def move(self, order: Order, status_id: int) -> None:
        """Put the order into a status; nothing happens when it is there already."""
        if order.status_id == status_id:
            return
        change = {"previous_status_id": order.status_id, "new_status_id": status_id}
        order.status_id, order.modified = status_id, self.now()
        data = {"type": "order", "id": order.id, "status": change}
        self.hooks.emit("store/order/statusUpdated", data)
        self.hooks.emit("store/order/updated", {"type": "order", "id": order.id})
