"""Stock by product and location.

Internally signed: a till that sold what the ERP does not have still posts, and the debt is made
good by the next goods-in. What is shown never falls below zero. Quarantined goods are neither in
stock nor sellable [assumed].
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Level:
    """What the ERP shows for one product in one warehouse."""

    in_stock: Decimal
    allocated: Decimal

    @property
    def on_hand(self) -> Decimal:
        """Sellable: in stock and not allocated."""
        return max(ZERO, self.in_stock - self.allocated)


class Stock:
    """Signed quantities at locations, and allocations at warehouses."""

    def __init__(self) -> None:
        self._at: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
        self._quarantine: set[int] = set()
        self._allocated: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        self._warehouses: dict[int, set[int]] = defaultdict(set)

    def add_quarantine(self, location_id: int) -> None:
        """Goods at this location are not for sale."""
        self._quarantine.add(location_id)

    def move(self, product_id: int, warehouse_id: int, location_id: int, quantity: Decimal) -> None:
        """Add goods at a location; below zero takes them away."""
        shelf = self._at[product_id, warehouse_id]
        shelf[location_id] = shelf.get(location_id, ZERO) + quantity
        self._warehouses[product_id].add(warehouse_id)

    def allocate(self, product_id: int, warehouse_id: int, quantity: Decimal) -> None:
        """Promise goods to an order; below zero releases them."""
        self._allocated[product_id, warehouse_id] += quantity
        self._warehouses[product_id].add(warehouse_id)

    def at(self, product_id: int, warehouse_id: int, location_id: int) -> Decimal:
        """The signed quantity at one location."""
        return self._at[product_id, warehouse_id].get(location_id, ZERO)

    def signed(self, product_id: int, warehouse_id: int) -> Decimal:
        """The signed quantity outside quarantine, before it is shown."""
        shelf = self._at.get((product_id, warehouse_id), {})
        return sum((n for place, n in shelf.items() if place not in self._quarantine), ZERO)

    def level(self, product_id: int, warehouse_id: int) -> Level:
        """What is shown for one warehouse."""
        in_stock = max(ZERO, self.signed(product_id, warehouse_id))
        allocated = max(ZERO, self._allocated.get((product_id, warehouse_id), ZERO))
        return Level(in_stock, allocated)

    def levels(self, product_id: int) -> dict[int, Level]:
        """Levels of the warehouses that hold the product or have promised it."""
        warehouses = sorted(self._warehouses.get(product_id, ()))
        levels = {warehouse: self.level(product_id, warehouse) for warehouse in warehouses}
        return {place: one for place, one in levels.items() if one.in_stock or one.allocated}

    def by_location(self, product_id: int, warehouse_id: int) -> dict[int, Decimal]:
        """Quantities at the locations of one warehouse, quarantine included, none below zero."""
        shelf = self._at.get((product_id, warehouse_id), {})
        return {place: max(ZERO, quantity) for place, quantity in shelf.items()}
