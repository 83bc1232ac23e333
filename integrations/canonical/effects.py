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
from integrations.canonical.orders import Customer


class Effect(CanonicalRecord):
    """One thing to write at one target."""

    operation: ClassVar[str]


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
    )
}
