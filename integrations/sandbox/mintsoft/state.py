"""What the account holds. Rows are kept as they go over the wire; times are UK local, no zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.http import write_json
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.webhooks import HookQueue

Wire = dict[str, Any]
SYSTEM = "mintsoft"
LONDON = ZoneInfo("Europe/London")
KEY_LIFE = timedelta(hours=24)
STATUSES = {
    1: "NEW", 2: "PRINTED", 3: "CANCELLED", 4: "DESPATCHED", 5: "INVOICED", 6: "INVOICEFAILED",
    7: "HOLDING", 8: "FAILED", 9: "ONBACKORDER", 10: "AWAITINGCONFIRMATION",
    11: "AWAITINGDOCUMENTATION", 12: "AWAITINGPAYMENT", 13: "QUERYRAISED", 14: "PACKANDHOLD",
    15: "AWAITINGPICKING", 16: "PICKINGSTARTED", 17: "PICKED", 18: "FRAUDRISK",
    19: "PICKINGSKIPPED", 20: "PACKED", 21: "AWAITINGREPLEN", 22: "PROCESSING", 23: "REBINNED",
}  # fmt: skip


class RefusedError(Exception):
    """A request that is refused with a status of its own."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)


@dataclass
class Shelf:
    """One SKU in one warehouse. QUIRK(mintsoft): `on_hand` is what is left after allocations."""

    on_hand: int = 0
    allocated: int = 0
    updated: str = ""


@dataclass
class State:
    clock: Clock
    ledger: Ledger
    hooks: HookQueue
    warehouses: dict[int, str] = field(default_factory=dict)
    couriers: dict[int, str] = field(default_factory=dict)
    products: dict[int, Wire] = field(default_factory=dict)
    shelves: dict[tuple[int, int], Shelf] = field(default_factory=dict)  # (warehouse, product)
    orders: dict[int, Wire] = field(default_factory=dict)
    actions: dict[int, Wire] = field(default_factory=dict)  # callbacks by order
    keys: dict[str, datetime] = field(default_factory=dict)  # when each runs out

    def stamp(self) -> str:
        """UK local time without its zone, which is how this system tells the time."""
        local = self.clock.now().astimezone(LONDON)
        return local.replace(tzinfo=None).isoformat(timespec="seconds")

    def product(self, sku: object) -> Wire | None:
        """SKUs are compared exactly."""
        return next((row for row in self.products.values() if row["SKU"] == sku), None)

    def shelf(self, warehouse: int, product: int) -> Shelf:
        return self.shelves.setdefault((warehouse, product), Shelf(updated=self.stamp()))

    def order(self, id: str) -> Wire:
        """Raises RefusedError."""
        row = self.orders.get(int(id)) if id.isdecimal() else None
        if row is None:
            raise RefusedError(404, "Order not found")
        return row

    def move(self, warehouse: int, product: int, *, on_hand: int = 0, allocated: int = 0) -> None:
        shelf = self.shelf(warehouse, product)
        shelf.on_hand += on_hand
        shelf.allocated += allocated
        shelf.updated = self.stamp()

    def record(self, kind: str, id: object, key: str, payload: Mapping[str, Any]) -> None:
        """Write down an accepted effect."""
        self.ledger.record(SYSTEM, kind, id, key, payload, self.clock.now())

    def call_back(self, order: Wire, code: str) -> None:
        """QUIRK(mintsoft): the order as it is, without a signature, and once only."""
        url = self.actions.get(order["ID"], {}).get(code)
        if url:
            self.hooks.enqueue(
                url,
                {"content-type": "application/json"},
                write_json(order),
                self.clock.now(),
                system=SYSTEM,
            )
