"""What Sitoo does not document publicly. Check against a live account; correct it here only."""

from datetime import timedelta

# Paging and batches -------------------------------------------------------------------------------
MOST_ROWS = 1000  # more is cut silently; pages up to 1000 were seen to work
ORDERS_PER_REQUEST = 50  # ids in one `orderid=a,b,c`
SKUS_PER_REQUEST = 100  # keeps the address of a request under eight thousand characters
LEVELS_PER_REQUEST = 500  # rows of PUT warehouseitems; no limit is documented
PRODUCTS_PER_REQUEST = 200  # Sitoo's guide is said to recommend it
SWEEP_FROM = 1000  # asking for more SKUs than this, reading the whole warehouse is cheaper

# Orders -------------------------------------------------------------------------------------------
DISCOUNT_ITEM = 20  # orderitemtype; its row follows the product row that it belongs to
GROSS_INCLUDES_ROUNDING = True  # moneytotal_gross_all is what the shopper pays
CARRIES_WEB_ORDER = "weborder"  # the additionaldata key that marks an order of the online shop
EXCHANGE = "Exchange"  # tender name for what one half of an exchange pays of the other
NO_SKU = "(no SKU)"  # stands for the SKU of a free-text row, so that it can be held or mapped

# Ids that were skipped may be parked baskets or orders stored out of turn: asked again this long.
GAP_PATIENCE = timedelta(hours=24)
MOST_GAPS = 100
ASK_AGAIN_AFTER = timedelta(seconds=60)  # for open orders and gaps

# Stock --------------------------------------------------------------------------------------------
# 10 to 50 are documented or follow from examples; the numbers from 60 on are guesses.
MOVEMENT_KINDS = {
    10: "move-in", 20: "move-out", 30: "sale", 40: "refund", 50: "stocktake",
    60: "manual-in", 70: "manual-out", 80: "shipment-in", 90: "shipment-out",
}  # fmt: skip
MOVE_IN, MOVE_OUT = 10, 20
# A FIFO warehouse lists only what has moved: a SKU that it does not list has none.
UNLISTED_IN_FIFO_IS_ZERO = True

# Products -----------------------------------------------------------------------------------------
PRICES_ARE_GROSS = True  # a setting of each account; multiple price lists require it

# Z-reports ----------------------------------------------------------------------------------------
REFUNDS_ARE_POSITIVE = True
Z_REPORTS_PER_REQUEST = 500  # documented for /pos-z-reports
Z_REPORT_OVERLAP = timedelta(minutes=2)  # reports may become visible out of order
Z_REPORT_LATE_UPLOAD = timedelta(days=3)  # per register only the creation time can be asked for

# Changed-since filters ----------------------------------------------------------------------------
CHANGE_OVERLAP = timedelta(minutes=5)  # their clock and ours

# Looking for our own stock transactions -----------------------------------------------------------
CLOCK_ALLOWANCE = timedelta(minutes=5)
LOOK_BACK = timedelta(days=7)  # when we do not know when we first tried

# Events: the documentation names these types but not the keys of their data -----------------------
Z_REPORT_KEYS = ("register_id", "z_report_id")
MOVEMENT_KEY = "warehouse_transaction_id"

# Rate limits: no numbers are public ---------------------------------------------------------------
LIMIT_HEADER = "x-rate-limit-limit"
REMAINING_HEADER = "x-rate-limit-remaining"
RESET_HEADER = "x-rate-limit-reset"  # epoch seconds
