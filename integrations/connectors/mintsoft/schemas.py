"""Mintsoft's objects as it spells them. Unknown fields are kept; missing or mistyped ones refused.

Source: the public Swagger of api.mintsoft.co.uk, "Order", "StockLevel", "ProductInventory".
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, StrictInt, StrictStr

Text = Annotated[StrictStr, BeforeValidator(lambda value: "" if value is None else value)]
Count = Annotated[StrictInt, BeforeValidator(lambda value: 1 if value is None else value)]


class Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class OrderItem(Wire):
    SKU: StrictStr
    Quantity: StrictInt


class Order(Wire):
    """One part of an order; most orders have one."""

    ID: StrictInt
    OrderNumber: StrictStr
    OrderStatusId: StrictInt
    WarehouseId: StrictInt
    LastUpdated: StrictStr
    OrderStatus: Text = ""
    DespatchDate: Text = ""
    CourierServiceName: Text = ""
    TrackingNumber: Text = ""
    TrackingURL: Text = ""
    NumberOfParts: Count = 1
    OrderItems: list[OrderItem] = []


class Accepted(Wire):
    """One entry of the answer to a new order."""

    OrderId: StrictInt
    Success: StrictBool
    Message: Text = ""


class StockLevel(Wire):
    ProductId: StrictInt
    WarehouseId: StrictInt
    SKU: StrictStr
    Level: StrictInt
    TotalStockLevel: StrictInt | None = None
    LastUpdated: Text = ""


class Inventory(Wire):
    """One bin of a product."""

    WarehouseId: StrictInt
    SKU: StrictStr
    OnHand: StrictInt
    Allocated: StrictInt


class Product(Wire):
    ID: StrictInt
    SKU: StrictStr
    Name: Text
    EAN: Text = ""
    Discontinued: StrictBool | None = None


class Named(Wire):
    ID: StrictInt
    Name: StrictStr


Row = dict[str, Any]
