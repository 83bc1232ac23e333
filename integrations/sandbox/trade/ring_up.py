"""Rings trade up in the simulated systems, item by item, in the order in which it arrives."""

from collections import Counter, deque
from collections.abc import Iterable
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any

from integrations.sandbox.trade.estate import Estate, as_plain, example_estate
from integrations.sandbox.trade.items import (
    ZERO,
    Allocation,
    Receipt,
    StockAdjustment,
    TillClose,
    TradeItem,
)
from integrations.sandbox.trade.online import OnlineCancellation, OnlineItem, OnlineOrder
from integrations.sandbox.trade.seeding import Seeding

if TYPE_CHECKING:
    from integrations.sandbox.app import Sandbox


class TradeDesk:
    """One sandbox's trade: what is seeded, what waits, what was rung. Safe between threads."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.estate: Estate | None = None
        self.seeding = Seeding(sandbox)
        self.rung: Counter[str] = Counter()
        self.gross = ZERO
        self._sandbox = sandbox
        self._prepared: Estate | None = None
        self._waiting: deque[TradeItem | OnlineItem] = deque()
        self._lock = Lock()

    def open(self, estate: Estate | None = None) -> Estate:
        """Seed the estate (the example one if none is given) and trade in it from now on."""
        with self._lock:
            self.estate = estate or example_estate()
            if self.estate != self._prepared:
                self.seeding.seed(self.estate)
            self._prepared = None
            return self.estate

    def prepare(self, estate: Estate) -> None:
        """Seed an estate ahead of its trade, so that opening for it does not stock it twice."""
        self.open(estate)
        self._prepared = estate

    def load(self, items: Iterable[TradeItem | OnlineItem]) -> int:
        """Put trade in the queue and return how many items wait."""
        with self._lock:
            self._waiting.extend(items)
            return len(self._waiting)

    @property
    def waiting(self) -> int:
        """How many items are loaded and not rung up yet."""
        return len(self._waiting)

    def ring(self, count: int | None = None) -> int:
        """Ring up the next `count` items, or all that wait. Returns how many were rung."""
        done = 0
        while count is None or done < count:
            with self._lock:
                if not self._waiting:
                    break
                self._ring(self._waiting.popleft())
            done += 1
        return done

    def summary(self) -> dict[str, Any]:
        """Counts of what was rung up so far and their gross value."""
        return {"rung": dict(self.rung), "gross": self.gross, "waiting": self.waiting}

    def as_plain(self) -> dict[str, Any]:
        """The estate and what both systems call its parts; empty before it was seeded."""
        if self.estate is None:
            return {}
        return {"estate": as_plain(self.estate), **self.seeding.as_plain()}

    def levels(self) -> list[dict[str, Any]]:
        """Both systems' level of every SKU that was ever stocked in a store."""
        ids = self.seeding.ids
        places = [place for place in sorted(ids.stocked) if place[0] in ids.till_warehouses]
        return [self._level(store, sku) for store, sku in places]

    def _level(self, store: str, sku: str) -> dict[str, Any]:
        ids, erp = self.seeding.ids, self._sandbox.brightpearl
        with self._sandbox.sitoo.lock:
            item = self._sandbox.sitoo.stock.item(ids.till_warehouses[store], sku)
            level = {"store": store, "sku": sku, "till": item.total, "till_reserved": item.reserved}
        with erp.lock:
            if sku in erp.world.product_by_sku:
                seen = erp.stock_level(sku, ids.erp_warehouses[store])
                level |= {f"erp_{name}": units for name, units in seen.items()}
        return level

    def _ring(self, item: TradeItem | OnlineItem) -> None:
        if isinstance(item, OnlineItem):
            self._shop(item)
        elif isinstance(item, Allocation):
            self._allocate(item)
        else:
            self._ring_at_till(item)

    def _shop(self, item: OnlineItem) -> None:
        """Something happens in the online shop; a refund of what is not there is counted too."""
        shop = self._sandbox.bigcommerce
        with shop.lock:
            if isinstance(item, OnlineOrder):
                shop.checkout.place(item)
                self._count(f"online {item.outcome}", item.total)
            elif isinstance(item, OnlineCancellation):
                shop.checkout.cancel(item)
                self._count("online cancelled")
            else:
                given = shop.payments.give_back(item)
                self._count("online refunds" if given else "online refunds of nothing")

    def _ring_at_till(self, item: Receipt | TillClose | StockAdjustment) -> None:
        tills = self._sandbox.sitoo.tills
        with self._sandbox.sitoo.lock:
            if isinstance(item, Receipt):
                tills.sell(item)
                self._count("returns" if item.is_return else "sales", item.gross)
            elif isinstance(item, TillClose):
                tills.close(item)
                self._count("closes")
            else:
                tills.adjust(item)
                self._count("adjustments")

    def _allocate(self, item: Allocation) -> None:
        """A web order for collection reaches the ERP, which promises it the store's goods."""
        warehouse = self.seeding.ids.erp_warehouses[item.store]
        with self._sandbox.brightpearl.lock:
            erp = self._sandbox.brightpearl
            erp.allocate_click_and_collect(item.sku, warehouse, item.quantity)
        self._count("allocations")

    def _count(self, kind: str, gross: Decimal = ZERO) -> None:
        self.rung[kind] += 1
        self.gross += gross
