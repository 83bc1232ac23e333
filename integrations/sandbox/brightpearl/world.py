"""The account's whole state, with the indexes that keep common questions quick."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.brightpearl.documents import (
    Correction,
    GoodsIn,
    GoodsOut,
    Journal,
    Movement,
    Order,
    Payment,
    Subscription,
)
from integrations.sandbox.brightpearl.masters import (
    Channel,
    Contact,
    Currency,
    Location,
    Nominal,
    OrderStatus,
    PaymentMethod,
    PriceList,
    Product,
    ShippingMethod,
    TaxCode,
    Warehouse,
)
from integrations.sandbox.brightpearl.replies import not_found
from integrations.sandbox.brightpearl.settings import Settings
from integrations.sandbox.brightpearl.stock import Stock
from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.ledger import Ledger

SYSTEM = "brightpearl"
STAFF = 4  # the contact who owns what the API does

FIRST_IDS = {
    "product": 1001,
    "order": 100001,
    "contact": 201,
    "payment": 9001,
    "journal": 3100001,
    "instance": 35,
}


class World:
    """One account. Ids are never reused; every list is in order of creation."""

    def __init__(self, *, clock: Clock, ledger: Ledger, settings: Settings) -> None:
        self.clock = clock
        self.ledger = ledger
        self.settings = settings
        self.raise_event: Callable[[str, int], None] = lambda event, id: None
        self._ids: dict[str, int] = defaultdict(int)
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        self._make_masters()
        self._make_documents()

    def _make_masters(self) -> None:
        self.products: dict[int, Product] = {}
        self.product_by_sku: dict[str, Product] = {}
        self.warehouses: dict[int, Warehouse] = {}
        self.locations: dict[int, Location] = {}
        self.tax_codes: dict[str, TaxCode] = {}
        self.nominals: dict[str, Nominal] = {}
        self.payment_methods: dict[str, PaymentMethod] = {}
        self.price_lists: dict[int, PriceList] = {}
        self.channels: dict[int, Channel] = {}
        self.statuses: dict[int, OrderStatus] = {}
        self.currencies: dict[str, Currency] = {}
        self.shipping_methods: dict[int, ShippingMethod] = {}
        self.contacts: dict[int, Contact] = {}
        self.addresses: dict[int, Mapping[str, Any]] = {}

    def _make_documents(self) -> None:
        self.orders: dict[int, Order] = {}
        self.orders_by_ref: dict[str, list[Order]] = defaultdict(list)
        self.orders_by_external_ref: dict[str, list[Order]] = defaultdict(list)
        self.orders_by_parent: dict[int, list[Order]] = defaultdict(list)
        self.order_keys: dict[tuple[str, int], int] = {}
        self.payments: dict[int, Payment] = {}
        self.payment_keys: dict[tuple[str, str], int] = {}
        self.journals: dict[int, Journal] = {}
        self.goods_out: dict[int, GoodsOut] = {}
        self.goods_in: dict[int, GoodsIn] = {}
        self.batch_refs: dict[str, int] = {}
        self.corrections: dict[int, Correction] = {}
        self.movements: list[Movement] = []
        self.subscriptions: dict[int, Subscription] = {}
        self.stock = Stock()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def new_id(self, kind: str) -> int:
        """The next id of this kind."""
        self._ids[kind] = self._ids[kind] + 1 if self._ids[kind] else FIRST_IDS.get(kind, 1)
        return self._ids[kind]

    def later(self, at: datetime, action: Callable[[], None]) -> None:
        """Do `action` once the clock has reached `at`."""
        heapq.heappush(self._later, (at, self.new_id("later"), action))

    def catch_up(self) -> None:
        """Do everything that has become due."""
        while self._later and self._later[0][0] <= self.now:
            heapq.heappop(self._later)[2]()

    def record(self, kind: str, id: object, key: str, payload: Mapping[str, Any]) -> None:
        """Write an accepted effect into the shared ledger."""
        self.ledger.record(SYSTEM, kind, id, key, payload, self.now)

    def add_order(self, order: Order) -> None:
        """Keep a new order where reads and searches find it."""
        self.orders[order.id] = order
        self.orders_by_ref[order.ref.casefold()].append(order)
        self.orders_by_external_ref[order.external_ref.casefold()].append(order)
        if order.parent_id:
            self.orders_by_parent[order.parent_id].append(order)

    def order(self, id: int, type_code: str | None = None) -> Order:
        """The order, or a 404 when there is none (of this type)."""
        order = self.orders.get(id)
        if order is None or type_code not in (None, order.type_code):
            raise not_found(f"Order {id}")
        return order

    def touch(self, order: Order, *, event: str = "order.modified") -> None:
        """Note that an order changed, and say so to subscribers."""
        order.version += 1
        order.updated_on = self.now
        self.raise_event(event, order.id)

    def is_searchable(self, order: Order) -> bool:
        """Whether a search finds the order yet."""
        return order.created_on + self.settings.visibility_lag <= self.now
