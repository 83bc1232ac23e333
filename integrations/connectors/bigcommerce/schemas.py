"""BigCommerce's objects as it spells them. Unknown fields are kept; missing or mistyped refused.

Source: REST Management API, OpenAPI of 2026-04 (orders v2 and v3, catalogue, inventory, hooks).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

ZERO = Decimal(0)


def _amount(value: Any) -> Decimal:
    """QUIRK(bigcommerce): v2 money is text with four decimals, seldom a number; v3 has numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("must be an amount")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError("must be an amount") from None
    if not amount.is_finite():
        raise ValueError("must be an amount")
    return amount


def read_moment(value: Any) -> datetime | None:
    """QUIRK(bigcommerce): v2 dates look like mail headers and "never" is empty; v3 is ISO 8601."""
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        raise ValueError("must be a date in text")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = parsedate_to_datetime(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _sure_moment(value: Any) -> datetime:
    moment = read_moment(value)
    if moment is None:
        raise ValueError("must be a date")
    return moment


Amount = Annotated[Decimal, BeforeValidator(_amount)]
Moment = Annotated[datetime, BeforeValidator(_sure_moment)]
Maybe = Annotated[datetime | None, BeforeValidator(read_moment)]
Text = Annotated[StrictStr, BeforeValidator(lambda value: "" if value is None else value)]
# An id that comes as text in some lists and as a number in others.
Id = Annotated[StrictStr, BeforeValidator(lambda value: "" if value is None else str(value))]


class Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


# Orders (v2)


class Discount(Wire):
    amount: Amount
    code: Text = ""


class OrderLine(Wire):
    id: StrictInt
    sku: Text = ""
    name: Text = ""
    type: Text = "physical"
    quantity: StrictInt
    order_address_id: StrictInt = 0
    quantity_shipped: StrictInt = 0
    quantity_refunded: StrictInt = 0
    total_ex_tax: Amount
    total_inc_tax: Amount
    discounted_total_inc_tax: Amount | None = None
    wrapping_cost_inc_tax: Amount = ZERO
    wrapping_cost_tax: Amount = ZERO
    applied_discounts: list[Discount] = []


class Address(Wire):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    street_1: Text = ""
    street_2: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    country_iso2: Text = ""
    phone: Text = ""
    email: Text = ""


class PickupPlace(Wire):
    id: StrictInt
    code: Text = ""


class Part(Wire):
    """Rows that reach the shopper in one way."""

    line_items: list[OrderLine] = []


class Pickup(Part):
    location: PickupPlace


class Shipping(Part, Address):
    id: StrictInt
    shipping_method: Text = ""


class Emails(Wire):
    gift_certificates: list[Part] = []


class Consignments(Wire):
    """How an order reaches the shopper. It is collected or sent, never both."""

    pickups: list[Pickup]
    shipping: list[Shipping]
    downloads: list[Part] = []
    email: Emails = Emails()

    @property
    def lines(self) -> list[OrderLine]:
        """Every row once, in the order of their ids."""
        parts: list[Part] = [*self.pickups, *self.shipping, *self.downloads]
        parts += self.email.gift_certificates
        rows = {line.id: line for part in parts for line in part.line_items}
        return [rows[id] for id in sorted(rows)]


class Fee(Wire):
    id: StrictInt
    cost_inc_tax: Amount
    cost_tax: Amount = ZERO
    display_name_customer: Text = ""


def _fees(value: Any) -> Any:
    """QUIRK(bigcommerce): a list, a list inside `fees`, or only a link to it."""
    if isinstance(value, Mapping):
        value = value.get("fees", [])
    return value or []


class Order(Wire):
    id: StrictInt
    customer_id: StrictInt = 0
    date_created: Moment
    status_id: StrictInt
    total_ex_tax: Amount
    total_inc_tax: Amount
    total_tax: Amount
    shipping_cost_inc_tax: Amount = ZERO
    shipping_cost_tax: Amount = ZERO
    handling_cost_inc_tax: Amount = ZERO
    handling_cost_tax: Amount = ZERO
    wrapping_cost_inc_tax: Amount = ZERO
    wrapping_cost_tax: Amount = ZERO
    store_credit_amount: Amount = ZERO
    gift_certificate_amount: Amount = ZERO
    payment_method: Text = ""
    payment_provider_id: Id = ""
    default_currency_code: StrictStr = Field(pattern=r"^[A-Z]{3}$")
    customer_message: Text = ""
    billing_address: Address
    consignments: Consignments
    fees: Annotated[list[Fee], BeforeValidator(_fees)] = []


class Tax(Wire):
    """`line_item_type` and `order_product_id` come only with details."""

    name: Text = ""
    rate: Amount
    line_amount: Amount
    order_product_id: Id = ""
    line_item_type: Text = ""


# Orders (v3)


class Named(Wire):
    display_name: Text = ""
    payment_method: Text = ""


class Transaction(Wire):
    event: StrictStr
    method: StrictStr
    amount: Amount
    currency: StrictStr
    gateway: Text = ""
    gateway_transaction_id: Text = ""
    payment_method_id: Text = ""
    status: Text = "ok"
    test: bool = False
    offline: Named | None = None
    custom: Named | None = None


class RefundItem(Wire):
    item_type: StrictStr
    item_id: StrictInt
    quantity: Amount = Decimal(1)
    requested_amount: Amount | None = None
    reason: Text = ""


class RefundPayment(Wire):
    provider_id: Text = ""
    amount: Amount
    offline: StrictBool = False
    is_declined: StrictBool = False
    declined_message: Text = ""
    transaction_id: Id = ""


class Refund(Wire):
    id: StrictInt
    order_id: StrictInt
    created: Moment
    reason: Text = ""
    total_amount: Amount
    total_tax: Amount = ZERO
    items: list[RefundItem] = []
    payments: list[RefundPayment] = []


class QuotedPayment(Wire):
    provider_id: StrictStr
    amount: Amount
    offline: StrictBool = False


class Quote(Wire):
    total_refund_amount: Amount
    total_refund_tax_amount: Amount = ZERO
    refund_methods: list[list[QuotedPayment]]


class ShipmentItem(Wire):
    order_product_id: StrictInt
    quantity: StrictInt


class Shipment(Wire):
    id: StrictInt
    tracking_number: Text = ""
    shipping_provider: Text = ""
    tracking_carrier: Text = ""
    comments: Text = ""
    items: list[ShipmentItem] = []


# Catalogue and stock


class OptionValue(Wire):
    option_display_name: Text = ""
    label: Text = ""


class Variant(Wire):
    id: StrictInt
    sku: Text = ""
    price: Amount | None = None
    upc: Text = ""
    gtin: Text = ""
    purchasing_disabled: StrictBool = False
    option_values: list[OptionValue] = []


class Product(Wire):
    id: StrictInt
    name: StrictStr
    type: Text = "physical"
    sku: Text = ""
    price: Amount
    tax_class_id: Id = ""
    inventory_tracking: Text = "none"
    is_visible: StrictBool
    availability: Text = "available"
    upc: Text = ""
    gtin: Text = ""
    date_created: Maybe = None
    variants: list[Variant] = []


class Identity(Wire):
    sku: Text = ""
    variant_id: StrictInt
    product_id: StrictInt


class ItemLevel(Wire):
    location_id: StrictInt
    available_to_sell: Amount
    total_inventory_onhand: Amount


class Item(Wire):
    identity: Identity
    locations: list[ItemLevel]


# Envelopes and lists


class Pagination(Wire):
    total_pages: StrictInt = 1
    current_page: StrictInt = 1


class Meta(Wire):
    pagination: Pagination = Pagination()


class Listed(Wire):
    """The envelope of every v3 list."""

    data: list[Any]
    meta: Meta = Meta()


class Single(Wire):
    """The envelope of every v3 object."""

    data: dict[str, Any]


class Hook(Wire):
    id: StrictInt
    scope: StrictStr
    destination: StrictStr
    is_active: StrictBool
    headers: dict[str, Any] | None = None


class Store(Wire):
    name: Text = ""
    currency: Text = ""
    plan_level: Text = ""
    is_price_entered_with_tax: StrictBool
    timezone: dict[str, Any] = {}
