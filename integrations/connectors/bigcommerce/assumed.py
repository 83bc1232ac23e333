"""What BigCommerce does not document, or documents twice. Correct it here only."""

from datetime import timedelta

# Paging -------------------------------------------------------------------------------------------
ORDERS_PER_REQUEST = 50  # with their rows and addresses inside; 250 is the most a list gives
ORDERS_PER_READ = 25  # each costs up to two more requests, so that a page fits the quota
PRODUCTS_PER_REQUEST = 250
REFUNDS_PER_REQUEST = 50
ROWS_PER_REQUEST = 250  # short lists for mapping pages
SKUS_PER_REQUEST = 100  # keeps the address of a request short
ITEMS_PER_PAGE = 1000  # of the inventory lists
SWEEP_FROM = 2000  # asking for more SKUs than this, reading all items of the places is cheaper
DENSE = 3  # ids are read as one range when at least one in this many of it is wanted

# Changed-since filters: their index and ours, late writers ----------------------------------------
ORDER_OVERLAP = timedelta(minutes=10)
REFUND_OVERLAP = timedelta(hours=2)  # the provider may decline one after it was booked
PRODUCT_OVERLAP = timedelta(minutes=10)

# Order statuses. Source: "Order statuses"; which count as sold is our reading ---------------------
INCOMPLETE = 0  # never got past the payment page: not an order yet
OPEN = frozenset({1, 7, 12, 13})  # started, unpaid, looked at, disputed
CANCELLED = frozenset({5, 6})
UNPAID = frozenset({0, 1, 6, 7})
REFUSES_SHIPMENTS = frozenset({0, 1, 4, 5, 6, 7})

# Money --------------------------------------------------------------------------------------------
TOTALS_IGNORE_TENDERS = True  # total_inc_tax is before gift certificates and store credit
# A discount that no row states was taken off the shipping (free delivery, shipping coupons).
SHIPPING_TAKES_THE_REST = True
TAKEN = frozenset({"purchase", "capture"})  # transaction events that bring money
OURS_BY_METHOD = {"gift_certificate": "giftcertificate", "store_credit": "storecredit"}

# Stand-ins for SKUs of rows that have none --------------------------------------------------------
NO_SKU = "(no SKU)"
SHIPPING_SKU, HANDLING_SKU, WRAPPING_SKU, FEE_SKU = (
    "(shipping)",
    "(handling)",
    "(wrapping)",
    "(fee)",
)

# Stock --------------------------------------------------------------------------------------------
LEVELS_PER_REQUEST = 2000  # documented
DEFAULT_LOCATION = 1  # documented: where parcels leave from
TRACKED_BY_PRODUCT = "tracked by product"  # in the sentence of a 422

# Writing ------------------------------------------------------------------------------------------
PRODUCTS_PER_BATCH = 10  # documented
VISIBILITY_LAG = timedelta(seconds=5)  # shipments and refunds show at once; stock may lag
CLOCK_ALLOWANCE = timedelta(minutes=5)
LOOK_BACK = timedelta(days=7)  # when we do not know when we first tried
LONGEST_TRACKING = 50
LONGEST_REASON = 1000
PENDING_REFUND = "another refund"  # in the sentence of a 422 while one is under way

# Carriers by their plain names. `shipping_provider` where BigCommerce knows them itself, otherwise
# the slug that AfterShip uses, in `tracking_carrier`.
PROVIDERS = {
    "royal mail": "royalmail", "ups": "ups", "fedex": "fedex", "usps": "usps",
    "canada post": "canadapost", "australia post": "auspost", "endicia": "endicia",
}  # fmt: skip
COURIERS = {
    "dpd": "dpd-uk", "evri": "myhermes-uk", "hermes": "myhermes-uk", "dhl": "dhl",
    "dhl express": "dhl", "dhl parcel": "dhl-parcel-uk", "parcelforce": "parcel-force",
    "yodel": "yodel", "tnt": "tnt-uk", "gls": "gls", "colissimo": "la-poste-colissimo",
    "postnl": "postnl", "an post": "an-post", "inpost": "inpost-uk", "amazon": "amazon",
}  # fmt: skip

# Refunds ------------------------------------------------------------------------------------------
STORE_CREDIT = "storecredit"  # a provider that gives no money back

# Rate limit ---------------------------------------------------------------------------------------
QUOTA, WINDOW_SECONDS = 150, 30  # Standard and Plus; the headers tell what we really have
BARE_PATIENCE = timedelta(seconds=10)  # after a 429 without headers: the platform is under load
LEAST_PATIENCE = timedelta(seconds=3)

# Webhooks -----------------------------------------------------------------------------------------
SIGNATURE_WINDOW = timedelta(minutes=5)
TOKEN_HEADER = "X-Plumbline-Token"  # noqa: S105 (the name of a header)
