"""Wire payload → canonical records, by topic. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.canonical.base import THREE_PLACES, CanonicalRecord
from integrations.canonical.fulfilment import (
    Dispatch,
    DispatchLine,
    OrderProgress,
    Stage,
    Tracking,
)
from integrations.canonical.products import Product
from integrations.canonical.stock import StockLevel
from integrations.connectors.bodies import parse, representable
from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.orderwise import wire
from integrations.connectors.orderwise.assumed import LOCATION_COLUMN, STAGES
from integrations.connectors.orderwise.config import OrderwiseConfig
from integrations.connectors.orderwise.wire import SYSTEM

Payload = Mapping[str, Any]


class Reader:
    """Reads with one installation's status texts, time zone and location."""

    def __init__(self, config: OrderwiseConfig) -> None:
        self._zone = ZoneInfo(config.timezone)
        self._stages = {text: Stage(stage) for text, stage in STAGES.items()} | config.statuses
        self._location = config.stock_location_id

    def records(self, topic: str, payload: Payload) -> Sequence[CanonicalRecord]:
        """What a stored fact says. Raises SchemaChangedError naming the field."""
        with representable(SYSTEM, topic):
            return self._read(topic, wire.lowered(dict(payload)))

    def level(self, row: Payload) -> StockLevel:
        """QUIRK(orderwise): free stock is all that is told: what may still be sold, which may be
        negative or a fraction. What lies there is not known, so it stands for both."""
        free = _number(row.get("freestock"), "freeStock")
        exact = free.quantize(THREE_PLACES, rounding=ROUND_FLOOR)
        place = row.get(LOCATION_COLUMN)
        return StockLevel(
            location_code=self._location if place is None else str(place),
            sku=str(row.get("sku", "")),
            on_hand=exact,
            sellable=exact,
        )

    def _read(self, topic: str, payload: Payload) -> Sequence[CanonicalRecord]:
        if topic == "products":
            return [_product(payload)]
        if topic == "stock-changes":
            return [self.level(payload)]
        if "orderlines" in payload or "ecommerceordernumber" in payload:
            return self._status(payload)
        return self._status_row(payload)

    def _stage(self, text: str) -> Stage:
        """Texts are compared exactly; one that nobody mapped is unknown, never guessed."""
        return self._stages.get(text, Stage.UNKNOWN)

    def _status_row(self, payload: Payload) -> Sequence[CanonicalRecord]:
        """A row per delivery: how far the order is, and what this delivery was."""
        row = parse(wire.StatusRow, payload, system=SYSTEM, endpoint="status export")
        stage, order_id = self._stage(row.orderstatus), str(row.ordernumber)
        shipped = self._instant(row.dateshipped, "dateShipped") if row.dateshipped else None
        progress = OrderProgress(
            external_id=f"{row.orderid}:{row.orderstatus}",
            order_external_id=order_id,
            order_reference=row.orderreference,
            stage=stage,
            status=row.orderstatus,
            at=shipped or self._instant(payload.get("seenat", ""), "seenAt"),
        )
        if shipped is None:
            return [progress]
        parcel = Dispatch(
            external_id=f"{row.orderid}/{row.tracknumber or row.dateshipped}",
            order_external_id=order_id,
            order_reference=row.orderreference,
            dispatched_at=shipped,
            tracking=(Tracking(number=row.tracknumber, url=row.trackinglink),),
            is_final=stage is Stage.DISPATCHED,
        )
        return [progress, parcel]

    def _status(self, payload: Payload) -> Sequence[CanonicalRecord]:
        """One order in full. Lines are known per order, so only a single delivery has them."""
        order = parse(wire.OrderStatus, payload, system=SYSTEM, endpoint="order status")
        stage = self._stage(order.orderstatus)
        lines = _sent(order.orderlines) if len(order.deliveries) == 1 else ()
        parcels = [
            Dispatch(
                external_id=each.deliverynumber,
                order_external_id=order.id,
                order_reference=order.ecommerceordernumber,
                dispatched_at=self._instant(each.deliverydate, "deliveryDate"),
                tracking=tuple(
                    Tracking(carrier=each.couriername, number=number)
                    for number in each.consignmentnumbers
                ),
                lines=lines,
                is_final=stage is Stage.DISPATCHED,
            )
            for each in order.deliveries
        ]
        latest = max((parcel.dispatched_at for parcel in parcels), default=None)
        progress = OrderProgress(
            external_id=f"{order.ordernumber}:{order.orderstatus}",
            order_external_id=order.id,
            order_reference=order.ecommerceordernumber,
            stage=stage,
            status=order.orderstatus,
            at=latest or self._instant(payload.get("seenat", ""), "seenAt"),
        )
        return [progress, *parcels]

    def _instant(self, text: Any, field: str) -> datetime:
        """QUIRK(orderwise): times are local and carry no zone. Raises SchemaChangedError."""
        try:
            found = datetime.fromisoformat(str(text))
        except ValueError:
            raise _changed(field, "is not a time") from None
        return (found if found.tzinfo else found.replace(tzinfo=self._zone)).astimezone(UTC)


def _product(payload: Payload) -> Product:
    """The variant code is what everything is called by, so it is the id as well."""
    variant = parse(wire.Variant, payload, system=SYSTEM, endpoint="variants")
    return Product(
        external_id=variant.variantcode,
        sku=variant.variantcode,
        name=variant.description or variant.variantcode,
    )


def _sent(lines: Iterable[wire.Line]) -> tuple[DispatchLine, ...]:
    units = [(line, _number(line.quantitydespatched, "quantityDespatched")) for line in lines]
    return tuple(
        DispatchLine(line_id=str(line.itemnumber), sku=line.variantcode, quantity=quantity)
        for line, quantity in units
        if quantity
    )


def _number(value: Any, field: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _changed(field, "is not a number")
    return Decimal(value)


def _changed(field: str, why: str) -> SchemaChangedError:
    return SchemaChangedError(
        f"{SYSTEM} changed the shape of its answer: {field} {why}.", field=field
    )
