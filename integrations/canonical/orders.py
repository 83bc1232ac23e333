"""Sales and returns as a channel rang them up."""

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from integrations.canonical.base import CanonicalRecord, Instant, Quantity, Sku


class OrderOrigin(StrEnum):
    TILL = "till"
    CLICK_AND_COLLECT = "click-and-collect"
    ONLINE = "online"


class LineRole(StrEnum):
    """What a line is: goods, or what is charged beside them."""

    GOODS = "goods"
    SHIPPING = "shipping"
    HANDLING = "handling"
    WRAPPING = "wrapping"
    FEE = "fee"


class Handover(StrEnum):
    """How the goods reach the shopper."""

    TAKEN = "taken"  # over the counter
    COLLECT = "collect"  # at the store of `pickup_location`
    DELIVER = "deliver"  # to `ship_to`


class Address(CanonicalRecord):
    """Where goods go; only what a parcel needs."""

    name: str = ""
    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""  # ISO 3166, two letters
    phone: str = ""
    email: str = ""


class OrderLine(CanonicalRecord):
    """One line as sold or returned; amounts are row totals, positive, as the source stated them."""

    line_id: str  # the source's own, unique inside the order
    sku: Sku
    name: str
    quantity: Quantity
    net: Decimal  # row total after discount, before tax
    tax: Decimal  # row total
    tax_rate: Decimal  # percent, 20 is 20 %
    discount_net: Decimal = Decimal(0)  # row total taken off before tax; information only
    role: LineRole = LineRole.GOODS
    is_gift_card: bool = False  # money taken in advance: a liability, no revenue
    condition_code: str = ""  # returns only: the reason or condition the till recorded
    original_line_id: str = ""  # returns only


class Tender(CanonicalRecord):
    """One payment or refund. `amount` is positive for money in a sale and money out in a return."""

    index: int = Field(ge=0)  # position in the source order: the source has no payment id
    name: str  # the till's display name: what mapping rows are keyed by
    code: str = ""  # the till's external id of the payment type, if any
    amount: Decimal
    reference: str = ""  # acquirer's reference


class Customer(CanonicalRecord):
    """Only what an order needs; empty strings when the shopper is anonymous."""

    email: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""

    @property
    def is_anonymous(self) -> bool:
        return not self.email


class _Receipt(CanonicalRecord):
    external_id: str  # a Sitoo orderid; `:credit` is added to the return of a mixed receipt
    number: str  # what is printed on the receipt
    store_code: str  # the store's external id at the source
    location_code: str  # the source's stock location (a Sitoo warehouseid)
    register_id: str = ""
    placed_at: Instant
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    lines: tuple[OrderLine, ...]
    tenders: tuple[Tender, ...]
    rounding: Decimal = Decimal(0)  # cash rounding: tenders = gross + rounding
    stated_net: Decimal  # the source's own totals, never recomputed
    stated_tax: Decimal
    stated_gross: Decimal
    customer: Customer = Customer()
    is_open: bool = False  # not completed at the source yet
    is_cancelled: bool = False


class SalesOrder(_Receipt):
    """A completed or open sale; all amounts positive."""

    origin: OrderOrigin = OrderOrigin.TILL
    handover: Handover = Handover.TAKEN
    ship_to: Address | None = None
    bill_to: Address | None = None
    pickup_location: str = ""  # the source's code of the store that the shopper chose
    shipping_method: str = ""  # the source's own name: what mapping rows are keyed by
    customer_group: str = ""  # the shop's code of a trade group; "" everybody
    is_paid: bool = True
    note: str = ""


class SalesCredit(_Receipt):
    """Goods coming back; all amounts positive, money goes out."""

    original_external_id: str = ""  # the sale it credits, when the till knows it
    reason_code: str = ""
