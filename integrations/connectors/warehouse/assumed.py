"""The contract's numbers and spellings. No vendor stands behind them: agree them at go-live."""

from datetime import timedelta

# Reading by change: what became visible late is read again, the inbox drops what it has.
OVERLAP = timedelta(minutes=10)
SKUS_PER_REQUEST = 100
WRITES_PER_CALL = 20  # one request each; more would hold a worker for long

# Webhooks: whose clock differs by more is replaying an old call.
MOST_SKEW = timedelta(seconds=300)
TOPICS = (
    "order.accepted", "order.rejected", "order.status_changed", "shipment.dispatched",
    "shipment.delivered", "stock.changed",
)  # fmt: skip

# Rate limits: seconds until the window ends.
LIMIT_HEADER = "x-ratelimit-limit"
REMAINING_HEADER = "x-ratelimit-remaining"
RESET_HEADER = "x-ratelimit-reset"

# Files: a writer that has not touched a file for so long has finished it.
STABLE_AFTER = timedelta(seconds=60)
# A full stock file with a smaller share of the SKUs before it is parked for a person. Percent.
LEAST_SHARE = 80
LARGEST_FILE = 20 * 1024 * 1024  # bytes

# Why stock moved, in our words; what is not here is told by its sign.
MOVEMENT_KINDS = {
    "pos_sale": "sale",
    "return": "refund",
    "receipt": "move-in",
    "count": "stocktake",
}
