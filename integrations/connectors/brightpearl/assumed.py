"""Everything the reference page could not prove, in one place: check these against a live account.

Nothing here is documented by the vendor. A wrong guess is corrected here and nowhere else.
"""

from datetime import timedelta

# A refusal with one of these codes, or with one of these phrases in its message, means that what we
# wanted is there already. The codes for a second externalRef, transactionRef or userBatchReference
# are not documented.
EXISTS_CODES = frozenset({"ORDC-DUP", "WHSB-061"})
EXISTS_PHRASES = (
    "already",
    "duplicate",
    "must be unique",
    "not unique",
    "has been shipped",
    "has been invoiced",
    "is invoiced",
)

# A search may run before the record it looks for is visible; integrators sleep a second or two.
VISIBILITY_LAG = timedelta(seconds=5)

# How far our clock and the vendor's may be apart in `createdOn` windows.
CLOCK_MARGIN = timedelta(minutes=5)

# Rows of an `updatedOn` search may become visible late, so every poll reads this much again.
POLL_OVERLAP = timedelta(seconds=60)

# A clock that differs by more than this gets a remark when a connection is tested.
CLOCK_TOLERANCE = timedelta(minutes=2)

# Ids per request: the documented limit is 200, but a limit on the length of a URL was not found.
IDS_PER_REQUEST = 100

# Rows of free text are stored under this product id; they are not goods.
FREE_TEXT_PRODUCT = 1000

# Journals that people or we post by hand.
MANUAL_JOURNAL = "JJ"

# Invoice number of an order whose invoicing is under way.
INVOICE_PENDING = "pending"

# Places of decimals that are kept: more would be cut at the other side.
NET_PLACES = 4
TAX_PLACES = 2

# How the vendor's own sales channel is called in product texts.
OWN_SALES_CHANNEL = "Brightpearl"
