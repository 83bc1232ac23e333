"""Wire models of documents, in Brightpearl's own spelling. Unknown fields are kept.

QUIRK(brightpearl): unset fields are omitted, never null; amounts are decimal strings; ids used as
keys of a map are strings.
"""

from decimal import Decimal
from typing import Generic, TypeVar

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


# Transport.


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
