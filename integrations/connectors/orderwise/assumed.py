"""What OrderWise does not document publicly, which is nearly everything: its reference is served by
each customer's own installation. Check against that; correct it here only.
"""

from datetime import timedelta

# Value lists by number; the ids in them differ per installation. Seen in client code.
VALUE_LISTS = {
    "currencies": 1, "tax-codes": 2, "warehouses": 4, "order-types": 15, "shipping-methods": 18,
    "payment-methods": 20, "price-lists": 56,
}  # fmt: skip
ORDER, CREDIT = 1, 4  # system order types

# Texts of the order status table; they are compared exactly and differ per installation.
STAGES = {
    "Awaiting despatch": "received",
    "On hold": "on-hold",
    "Partially despatched": "part-dispatched",
    "Completed": "dispatched",
    "Invoice waiting to be printed": "dispatched",
}

# How a refusal is worded is nowhere documented: patterns, compared in lower case.
UNKNOWN_SKU_PATTERNS = ("variant code", "was not found", "unknown variant")
DUPLICATE_PATTERNS = ("already exists", "duplicate", "already been imported")

# Columns that each export definition must have; more do no harm. Names are the SQL's aliases.
STOCK_COLUMNS = ("sku", "freestock")
STATUS_COLUMNS = (
    "orderid", "orderstatus", "tracknumber", "trackinglink", "ordernumber", "orderreference",
    "dateshipped",
)  # fmt: skip
ORDER_COLUMNS = ("orderid", "ordernumber", "ecommerceordernumber")
GROSS_COLUMN = "ordergross"  # of the order export; compared where it is there
LOCATION_COLUMN = "stocklocationid"  # of the stock export; without it one figure for everywhere
WRAPPERS = ("data", "rows", "results")  # some answers wrap the list
EVERYTHING_SINCE = "2000-01-01T00:00:00"

# A session imports every five minutes: what was accepted may not show before.
VISIBILITY_LAG = timedelta(minutes=6)
OVERLAP = timedelta(minutes=15)  # their clock, and rows that are worked out late
CATALOGUE_EVERY = timedelta(hours=1)  # variants come in one long list
MOST_VARIANTS = 200_000
CUSTOMERS_PER_PAGE = 1000
WRITES_PER_CALL = 10  # one request each
SWEEP_FROM = 20  # asking for more SKUs than this, the whole stock export is cheaper
PER_MINUTE = 60  # clients pace themselves to one a second

UNIT_PLACES = 2  # of unit prices: what does not divide evenly is split over two lines
