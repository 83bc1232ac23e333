"""What the installation holds, and its switches for what nobody has documented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.orderwise.formats import local

Wire = dict[str, Any]
SYSTEM = "orderwise"
CURRENCIES, TAX_RATES, LOCATIONS, ORDER_TYPES, DELIVERY, PAYMENTS, PRICE_LISTS = (
    1, 2, 4, 15, 18, 20, 56,
)  # fmt: skip
ORDER, CREDIT = 1, 4  # system order types
AWAITING, PARTLY, COMPLETED = "Awaiting despatch", "Partially despatched", "Completed"


class RefusedError(Exception):
    """A request that is refused. `faults` are messages by field, as .NET validation writes them."""

    def __init__(
        self, status: int, message: str = "", faults: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.status, self.message, self.faults = status, message, faults
        super().__init__(message)

    @property
    def body(self) -> Wire | None:
        if not self.message:
            return None
        return {"Message": self.message} | ({"ModelState": self.faults} if self.faults else {})


@dataclass
class Variant:
    id: int
    code: str  # compared exactly; real ones have trailing spaces
    name: str
    stock: dict[int, Decimal] = field(default_factory=dict)  # free stock by location
    amended: datetime | None = None


@dataclass
class Switches:
    """Behaviour that differs between installations or is not documented."""

    token_life: timedelta = timedelta(minutes=55)
    import_delay: timedelta = timedelta(0)  # before an order shows anywhere
    refuses_duplicates: bool = False
    takes_zero_rated: bool = True
    reply: str = "object"  # object, number, nothing
    missing_rights: frozenset[str] = frozenset()  # first segments of paths
    renamed_columns: Mapping[str, str] = field(default_factory=dict)
    answers_empty_with_204: bool = False


@dataclass
class State:
    clock: Clock
    ledger: Ledger
    switches: Switches = field(default_factory=Switches)
    sessions: set[int] = field(default_factory=set)
    lists: dict[int, list[Wire]] = field(default_factory=dict)  # value lists by number
    zero_rates: set[int] = field(default_factory=set)
    customers: dict[int, Wire] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    orders: dict[int, Wire] = field(default_factory=dict)
    tokens: dict[str, datetime] = field(default_factory=dict)

    def now(self) -> str:
        return local(self.clock.now())

    def variant(self, code: object) -> Variant | None:
        return next((each for each in self.variants.values() if each.code == code), None)

    def choose(self, number: int, id: int, name: str) -> None:
        """Add a row to a value list."""
        self.lists.setdefault(number, []).append({"id": id, "name": name})

    def is_listed(self, number: int, id: object) -> bool:
        return any(row["id"] == id for row in self.lists.get(number, []))

    def move(self, variant: Variant, location: int, units: Decimal) -> None:
        """Free stock may fall below zero."""
        variant.stock[location] = variant.stock.get(location, Decimal(0)) + units
        variant.amended = self.clock.now()

    def visible(self) -> list[Wire]:
        """Orders that the import has brought in by now."""
        now = self.clock.now()
        return [order for order in self.orders.values() if order["imported_at"] <= now]

    def record(self, kind: str, id: object, key: str, payload: Mapping[str, Any]) -> None:
        """Write down an accepted effect."""
        self.ledger.record(SYSTEM, kind, id, key, payload, self.clock.now())
