"""Levels from stock files: the last full file that was accepted, and what changed since.

An unlisted SKU is zero only because a complete full file leaves it out; without one it is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.stock import StockLevel
from integrations.connectors.warehouse.assumed import LEAST_SHARE
from integrations.connectors.warehouse.facts import moment
from integrations.connectors.warehouse.mapping import level
from integrations.connectors.warehouse.tables import BadFileError

Object = Mapping[str, Any]
ZERO = Decimal(0)


@dataclass
class Shelf:
    """One warehouse. `is_whole` once a full file told everything there is."""

    levels: dict[str, Object] = field(default_factory=dict)
    full_size: int = 0  # SKUs of the last full file
    is_whole: bool = False


@dataclass
class Inventory:
    """Built by applying files in order."""

    shelves: dict[str, Shelf] = field(default_factory=dict)

    def apply(self, rows: Sequence[Object]) -> None:
        """Take a new file in; none of it when it shrank. Raises BadFileError."""
        for warehouse in _whole(rows):
            self._check_size(warehouse, sum(row["warehouse"] == warehouse for row in rows))
        self.take(rows)

    def take(self, rows: Sequence[Object]) -> None:
        """Take levels in as they are: of a file that was accepted before."""
        full = _whole(rows)
        for warehouse in full:
            self._replace(warehouse, [row for row in rows if row["warehouse"] == warehouse])
        for row in rows:
            if row["warehouse"] not in full:
                self._update(self.shelves.setdefault(row["warehouse"], Shelf()), row)

    def read(self, locations: Sequence[str], skus: Sequence[str]) -> list[StockLevel]:
        """What is known; a SKU that a whole shelf does not list is zero there."""
        found: list[StockLevel] = []
        for location in locations:
            shelf = self.shelves.get(location, Shelf())
            for sku in skus:
                if sku in shelf.levels:
                    found.append(level(shelf.levels[sku]))
                elif shelf.is_whole:
                    found.append(_nothing(location, sku))
        return found

    def _check_size(self, warehouse: str, size: int) -> None:
        before = self.shelves.get(warehouse, Shelf()).full_size
        if size * 100 < before * LEAST_SHARE:
            raise BadFileError(
                f"{warehouse} had {before} SKUs in the full file before and has {size} in this one"
            )

    def _replace(self, warehouse: str, rows: Sequence[Object]) -> None:
        """The file's own levels, and what was told later than it was made."""
        made = min(_as_of(row) for row in rows)
        before = self.shelves.get(warehouse, Shelf()).levels.values()
        shelf = Shelf({row["sku"]: row for row in rows}, full_size=len(rows), is_whole=True)
        for row in before:
            if _as_of(row) > made:
                self._update(shelf, row)
        self.shelves[warehouse] = shelf

    def _update(self, shelf: Shelf, row: Object) -> None:
        """A file that comes late does not undo what was told after it was made."""
        known = shelf.levels.get(row["sku"])
        if known is None or _as_of(row) >= _as_of(known):
            shelf.levels[row["sku"]] = row


def _whole(rows: Sequence[Object]) -> set[str]:
    return {row["warehouse"] for row in rows if row["snapshot_type"] == "full"}


def _as_of(row: Object) -> datetime:
    at = moment(row["as_of"])
    if at is None:
        raise BadFileError(f"as_of of {str(row['sku'])[:64]} is not a time with its zone")
    return at


def _nothing(location: str, sku: str) -> StockLevel:
    return StockLevel(location_code=location, sku=sku, on_hand=ZERO, sellable=ZERO)
