"""What Mintsoft does not document publicly. Check against a live account; correct it here only."""

from datetime import timedelta

MOST_ROWS = 100  # of one list; documented for ASNs, seen for orders
WRITES_PER_CALL = 20  # one request each
OVERLAP = timedelta(minutes=10)  # their clock and ours, and what became visible late
SWEEP_FROM = 5  # asking for more SKUs than this, a whole warehouse is cheaper
PER_MINUTE = 60  # no rate is published

# A key lives 24 hours; how a refusal of an order is worded is not documented.
UNKNOWN_SKU_PATTERNS = ("unable to find product", "product not found", "invalid sku")
DUPLICATE_PATTERNS = ("already exists", "duplicate order")

# Numbers of order statuses, in our words. Seen in client code; the names are documented.
STAGES = {
    1: "allocated", 2: "allocated", 3: "cancelled", 4: "dispatched", 5: "dispatched",
    6: "dispatched", 7: "on-hold", 8: "rejected", 9: "backordered", 10: "on-hold", 11: "on-hold",
    12: "on-hold", 13: "on-hold", 14: "on-hold", 15: "picking", 16: "picking", 17: "picked",
    18: "on-hold", 19: "picking", 20: "packed", 21: "backordered", 22: "received", 23: "picking",
}  # fmt: skip
DESPATCHED = frozenset({4, 5, 6})  # 5 and 6 are shown outside as DESPATCHED
CANCELLED = 3
