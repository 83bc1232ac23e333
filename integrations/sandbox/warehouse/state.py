"""Everything the warehouse holds, and how a change becomes known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.warehouse.hooks import Hooks
from integrations.sandbox.warehouse.problems import ProblemError
from integrations.sandbox.warehouse.tables import Table, Wire, stamp

SYSTEM = "warehouse"


@dataclass
class State:
    """The tables, the clock and the ledger. Quantities are whole units."""

    clock: Clock
    ledger: Ledger
    hooks: Hooks
    warehouses: dict[str, str] = field(default_factory=dict)  # names by code
    services: set[str] = field(default_factory=set)  # shipping services; empty: any is taken
    products: Table = field(default_factory=lambda: Table("product"))
    orders: Table = field(default_factory=lambda: Table("order"))
    shipments: Table = field(default_factory=lambda: Table("shipment"))
    stock: Table = field(default_factory=lambda: Table("stock level"))
    movements: Table = field(default_factory=lambda: Table("stock movement"))
    inbound: Table = field(default_factory=lambda: Table("inbound delivery"))
    receipts: Table = field(default_factory=lambda: Table("receipt"))
    returns: Table = field(default_factory=lambda: Table("return"))
    _last: dict[str, int] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.clock.now()

    def next_ref(self, prefix: str, start: int) -> str:
        """The next reference of a kind, like W-882341."""
        self._last[prefix] = self._last.get(prefix, start - 1) + 1
        return f"{prefix}-{self._last[prefix]}"

    def record(self, kind: str, id: str, key: str, payload: Mapping[str, Any]) -> None:
        """Write down an accepted effect."""
        self.ledger.record(SYSTEM, kind, id, key, payload, self.now())

    def level(self, warehouse: str, sku: str) -> Wire:
        """The SKU's row in a warehouse, made when it is the first."""
        id = f"{warehouse}/{sku}"
        if id not in self.stock.rows:
            zero = dict.fromkeys(("on_hand", "allocated", "available", "inbound", "quarantine"), 0)
            row = {"warehouse": warehouse, "sku": sku, **zero, "as_of": stamp(self.now())}
            self.stock.put(id, row, self.now())
        return self.stock.rows[id]

    def change(self, warehouse: str, sku: str, **by: int) -> Wire:
        """Add to the figures of a level; what may be sold follows from them."""
        row = self.level(warehouse, sku)
        for name, units in by.items():
            row[name] += units
        row["available"] = row["on_hand"] - row["allocated"]
        row["as_of"] = stamp(self.now())
        self.stock.put(f"{warehouse}/{sku}", row, self.now())
        self.hooks.tell("stock.changed", row)
        return row

    def move(self, warehouse: str, sku: str, qty: int, reason: str) -> Wire:
        """Change what is on hand, with a movement that says why."""
        self.change(warehouse, sku, on_hand=qty)
        ref = self.next_ref("M", 30001)
        row = {
            "movement_ref": ref,
            "warehouse": warehouse,
            "sku": sku,
            "qty": qty,
            "reason": reason,
            "at": stamp(self.now()),
        }
        return self.movements.put(ref, row, self.now())

    def need_warehouse(self, code: object) -> str:
        """The code itself. Raises ProblemError for an unknown one."""
        if code not in self.warehouses:
            raise ProblemError("unknown_warehouse", f"There is no warehouse {code}.")
        return str(code)
