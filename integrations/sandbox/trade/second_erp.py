"""Puts the estate into the simulated OrderWise: value lists, places, customer, variants."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.sandbox.orderwise.state import (
    CURRENCIES,
    DELIVERY,
    LOCATIONS,
    ORDER_TYPES,
    PAYMENTS,
    TAX_RATES,
)
from integrations.sandbox.orderwise.system import (
    ORDER_EXPORT,
    PASSWORD,
    STATUS_EXPORT,
    STOCK_EXPORT,
    USER,
    OrderwiseSystem,
)
from integrations.sandbox.trade.catalogue import Product
from integrations.sandbox.trade.estate import Estate

SESSION = ORDER_TYPE = DELIVERY_METHOD = CURRENCY = 1
DEPOT = 1
FIRST_STORE, FIRST_QUARANTINE = 101, 201  # numbers of stock locations


@dataclass
class SecondErp:
    """Hold the system's lock. What is there already is kept."""

    system: OrderwiseSystem
    customer: int = 0
    locations: dict[str, int] = field(default_factory=dict)  # by store
    quarantine: dict[str, int] = field(default_factory=dict)  # by store: not for sale
    payments: dict[str, int] = field(default_factory=dict)  # by the tender's name
    tax_rates: dict[str, int] = field(default_factory=dict)  # by the estate's tax code

    def seed(self, estate: Estate) -> None:
        """Make it know the codes, places and products of the estate; shelves stay empty."""
        if not self.customer:
            self._open(estate)
        for tender in estate.tenders:
            if tender.nominal:  # what finance was never told of, it does not know either
                self._choose(PAYMENTS, self.payments, tender.name, tender.name)
        for tax in estate.tax_codes:
            self._choose(TAX_RATES, self.tax_rates, tax.code, tax.name)
        for store in estate.stores:
            self._choose(LOCATIONS, self.locations, store.code, store.name, first=FIRST_STORE)
            name = f"{store.name}, not for sale"
            self._choose(LOCATIONS, self.quarantine, store.code, name, first=FIRST_QUARANTINE)
        known = {variant.code for variant in self.system.state.variants.values()}
        for product in estate.products:
            if product.known_to_erp and product.sku not in known:
                self.system.add_variant(product.sku, product.name, {})

    def receive(self, store: str | None, product: Product, units: int) -> None:
        """Put more of a product on a store's shelf, or into the depot."""
        variant = self.system.state.variant(product.sku)
        if variant is not None:
            place = self.locations[store] if store else DEPOT
            self.system.state.move(variant, place, Decimal(units))

    def as_plain(self) -> dict[str, Any]:
        """Ids and credentials, JSON-ready."""
        return {
            "base_path": self.system.base_path,
            "user": USER,
            "password": PASSWORD,
            "session": SESSION,
            "order_type": ORDER_TYPE,
            "delivery_method": DELIVERY_METHOD,
            "currency": CURRENCY,
            "customer": self.customer,
            "locations": self.locations,
            "quarantine": self.quarantine,
            "payments": self.payments,
            "tax_rates": self.tax_rates,
            "exports": {"stock": STOCK_EXPORT, "status": STATUS_EXPORT, "order": ORDER_EXPORT},
        }

    def _open(self, estate: Estate) -> None:
        state = self.system.state
        state.sessions.add(SESSION)
        state.choose(ORDER_TYPES, ORDER_TYPE, "Store sale")
        state.choose(DELIVERY, DELIVERY_METHOD, "Taken home")
        state.choose(CURRENCIES, CURRENCY, estate.currency)
        state.choose(LOCATIONS, DEPOT, estate.depot)
        self.customer = self.system.add_customer("WALKIN", "Walk-in")

    def _choose(
        self, number: int, known: dict[str, int], code: str, name: str, *, first: int = 1
    ) -> None:
        if code not in known:
            known[code] = first + len(known)
            self.system.state.choose(number, known[code], name)
