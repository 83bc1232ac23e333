"""Sales rung up at a steady rate, and what the ledger of the sandbox says became of them."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.rehearsal.control import Control

LedgerEntry = Mapping[str, Any]
Place = tuple[str, str]  # warehouse id at the till system, SKU


def load(control: Control, *, events: int, seed: int = 1) -> None:
    """Have so many receipts wait at the tills, about one in thirteen a return."""
    control.post("trade/generate", {"events": events, "seed": seed, "ring": False})


def ring_steadily(control: Control, *, rate: int, seconds: int) -> float:
    """Ring up `rate` receipts a second; returns the rate that was reached."""
    began = time.monotonic()
    for number in range(rate * seconds):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        control.post("trade/next", {"count": 1})
    return rate * seconds / (time.monotonic() - began)


@dataclass(frozen=True)
class Sale:
    """One receipt that sold something, and when the tills had it."""

    id: str
    at: datetime
    units: Mapping[Place, Decimal]


class Books:
    """The sandbox's ledger after entry number `after`."""

    def __init__(self, control: Control, *, after: int) -> None:
        self.entries: list[LedgerEntry] = control.get(f"ledger?after={after}")["entries"]

    def of(self, kind: str) -> list[LedgerEntry]:
        return [entry for entry in self.entries if entry["kind"] == kind]

    def sales(self) -> list[Sale]:
        receipts = self.of("receipt")
        return [_sale(each) for each in receipts if Decimal(each["payload"]["gross"]) > 0]

    def returned(self) -> set[Place]:
        """Where something came back, whose level may therefore rise in between."""
        receipts = self.of("receipt")
        back = [each for each in receipts if Decimal(each["payload"]["gross"]) <= 0]
        return {place for each in back for place in _sale(each).units}

    def accepted(self, kind: str) -> dict[str, datetime]:
        """When the ERP accepted the record of each receipt."""
        return {entry["key"].rpartition(":")[2]: moment(entry["at"]) for entry in self.of(kind)}

    def levels(self) -> dict[Place, list[tuple[datetime, Decimal]]]:
        """What the channel was told of each place, in order."""
        told: dict[Place, list[tuple[datetime, Decimal]]] = {}
        for entry in self.of("stock-level"):
            payload = entry["payload"]
            place = (str(payload["warehouseid"]), payload["sku"])
            level = (moment(entry["at"]), Decimal(payload["decimaltotal"]))
            told.setdefault(place, []).append(level)
        return told


def order_seconds(books: Books) -> tuple[list[float], int]:
    """Seconds from each sale to its order at the ERP, and how many sales have none."""
    orders = books.accepted("sales-order")
    sales = books.sales()
    found = [(orders[sale.id] - sale.at).total_seconds() for sale in sales if sale.id in orders]
    return found, len(sales) - len(found)


def level_seconds(books: Books, opening: Mapping[Place, Decimal]) -> tuple[list[float], int]:
    """Seconds from each sold row to the first level at the channel that is as low as the row makes
    it, and how many rows never had one. Only places in `opening` where nothing came back."""
    told, skipped = books.levels(), books.returned()
    left, found, missing = dict(opening), [], 0
    for sale in books.sales():
        for place, units in sale.units.items():
            if place not in left or place in skipped:
                continue
            left[place] -= units
            at = _first_as_low(told.get(place, ()), after=sale.at, level=left[place])
            if at is None:
                missing += 1
            else:
                found.append((at - sale.at).total_seconds())
    return found, missing


def _first_as_low(
    told: Iterable[tuple[datetime, Decimal]], *, after: datetime, level: Decimal
) -> datetime | None:
    fitting = (at for at, told_level in told if at >= after and told_level <= level)
    return next(fitting, None)


def opening_levels(control: Control, *, virtual_only: bool = True) -> dict[Place, Decimal]:
    """The level of every place at the tills. A FIFO store lowers its own: nobody tells it."""
    shown = control.get("estate")
    stores = {store["code"]: store for store in shown["estate"]["stores"]}
    warehouses = shown["sitoo"]["warehouses"]
    known = {p["sku"] for p in shown["estate"]["products"] if p["known_to_erp"]}
    return {
        (str(warehouses[row["store"]]), row["sku"]): Decimal(row["till"])
        for row in control.get("levels")["levels"]
        if row["sku"] in known and not (virtual_only and stores[row["store"]]["keeping"] == "fifo")
    }


def newest(control: Control) -> int:
    """The number of the newest ledger entry."""
    entries = control.get("ledger")["entries"]
    return int(entries[-1]["seq"]) if entries else 0


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _sale(entry: LedgerEntry) -> Sale:
    payload = entry["payload"]
    units: dict[Place, Decimal] = {}
    for line in payload["lines"]:
        place = (str(payload["warehouseid"]), line["sku"])
        units[place] = units.get(place, Decimal(0)) + Decimal(line["quantity"])
    return Sale(str(entry["id"]), moment(entry["at"]), units)
