"""Wire payload → canonical records, by topic; and pick lists as orders. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.effects import CreatePickList
from integrations.canonical.fulfilment import (
    Dispatch,
    DispatchLine,
    OrderProgress,
    Stage,
    Tracking,
)
from integrations.canonical.orders import Address
from integrations.canonical.products import Product
from integrations.canonical.stock import StockLevel
from integrations.connectors.bodies import parse, representable
from integrations.connectors.errors import RejectedError, SchemaChangedError, UnsupportedError
from integrations.connectors.mintsoft import schemas as wire
from integrations.connectors.mintsoft.assumed import DESPATCHED, STAGES
from integrations.connectors.mintsoft.config import MintsoftConfig
from integrations.ports import Difference

SYSTEM = "Mintsoft"


def records(topic: str, payload: dict[str, Any], zone: ZoneInfo) -> Sequence[CanonicalRecord]:
    """What a stored fact says. Raises SchemaChangedError naming the field."""
    with representable(SYSTEM, topic):
        return _READERS[topic](payload, zone)


def instant(text: str, zone: ZoneInfo, field: str) -> datetime:
    """QUIRK(mintsoft): times are local and carry no zone. Raises SchemaChangedError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SchemaChangedError(
            f"{SYSTEM} changed the shape of its answer: {field} is not a time.", field=field
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def local(at: datetime, zone: ZoneInfo) -> str:
    """The same, the other way round."""
    return at.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def stage(order: wire.Order) -> Stage:
    """A part of a split order that left is only a part. An unknown number is never guessed."""
    found = Stage(STAGES.get(order.OrderStatusId, Stage.UNKNOWN))
    is_part = order.NumberOfParts > 1
    return Stage.PART_DISPATCHED if is_part and found is Stage.DISPATCHED else found


def _orders(payload: Mapping[str, Any], zone: ZoneInfo) -> Sequence[CanonicalRecord]:
    order = parse(wire.Order, payload, system=SYSTEM, endpoint="orders")
    progress = OrderProgress(
        external_id=f"{order.ID}:{order.OrderStatusId}",
        order_external_id=str(order.ID),
        order_reference=order.OrderNumber,
        stage=stage(order),
        status=order.OrderStatus or str(order.OrderStatusId),
        at=instant(order.LastUpdated, zone, "LastUpdated"),
        location_code=str(order.WarehouseId),
    )
    return [progress, _dispatch(order, zone)] if _has_left(order) else [progress]


def _has_left(order: wire.Order) -> bool:
    return order.OrderStatusId in DESPATCHED


def _dispatch(order: wire.Order, zone: ZoneInfo) -> Dispatch:
    """Each part is a parcel of its own; only an order without further parts is known to be done."""
    return Dispatch(
        external_id=str(order.ID),
        order_external_id=str(order.ID),
        order_reference=order.OrderNumber,
        location_code=str(order.WarehouseId),
        dispatched_at=instant(order.DespatchDate or order.LastUpdated, zone, "DespatchDate"),
        tracking=(
            Tracking(
                service=order.CourierServiceName,
                number=order.TrackingNumber,
                url=order.TrackingURL,
            ),
        ),
        lines=tuple(
            DispatchLine(sku=item.SKU, quantity=Decimal(item.Quantity))
            for item in order.OrderItems
            if item.Quantity
        ),
        is_final=order.NumberOfParts <= 1,
    )


def level(payload: Mapping[str, Any]) -> StockLevel:
    """`Level` is what may be sold; `TotalStockLevel` adds what is allocated."""
    row = parse(wire.StockLevel, payload, system=SYSTEM, endpoint="StockLevels")
    total = row.Level if row.TotalStockLevel is None else row.TotalStockLevel
    return StockLevel(
        location_code=str(row.WarehouseId),
        sku=row.SKU,
        on_hand=Decimal(total),
        sellable=Decimal(row.Level),
    )


def inventory_levels(rows: Iterable[Mapping[str, Any]]) -> list[StockLevel]:
    """One level per warehouse from the bins of a product.

    QUIRK(mintsoft): `OnHand` is already net of what is allocated.
    """
    on_hand: Counter[tuple[str, str]] = Counter()
    allocated: Counter[tuple[str, str]] = Counter()
    for each in rows:
        row = parse(wire.Inventory, each, system=SYSTEM, endpoint="Inventory")
        on_hand[str(row.WarehouseId), row.SKU] += row.OnHand
        allocated[str(row.WarehouseId), row.SKU] += row.Allocated
    return [
        StockLevel(
            location_code=place,
            sku=sku,
            on_hand=Decimal(units + allocated[place, sku]),
            sellable=Decimal(units),
        )
        for (place, sku), units in on_hand.items()
    ]


def _stock(payload: Mapping[str, Any], zone: ZoneInfo) -> Sequence[CanonicalRecord]:
    return [level(payload)]


def _products(payload: Mapping[str, Any], zone: ZoneInfo) -> Sequence[CanonicalRecord]:
    item = parse(wire.Product, payload, system=SYSTEM, endpoint="products")
    return [
        Product(
            external_id=str(item.ID),
            sku=item.SKU,
            name=item.Name,
            barcode=item.EAN,
            is_active=not item.Discontinued,
        )
    ]


_READERS: Mapping[str, Callable[[Mapping[str, Any], ZoneInfo], Sequence[CanonicalRecord]]] = {
    "orders": _orders,
    "stock-changes": _stock,
    "products": _products,
}


def order_body(effect: CreatePickList, config: MintsoftConfig) -> dict[str, Any]:
    """Raises UnsupportedError for what Mintsoft cannot express, RejectedError without an address.

    Prices are left out: they are optional there, and ours include tax where theirs do not.
    """
    if effect.order_type == "pos_sale":
        raise UnsupportedError(f"{SYSTEM} picks orders; it cannot take a sale that is already out.")
    if effect.ship_to is None:
        raise RejectedError(f"Order {effect.external_ref} has no address to send it to.")
    body = {
        "OrderNumber": effect.external_ref,
        "ExternalOrderReference": next(iter(effect.external_refs.values()), ""),
        "WarehouseId": int(effect.warehouse_id),
        "ClientId": config.client_id,
        "Channel": effect.channel,
        "Currency": effect.currency,
        "CourierService": effect.shipping_method_id or config.courier_service,
        "Comments": effect.note,
        **_address(effect.ship_to),
        "OrderItems": [
            {"SKU": line.sku, "Quantity": _whole(line.quantity, line.sku), "Details": line.name}
            for line in effect.lines
        ],
        "OrderNameValues": [
            {"Name": "line_refs", "Value": ",".join(line.line_id for line in effect.lines)}
        ],
        "ConnectAction": _callbacks(effect.external_ref, config),
    }
    return {name: value for name, value in body.items() if value not in ("", None, {})}


def differences(effect: CreatePickList, parts: Iterable[wire.Order]) -> tuple[Difference, ...]:
    """Units per SKU, over all parts of the order, that read back other than they were meant."""
    meant: Counter[str] = Counter()
    for line in effect.lines:
        meant[line.sku] += _whole(line.quantity, line.sku)
    found: Counter[str] = Counter()
    for part in parts:
        found.update({item.SKU: item.Quantity for item in part.OrderItems})
    return tuple(
        Difference(f"lines[{sku}].quantity", str(meant[sku]), str(found[sku]))
        for sku in sorted({*meant, *found})
        if meant[sku] != found[sku]
    )


def _address(where: Address) -> dict[str, str]:
    first, _, last = where.name.partition(" ")
    line1, line2, *rest = (*where.lines, "", "")
    return {
        "FirstName": first,
        "LastName": last,
        "CompanyName": where.company,
        "Address1": line1,
        "Address2": line2,
        "Address3": ", ".join(line for line in rest if line),
        "Town": where.city,
        "County": where.region,
        "PostCode": where.postcode,
        "Country": where.country,
        "Phone": where.phone,
        "Email": where.email,
    }


def _callbacks(ref: str, config: MintsoftConfig) -> dict[str, Any]:
    """Source: Mintsoft help 11694811, "ConnectActions". Nothing signs them, so a token in the
    address is all there is, and what they say is fetched before it is believed."""
    if not config.callback_url or not config.webhook_secret:
        return {}
    address = f"{config.callback_url.rstrip('/')}/order?token={config.webhook_secret}"
    names = ("ExtraCode1", "ExtraCode2", "ExtraCode5")  # despatched, cancelled, split
    return {"Type": "API", "SourceOrderId": ref, "Complete": False} | dict.fromkeys(names, address)


def _whole(quantity: Decimal, sku: str) -> int:
    if quantity != quantity.to_integral_value():
        raise UnsupportedError(f"{SYSTEM} counts whole units: {quantity} of {sku} is not.")
    return int(quantity)
