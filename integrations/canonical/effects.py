"""Effects: what we want to exist at a target, with every code already translated.

An effect is complete: a sink needs nothing but the effect and the external ids (`refs`) of the
effects before it. Amounts are row totals in the document's currency, positive; direction is in the
operation.
"""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from integrations.canonical.base import CanonicalRecord, Instant, Quantity
from integrations.canonical.fulfilment import Stage, Tracking
from integrations.canonical.orders import Address, Customer


class Effect(CanonicalRecord):
    """One thing to write at one target."""

    operation: ClassVar[str]

    @property
    def proves_movement(self) -> bool:
        """Whether the owner's stock has moved once this is at its target."""
        return False


class EffectLine(CanonicalRecord):
    line_id: str
    sku: str
    product_id: str  # the target's id; empty for a free-text line
    name: str
    quantity: Quantity
    net: Decimal
    tax: Decimal
    tax_code: str
    nominal_code: str = ""
    is_stocked: bool = True
    warehouse_id: str = ""  # where this line moves stock, when not at the order's warehouse


class PaidPart(CanonicalRecord):
    """One tender that travels inside the order, in the target's own payment method."""

    method_code: str
    amount: Decimal = Field(gt=0)
    reference: str = ""


class CreateOrder(Effect):
    """A sales order with its lines, whole or not at all."""

    operation: ClassVar[str] = "create-order"

    external_ref: str = Field(max_length=64)  # our key at the target
    reference: str = Field(max_length=64)  # what people there will search for: the receipt number
    contact_id: str = ""  # a known contact; else `customer` is looked up or created
    customer: Customer = Customer()
    warehouse_id: str
    status_id: str = ""
    channel_id: str = ""
    price_list_id: str = ""
    placed_at: Instant
    tax_date: date
    currency: str
    lines: tuple[EffectLine, ...]
    ship_to: Address | None = None
    bill_to: Address | None = None
    shipping_method_id: str = ""
    payments: tuple[PaidPart, ...] = ()  # only for a target that takes them with the order
    is_whole: bool = False  # True: it moves stock and money by itself; no other effect follows

    @property
    def proves_movement(self) -> bool:
        return self.is_whole


class CreateCredit(CreateOrder):
    """A sales credit; linked to `refs["original_order"]` when that is known."""

    operation: ClassVar[str] = "create-credit"


class TakePayment(Effect):
    """Money in for an order. Needs refs["order"]."""

    operation: ClassVar[str] = "take-payment"

    transaction_ref: str = Field(max_length=64)
    method_code: str = Field(max_length=36)
    amount: Decimal = Field(gt=0)
    currency: str
    paid_at: Instant
    note: str = ""


class RefundPayment(TakePayment):
    """Money out for a credit. Needs refs["order"], the credit's id."""

    operation: ClassVar[str] = "refund-payment"


class GoodsLine(CanonicalRecord):
    line_id: str
    sku: str
    product_id: str
    quantity: Quantity
    disposition: Literal["restock", "quarantine"] = "restock"  # goods-in only


class IssueGoodsOut(Effect):
    """A goods-out note. Needs refs["order"] and refs["rows"] (line id → target row id)."""

    operation: ClassVar[str] = "issue-goods-out"

    warehouse_id: str
    release_at: Instant
    lines: tuple[GoodsLine, ...]

    @property
    def proves_movement(self) -> bool:
        return True


class ShipGoodsOut(Effect):
    """Marks the note shipped, which moves stock and cost. Needs refs["goods_out"]."""

    operation: ClassVar[str] = "ship-goods-out"

    shipped_at: Instant


class ReceiveGoodsIn(Effect):
    """Returned goods received. Needs refs["order"] (the credit) and refs["rows"]."""

    operation: ClassVar[str] = "receive-goods-in"

    reference: str  # unique at the target: our key
    warehouse_id: str
    received_at: Instant
    currency: str
    lines: tuple[GoodsLine, ...]

    @property
    def proves_movement(self) -> bool:
        return True


class CloseOrder(Effect):
    """Invoice a sales order. Needs refs["order"]."""

    operation: ClassVar[str] = "close-order"

    tax_date: date


class CloseCredit(CloseOrder):
    """Invoice a sales credit. Needs refs["order"]."""

    operation: ClassVar[str] = "close-credit"


class JournalLine(CanonicalRecord):
    """One side only: exactly one of debit and credit is not zero."""

    nominal_code: str
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    tax_code: str = ""
    memo: str = ""


class PostJournal(Effect):
    """A balanced journal. `reference` goes into every line and is how we find it again."""

    operation: ClassVar[str] = "post-journal"

    reference: str
    journal_date: date
    description: str
    currency: str
    lines: tuple[JournalLine, ...]


class SetLevel(Effect):
    """Tell a channel what may be sold of one SKU at one of its locations. Absolute, idempotent."""

    operation: ClassVar[str] = "set-level"

    location_code: str
    sku: str
    level: Quantity


class PutProduct(Effect):
    """Create or update a product in a channel; only the named fields are written."""

    operation: ClassVar[str] = "put-product"

    sku: str
    name: str
    price_gross: Decimal | None
    tax_rate: Decimal | None  # percent; the channel finds its own VAT group by rate
    barcode: str = ""
    is_stocked: bool = True
    is_active: bool = True


class SetVisibility(Effect):
    """Show or hide a product in the shop; it stays in the catalogue."""

    operation: ClassVar[str] = "set-visibility"

    sku: str
    product_id: str  # the shop's
    is_visible: bool


class ShipmentLine(CanonicalRecord):
    """`line_id` is the order line's id at the target."""

    line_id: str
    sku: str
    quantity: Quantity = Field(gt=0)


class CreateShipment(Effect):
    """Tell a channel what left, with its tracking, in one write. Needs refs["order"].

    Recovered by comparing tracking and items with the shipments of the order.
    """

    operation: ClassVar[str] = "create-shipment"

    reference: str = Field(max_length=64)  # our key, readable at the target where it has room
    shipped_at: Instant
    tracking: Tracking
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    warehouse_id: str = ""  # the target's stock location, where it wants one
    moves_stock: bool = False  # False: the target's stock is told by levels, not by this
    status_id: str = ""  # to set when the target does not move by itself


class SetOrderStage(Effect):
    """Tell a channel how far an order is; `status_id` is the target's own. Needs refs["order"]."""

    operation: ClassVar[str] = "set-order-stage"

    stage: Stage
    status_id: str
    at: Instant
    note: str = ""


class RefundOrder(Effect):
    """Give money back at the shop, exactly as its own quote says. Needs refs["order"].

    One at a time for an order. `expected_total` is what the till paid or promised: a quote that
    differs is refused, never adapted.
    """

    operation: ClassVar[str] = "refund-order"

    reference: str = Field(max_length=64)
    lines: tuple[ShipmentLine, ...] = ()
    shipping: Decimal = Decimal(0)
    expected_total: Decimal = Field(gt=0)
    currency: str
    is_offline: bool = False  # True: the money went back at the till; the shop only records it
    reason: str = Field(default="", max_length=1000)


class PickLine(CanonicalRecord):
    line_id: str
    sku: str
    name: str = ""
    quantity: Quantity = Field(gt=0)
    unit_gross: Decimal | None = None
    barcode: str = ""


class CreatePickupOrder(Effect):
    """An online order to collect, put into the chosen store's till system, stock reserved."""

    operation: ClassVar[str] = "create-pickup-order"

    external_ref: str = Field(max_length=64)
    reference: str = Field(max_length=64)  # what the shopper will show
    location_code: str  # the till system's stock location of the store
    placed_at: Instant
    currency: str
    customer: Customer = Customer()
    lines: tuple[EffectLine, ...]
    note: str = ""


class CreatePickList(Effect):
    """An order that a warehouse picks, packs and sends, once and whole."""

    operation: ClassVar[str] = "create-pick-list"

    external_ref: str = Field(max_length=64)  # ours; the warehouse's key, never reused
    order_type: Literal["ship_to_customer", "store_replenishment", "click_collect", "pos_sale"]
    warehouse_id: str
    ordered_at: Instant
    required_by: Instant | None = None
    shipping_method_id: str = ""
    ship_to: Address | None = None  # None only for pos_sale
    lines: tuple[PickLine, ...] = Field(min_length=1)
    channel: str = ""
    external_refs: dict[str, str] = {}
    currency: str = ""
    note: str = ""


class CancelPickList(Effect):
    """Ask the warehouse not to send an order. Needs refs["order"] where it names orders itself."""

    operation: ClassVar[str] = "cancel-pick-list"

    external_ref: str = Field(max_length=64)  # the pick list's
    reason: str = ""


class ReturnLine(CanonicalRecord):
    line_id: str
    sku: str
    quantity: Quantity = Field(gt=0)
    reason: str = ""


class AnnounceReturn(Effect):
    """Tell the warehouse what a shopper sends back, so that it is known when it comes."""

    operation: ClassVar[str] = "announce-return"

    external_ref: str = Field(max_length=64)  # ours, never reused
    order_ref: str = Field(max_length=64)  # of the pick list that it came with
    warehouse_id: str
    expected_by: date | None = None
    lines: tuple[ReturnLine, ...] = Field(min_length=1)


EFFECTS: dict[str, type[Effect]] = {
    effect.operation: effect
    for effect in (
        CreateOrder,
        CreateCredit,
        TakePayment,
        RefundPayment,
        IssueGoodsOut,
        ShipGoodsOut,
        ReceiveGoodsIn,
        CloseOrder,
        CloseCredit,
        PostJournal,
        SetLevel,
        PutProduct,
        SetVisibility,
        CreateShipment,
        SetOrderStage,
        RefundOrder,
        CreatePickupOrder,
        CreatePickList,
        CancelPickList,
        AnnounceReturn,
    )
}
