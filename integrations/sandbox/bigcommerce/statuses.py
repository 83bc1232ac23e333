"""The fifteen order statuses. They cannot be added to, only relabelled."""

STATUSES = {
    0: "Incomplete",
    1: "Pending",
    2: "Shipped",
    3: "Partially Shipped",
    4: "Refunded",
    5: "Cancelled",
    6: "Declined",
    7: "Awaiting Payment",
    8: "Awaiting Pickup",
    9: "Awaiting Shipment",
    10: "Completed",
    11: "Awaiting Fulfillment",
    12: "Manual Verification Required",
    13: "Disputed",
    14: "Partially Refunded",
}
INCOMPLETE, SHIPPED, PART_SHIPPED, REFUNDED, CANCELLED = 0, 2, 3, 4, 5
AWAITING_PAYMENT, AWAITING_FULFILMENT, PART_REFUNDED = 7, 11, 14
