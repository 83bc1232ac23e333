"""The contract's objects. Unknown fields are kept; missing or mistyped ones refused."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StrictInt, StrictStr

Text = Annotated[StrictStr, BeforeValidator(lambda value: "" if value is None else value)]


class Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class PageMark(Wire):
    has_more: bool
    next_cursor: StrictStr | None = None


class Listed(Wire):
    """One page of any collection."""

    data: list[dict[str, Any]]
    page: PageMark


class OrderLine(Wire):
    line_ref: StrictStr
    sku: StrictStr
    qty: StrictInt


class Order(Wire):
    client_order_ref: StrictStr
    warehouse: StrictStr
    status: StrictStr
    status_at: AwareDatetime
    warehouse_order_ref: Text = ""
    reason: Text = ""
    lines: list[OrderLine] = []  # files tell the status only


class Package(Wire):
    tracking_number: Text = ""
    tracking_url: Text = ""


class ShipmentLine(Wire):
    sku: StrictStr
    qty: StrictInt
    line_ref: Text = ""


class Shipment(Wire):
    shipment_ref: StrictStr
    client_order_ref: StrictStr
    warehouse: StrictStr
    dispatched_at: AwareDatetime
    carrier: Text = ""
    service: Text = ""
    packages: list[Package] = []
    lines: list[ShipmentLine]
    final: bool = False


class Stock(Wire):
    """`available` is what may be sold; either figure may be worked out from the others."""

    warehouse: StrictStr
    sku: StrictStr
    on_hand: StrictInt
    allocated: StrictInt | None = None
    available: StrictInt | None = None
    as_of: AwareDatetime


class Movement(Wire):
    movement_ref: StrictStr
    warehouse: StrictStr
    sku: StrictStr
    qty: StrictInt
    reason: Text = ""
    at: AwareDatetime


class Product(Wire):
    sku: StrictStr
    name: StrictStr
    barcode: Text = ""
    active: bool = True


class Warehouse(Wire):
    code: StrictStr
    name: StrictStr


class Ping(Wire):
    server_time: AwareDatetime
    version: Text = ""
