"""Wire models: what Brightpearl sends, in its own spelling. Unknown fields are kept.

QUIRK(brightpearl): unset fields are omitted, never null; amounts are decimal strings; ids used as
keys of a map are strings.
"""

from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel

Item = TypeVar("Item", bound=BaseModel)


class Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Many(RootModel[list[Item]], Generic[Item]):
    """A bare array of resources."""


class ById(RootModel[dict[int, Item]], Generic[Item]):
    """Resources by id."""


class Id(RootModel[int]):
    """A response that is just an id."""


# Orders. Source: recorded GET /order answers.


class Amount(Wire):
    value: Decimal
    currencyCode: str = ""


class Magnitude(Wire):
    magnitude: Decimal


class RowValue(Wire):
    rowNet: Amount
    rowTax: Amount
    taxCode: str = ""


class Composition(Wire):
    bundleChild: bool = False


class OrderRow(Wire):
    """Amounts are for the whole row."""

    productId: int
    quantity: Magnitude
    rowValue: RowValue
    productName: str = ""
    productSku: str = ""
    externalRef: str = ""
    itemCost: Amount | None = None
    composition: Composition = Composition()


class OrderCurrency(Wire):
    orderCurrencyCode: str
    accountingCurrencyCode: str = ""
    exchangeRate: Decimal = Decimal(1)


class TotalValue(Wire):
    net: Decimal
    taxAmount: Decimal
    total: Decimal


class Invoice(Wire):
    invoiceReference: str = ""


class OrderState(Wire):
    tax: str = ""


class Order(Wire):
    id: int
    orderTypeCode: str
    currency: OrderCurrency
    totalValue: TotalValue
    orderRows: dict[int, OrderRow] = {}
    reference: str = ""
    externalRef: str = ""
    state: OrderState = OrderState()
    invoices: list[Invoice] = []
    warehouseId: int = 0
    parentOrderId: int = 0

    @property
    def invoice(self) -> str:
        """The invoice's number, "pending" while it is being made, "" before."""
        return self.invoices[0].invoiceReference if self.invoices else ""

    @property
    def is_closed(self) -> bool:
        return self.state.tax == "INVOICED" or bool(self.invoice)


# Warehouse. Source: recorded GET /goods-note/goods-out, documented GET /goods-note/goods-in.


class GoodsOutRow(Wire):
    productId: int
    quantity: Decimal


class GoodsOutStatus(Wire):
    shipped: bool = False


class GoodsOutNote(Wire):
    orderId: int
    warehouseId: int
    status: GoodsOutStatus = GoodsOutStatus()
    orderRows: dict[int, list[GoodsOutRow]] = {}
    createdBy: int = 0
    lastEventVersion: int | None = None

    def quantities(self) -> dict[int, Decimal]:
        """Units by order row; a row may be split over locations."""
        return {
            row: sum((part.quantity for part in parts), Decimal(0))
            for row, parts in self.orderRows.items()
        }


class GoodsMoved(Wire):
    productId: int
    quantity: Decimal
    purchaseOrderRowId: int = 0  # QUIRK(brightpearl): on a credit, the credit's row
    destinationLocationId: int = 0


class GoodsInNote(Wire):
    orderId: int
    userBatchReference: str = ""
    goodsMoved: list[GoodsMoved] = []


class StockFigures(Wire):
    """`inStock` is physically there, `onHand` may still be promised."""

    inStock: Decimal
    onHand: Decimal


class Availability(Wire):
    """Only warehouses that hold the product are listed."""

    warehouses: dict[int, StockFigures] = {}


# Products and prices.


class Identity(Wire):
    sku: str = ""
    barcode: str = ""
    ean: str = ""
    upc: str = ""


class ProductStock(Wire):
    stockTracked: bool


class ProductTaxCode(Wire):
    code: str = ""


class FinancialDetails(Wire):
    taxCode: ProductTaxCode = ProductTaxCode()


class ChannelText(Wire):
    salesChannelName: str = ""
    productName: str = ""


class Product(Wire):
    id: int
    identity: Identity
    stock: ProductStock
    status: str
    financialDetails: FinancialDetails = FinancialDetails()
    salesChannels: list[ChannelText] = []


class PricesOfList(Wire):
    priceListId: int
    currencyCode: str = ""
    quantityPrice: dict[str, Decimal] = {}  # from quantity → net unit price


class ProductPrice(Wire):
    productId: int
    priceLists: list[PricesOfList] = []

    def of_list(self, price_list_id: int) -> PricesOfList | None:
        return next((each for each in self.priceLists if each.priceListId == price_list_id), None)

    def unit_net(self, price_list_id: int) -> Decimal | None:
        """The price of one; None when the list has none."""
        prices = self.of_list(price_list_id)
        return prices.quantityPrice.get("1") if prices else None


# Accounting.


class JournalChange(Wire):
    value: Decimal


class JournalEntryLine(Wire):
    nominalCode: str
    change: JournalChange | None = None
    transactionAmount: Decimal | None = None
    invoiceReference: str = ""

    @property
    def amount(self) -> Decimal:
        """In the journal's own currency where that is given."""
        if self.transactionAmount is not None:
            return self.transactionAmount
        return self.change.value if self.change else Decimal(0)


class Journal(Wire):
    id: int
    credits: list[JournalEntryLine] = []
    debits: list[JournalEntryLine] = []


class Journals(Wire):
    journals: list[Journal] = []


# Reference data.


class TaxCode(Wire):
    id: int
    code: str
    description: str = ""
    rate: Decimal = Decimal(0)  # percent; QUIRK(brightpearl): omitted when zero


class LocalisedText(Wire):
    text: str = ""


class PriceList(Wire):
    id: int
    name: LocalisedText = LocalisedText()
    code: str = ""
    currencyCode: str = ""


class NamedThing(Wire):
    """Warehouses, channels and shipping methods."""

    id: int
    name: str = ""


class OrderStatus(Wire):
    statusId: int
    name: str = ""
    orderTypeCode: str = ""


class AccountConfiguration(Wire):
    configuration: dict[str, Any] = {}


# Integration.


class Webhook(Wire):
    id: int
    subscribeTo: str = ""
    uriTemplate: str = ""


class MessageBody(Wire):
    content: str = ""  # QUIRK(brightpearl): JSON as a string


class ProcessedMessage(Wire):
    label: str
    statusCode: int
    body: MessageBody = MessageBody()


class MultiMessageAnswer(Wire):
    processedMessages: list[ProcessedMessage] = []
    unprocessedMessages: list[str] = []


class TokenAnswer(Wire):
    access_token: str = Field(min_length=1)
    refresh_token: str = ""
