"""Stock levels and movements."""

from decimal import Decimal

from integrations.canonical.base import CanonicalRecord, Instant, Quantity, Sku


class StockLevel(CanonicalRecord):
    """One system's level of one SKU at one of its locations.

    `on_hand` is what is physically there, `sellable` what may still be promised
    (Brightpearl's `inStock` and `onHand`). A missing reading is no StockLevel at all, never zero.
    """

    location_code: str
    sku: Sku
    on_hand: Quantity
    sellable: Quantity


class StockMovement(CanonicalRecord):
    """A change of stock that a system reports; `quantity` is signed."""

    external_id: str
    location_code: str
    kind: str  # sale, refund, move-in, move-out, manual-in, manual-out, stocktake
    occurred_at: Instant
    lines: tuple[tuple[Sku, Decimal], ...]
    note: str = ""
    is_ours: bool = False  # a level that we pushed, coming back
