"""Resolve source values to target codes, all at once, with everything that is missing named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Need(NamedTuple):
    table: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    target: Mapping[str, str]
    effective_from: date | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """A product at the owner, as far as a flow needs it."""

    product_id: str
    sku: str
    name: str
    is_stocked: bool
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Lookups:
    """A snapshot of one link's mapping rows and the owner's catalogue for the SKUs in question."""

    rows: Mapping[Need, tuple[Row, ...]]  # each newest first
    items: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)  # by the owner's SKU

    def find(self, need: Need, on: date) -> Row | None:
        """The row in force on a trading day."""
        for row in self.rows.get(need, ()):
            if row.effective_from is None or row.effective_from <= on:
                return row
        return None

    def resolve(
        self, needs: Iterable[Need], *, on: date
    ) -> tuple[dict[Need, Mapping[str, str]], list[Need]]:
        """Targets of every need in force on `on`, and the needs without one, in a stable order."""
        codes: dict[Need, Mapping[str, str]] = {}
        missing: list[Need] = []
        for need in sorted(set(needs)):
            row = self.find(need, on)
            if row is None:
                missing.append(need)
            else:
                codes[need] = row.target
        return codes, missing

    def item(self, sku: str, *, on: date) -> tuple[Item, ...]:
        """The owner's items for a till SKU: its alias first, else the same SKU. Several is ambiguous."""
        alias = self.find(Need("sku-alias", sku), on)
        wanted = alias.target["sku"] if alias else sku
        active = tuple(item for item in self.items.get(wanted, ()) if item.is_active)
        return active or self.items.get(wanted, ())
