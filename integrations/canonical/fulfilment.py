"""Where an order is on its way to the shopper, and what left for it."""

from enum import StrEnum

from pydantic import Field

from integrations.canonical.base import CanonicalRecord, Instant, Quantity, Sku


class Stage(StrEnum):
    """One word per step, the same for every vendor; the vendor's own is kept beside it."""

    RECEIVED = "received"
    REJECTED = "rejected"
    ON_HOLD = "on-hold"
    BACKORDERED = "backordered"
    ALLOCATED = "allocated"
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    PART_DISPATCHED = "part-dispatched"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    READY = "ready-to-collect"
    COLLECTED = "collected"
    PICKUP_REJECTED = "pickup-rejected"  # the chosen store says no
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # a status that nobody mapped: looked at, never guessed


class Tracking(CanonicalRecord):
    """How a parcel travels; empty where the vendor does not say."""

    carrier: str = ""
    service: str = ""
    number: str = ""
    url: str = ""


class DispatchLine(CanonicalRecord):
    """What left of one order line. `line_id` is ours or the source order's, "" when unknown."""

    line_id: str = ""
    sku: Sku
    quantity: Quantity = Field(gt=0)


class Dispatch(CanonicalRecord):
    """Goods that left for one order: an ERP's shipped goods-out note, a warehouse's shipment.

    `order_external_id` is the order's id at the system that reports it, `order_reference` what that
    system keeps of ours (an external reference, a client order number); one of them is set.
    """

    external_id: str
    order_external_id: str = ""
    order_reference: str = ""
    location_code: str = ""
    dispatched_at: Instant
    tracking: tuple[Tracking, ...] = ()
    lines: tuple[DispatchLine, ...] = ()
    is_final: bool = False  # nothing more will follow for this order


class OrderProgress(CanonicalRecord):
    """The stage that one system reports for one order; identified as in Dispatch."""

    external_id: str  # of the report: the same for the same stage of the same order
    order_external_id: str = ""
    order_reference: str = ""
    stage: Stage
    status: str = ""  # the vendor's own word or number
    at: Instant
    reason: str = ""  # why it was rejected or held, in the vendor's words
    location_code: str = ""
