"""Resolve source values to target codes, all at once, with everything that is missing named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from integrations.mapping.tables import TABLES


class Need(NamedTuple):
    table: str
    value: str

    @property
    def key(self) -> "Need":
        """The need in its table's own spelling: spaces, case and numbers made one."""
        table = TABLES.get(self.table)
        return Need(self.table, table.source_key(self.value)) if table else self


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

    rows: Mapping[Need, tuple[Row, ...]]  # by exact value or by Need.key; each newest first
    items: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)  # by the owner's SKU

    def find(self, need: Need, on: date) -> Row | None:
        """The row in force on a trading day; the exact spelling goes before the table's own."""
        for key in dict.fromkeys((need, need.key)):
            for row in self.rows.get(key, ()):
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

    def changed(
        self, need: Need, target: Mapping[str, str] | None, effective_from: date | None
    ) -> "Lookups":
        """This snapshot with one row saved as proposed, or without it when `target` is None."""
        kept = [row for row in self.rows.get(need.key, ()) if row.effective_from != effective_from]
        if target is not None:
            kept.append(Row(target, effective_from, version=0))
        kept.sort(key=lambda row: row.effective_from or date.min, reverse=True)
        return Lookups({**self.rows, need.key: tuple(kept)}, self.items)

    def item(self, sku: str, *, on: date) -> tuple[Item, ...]:
        """The owner's items for a till SKU: by its alias, else by itself. Several: ambiguous."""
        alias = self.find(Need("sku-alias", sku), on)
        wanted = alias.target["sku"] if alias else sku
        active = tuple(item for item in self.items.get(wanted, ()) if item.is_active)
        return active or self.items.get(wanted, ())

    def stamp(self, needs: Iterable[Need], *, on: date) -> str:
        """Which rows these needs resolve to: kept with a document, so that a later edit shows.

        The same rows give the same 16 hex digits; any change of a target gives others.
        """
        used = []
        for need in sorted(set(needs)):
            row = self.find(need, on)
            target = sorted(row.target.items()) if row else None
            used.append((*need, row.version if row else 0, target))
        return sha256(repr(used).encode()).hexdigest()[:16]
