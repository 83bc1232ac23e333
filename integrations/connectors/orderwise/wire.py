"""Answers as we need them: keys without case, wrappers taken off, columns looked for."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictInt, StrictStr

from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.orderwise.assumed import WRAPPERS

SYSTEM = "OrderWise"
Row = dict[str, Any]
Text = Annotated[StrictStr, BeforeValidator(lambda value: "" if value is None else value)]


class Wire(BaseModel):
    """QUIRK(orderwise): upper and lower case of keys vary, so they are lowered first."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Named(Wire):
    """A row of a value list; what its name is called varies."""

    id: StrictInt
    name: Text = ""
    description: Text = ""


class Variant(Wire):
    variantid: StrictInt
    variantcode: StrictStr
    description: Text = ""


class Customer(Wire):
    id: StrictInt
    accountnumber: Text = ""
    statementname: Text = ""


class StatusRow(Wire):
    """QUIRK(orderwise): `ordernumber` is the internal id, `orderid` what people call the number."""

    orderid: StrictStr
    ordernumber: StrictInt
    orderstatus: StrictStr
    orderreference: Text
    tracknumber: Text
    trackinglink: Text
    dateshipped: Text


class Line(Wire):
    itemnumber: StrictInt
    variantcode: StrictStr
    quantitydespatched: Any = 0


class Delivery(Wire):
    deliverynumber: StrictStr
    deliverydate: StrictStr
    couriername: Text = ""
    consignmentnumbers: list[StrictStr] = []


class OrderStatus(Wire):
    """One order, asked for by its id; `id` is ours to add."""

    id: StrictStr
    ordernumber: Text
    ecommerceordernumber: Text
    orderstatus: StrictStr
    orderlines: list[Line] = []
    deliveries: list[Delivery] = []


def lowered(value: Any) -> Any:
    """The same with every key in lower case."""
    if isinstance(value, dict):
        return {str(key).lower(): lowered(each) for key, each in value.items()}
    return [lowered(each) for each in value] if isinstance(value, list) else value


def rows_of(data: Any, endpoint: str) -> list[Row]:
    """A list of objects, wrapped or not; an empty body is an empty list. Raises SchemaChangedError.

    QUIRK(orderwise): nothing to tell may be a 204.
    """
    found = lowered(data)
    if isinstance(found, dict):
        found = next((found[name] for name in WRAPPERS if name in found), [found])
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise SchemaChangedError(
            f"{SYSTEM} changed the shape of its answer: the whole is not a list.",
            field="",
            detail=endpoint,
        )
    return found


def with_columns(rows: list[Row], columns: Sequence[str], *, export: int) -> list[Row]:
    """The rows, if they have these columns. Raises SchemaChangedError naming those missing."""
    missing = [name for name in columns if rows and name not in rows[0]]
    if missing:
        raise SchemaChangedError(
            f"{SYSTEM}'s export definition {export} has no column {', '.join(missing)} any more.",
            field=missing[0],
            detail=f"columns: {', '.join(rows[0])}",
        )
    return rows
