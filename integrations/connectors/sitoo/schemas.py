"""Sitoo's objects as it spells them. Unknown fields are kept; missing or mistyped ones refused.

Source: Sitoo REST API v2, "Objects overview" and the schemas of each resource.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import IntEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


def _from_string(value: Any) -> Decimal:
    """QUIRK(sitoo): money and quantities are strings; a JSON number here is a changed schema."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValueError("must be a decimal number in a string")
    return Decimal(value)


def _from_number(value: Any) -> Decimal:
    """VAT rates are JSON numbers, in percent."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be a number")
    return Decimal(value)


def _map(value: Any) -> Any:
    """QUIRK(sitoo): an empty map may come as an empty list."""
    return {} if value is None or value == [] else value


Amount = Annotated[Decimal, BeforeValidator(_from_string)]
Percent = Annotated[Decimal, BeforeValidator(_from_number)]
Epoch = StrictInt  # seconds since 1970, UTC
Extra = Annotated[Mapping[str, Any], BeforeValidator(_map)]
Text = Annotated[StrictStr, BeforeValidator(lambda value: "" if value is None else value)]
ZERO = Decimal(0)


class Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class OrderState(IntEnum):
    OPEN = 0
    CLOSED = 10
    CANCELLED = 20
    ABANDONED = -1


class PaymentState(IntEnum):
    NONE = 0
    PENDING = 10
    RESERVED = 15
    SUCCESSFUL = 20
    CANCELLED = 30
    FAILED = 40


class OrderType(IntEnum):
    ORDER = 10
    BOOKING = 100
    PARKED = 110


class OrderItem(Wire):
    """`quantity` is negative on a returned row, and so are the row totals."""

    orderitemid: StrictInt  # index within the order
    orderitemtype: StrictInt
    productname: Text = ""
    sku: Text = ""
    quantity: StrictInt
    decimalunitquantity: Amount | None = None
    decimalquantitytotal: Amount | None = None
    vatvalue: Percent
    moneyitemtotal_net: Amount
    moneyitemtotal_vat: Amount
    moneydiscount: Amount = ZERO  # net, per unit
    additionaldata: Extra = Field(default_factory=dict)


class Payment(Wire):
    """Has no id of its own: its place in the list is its identity."""

    name: StrictStr
    moneyamount: Amount
    externalid: StrictStr | StrictInt | None = None
    refid: Text = ""
    additionaldata: Extra = Field(default_factory=dict)


class Order(Wire):
    orderid: StrictInt
    ordertypeid: OrderType
    orderstateid: OrderState
    paymentstateid: PaymentState
    orderdate: Epoch
    currencycode: StrictStr
    externalid: StrictStr | None = None
    creditorderid: StrictInt | None = None
    registerid: StrictStr | None = None
    warehouseid: StrictInt | None
    moneytotal_net: Amount
    moneytotal_vat: Amount
    moneyfinal_net: Amount | None = None  # with delivery and payment fees
    moneyfinal_vat: Amount | None = None
    moneytotal_gross_roundoff: Amount
    moneytotal_gross_all: Amount
    email: Text = ""
    namefirst: Text = ""
    namelast: Text = ""
    phone: Text = ""
    delivery_address: Text = ""
    additionaldata: Extra
    orderitems: tuple[OrderItem, ...]
    payments: tuple[Payment, ...]


class PaymentTotal(Wire):
    name: StrictStr
    moneytotal: Amount


class VatTotal(Wire):
    vatvalue: Percent
    moneytotalnet: Amount
    moneytotalvat: Amount


class ZReport(Wire):
    zreportid: StrictInt  # counts per register
    registerid: StrictStr
    datecreated: Epoch
    dateopened: Epoch | None = None
    dateadded: Epoch | None = None  # when it arrived, on the newer endpoint only
    store_id: Text = ""  # the store's external id
    currencycode: StrictStr
    moneysalestotal: Amount
    moneysalestotalnet: Amount
    numsales: StrictInt
    vatgroupssales: tuple[VatTotal, ...]
    moneyrefundtotal: Amount
    moneyrefundtotalnet: Amount
    numrefund: StrictInt
    vatgroupsrefund: tuple[VatTotal, ...]
    numreceipts: StrictInt
    moneysummaryroundoff: Amount
    moneysummarytotal: Amount
    paymentssales: tuple[PaymentTotal, ...]
    paymentsrefund: tuple[PaymentTotal, ...]
    moneycash_in: Amount
    moneycash_petty: Amount
    moneycash_bank: Amount
    moneycash_expected: Amount
    moneycash_counted: Amount
    moneycash_diff: Amount
    moneycash_bankfinal: Amount


class TransactionItem(Wire):
    sku: StrictStr
    decimalquantity: Amount  # signed


class Transaction(Wire):
    warehousetransactionid: StrictInt
    warehouseid: StrictInt
    datecreated: Epoch
    transactiontype: StrictInt
    description: Text = ""
    externalid: Text = ""
    reasoncode: Text = ""
    items: tuple[TransactionItem, ...]


class Product(Wire):
    productid: StrictInt
    sku: StrictStr
    title: Text = ""
    moneyprice: Amount
    vatid: StrictInt
    activepos: StrictBool
    stockcountenable: StrictBool
    barcode: Text = ""
    datemodified: Epoch | None = None


class WarehouseItem(Wire):
    sku: StrictStr
    decimaltotal: Amount
    decimalavailable: Amount
    datelastmodified: Epoch | None = None


class Warehouse(Wire):
    warehouseid: StrictInt
    warehousetype: StrictInt  # 10 FIFO, 20 Virtual
    name: StrictStr


class Register(Wire):
    registerid: StrictStr


class ProductGroup(Wire):
    vatid: StrictInt
    value: Percent
    productgroupname: Text = ""
    productgrouptype: StrictInt = 10


class Store(Wire):
    storeid: StrictInt
    name: StrictStr
    externalid: Text = ""


class PaymentType(Wire):
    name: StrictStr
    externalid: Text = ""


class ReasonCode(Wire):
    reasoncode: StrictStr
    name: Text = ""


class Site(Wire):
    eshopid: StrictInt


class Listed(Wire):
    """The envelope of collections. Rows are parsed one by one, so that a bad one stays alone."""

    totalcount: StrictInt
    items: tuple[dict[str, Any], ...]


class RowResult(Wire):
    """One row of a batch's answer, in the order of the request."""

    statuscode: StrictInt
    result: Any = Field(default=None, alias="return")
    errortext: Text = ""
