"""Telling the shop what left: one shipment with its tracking in one request.

Source: "Orders v2 / Shipments". QUIRK(bigcommerce): a status alone makes no shipment, and every
shipment may send the shopper an e-mail: so tracking comes with it, and it is never sent on a doubt.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.canonical.effects import CreateShipment
from integrations.canonical.fulfilment import Tracking
from integrations.connectors.bigcommerce import schemas as wire
from integrations.connectors.bigcommerce.assumed import COURIERS, LONGEST_TRACKING, PROVIDERS
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.errors import ConnectorError, RejectedError, UnsupportedError
from integrations.ports import (
    Absent,
    Difference,
    Done,
    Found,
    Intent,
    LookUp,
    Posted,
    ReadBack,
    Unclear,
)


class Shipping:
    def __init__(self, client: BigCommerceClient) -> None:
        self._client = client

    def send(self, intent: Intent) -> Done:
        """Raises any ConnectorError."""
        effect, order_id = _effect(intent), order_of(intent)
        address_id = self._address(order_id, effect)
        body = _body(effect, address_id)
        made = self._client.post_shipment(order_id, body, keys=[intent.key])
        detail = {"order": order_id, "tracking": made.tracking_number}
        return Done(str(made.id), detail | self._move(intent, order_id))

    def look_up(self, intent: Intent) -> LookUp:
        """Ours by its reference, or by tracking and items."""
        effect = _effect(intent)
        shipments = self._client.shipments(order_of(intent))
        ours = [each for each in shipments if effect.reference == each.comments]
        alike = ours or [each for each in shipments if _is_same(effect, each)]
        if not alike:
            return self._doubtful(effect, shipments)
        if len(alike) > 1:
            return Unclear(f"{len(alike)} shipments of the order look like this one.")
        if _items(effect) != _items_of(alike[0]):
            return Unclear(f"Shipment {alike[0].id} is ours and holds other items.")
        return Found(str(alike[0].id), {"tracking": alike[0].tracking_number})

    def _doubtful(self, effect: CreateShipment, shipments: Sequence[wire.Shipment]) -> LookUp:
        """The same parcel with other items is somebody's; whose, a person must say."""
        for each in shipments:
            if each.tracking_number and each.tracking_number == effect.tracking.number:
                return Unclear(f"Shipment {each.id} has the same tracking and other items.")
        return Absent()

    def read_back(self, posted: Posted) -> ReadBack:
        effect = _effect(posted.intent)
        shipments = self._client.shipments(order_of(posted.intent))
        made = next((each for each in shipments if str(each.id) == posted.external_ref), None)
        if made is None:
            return ReadBack(missing=True)
        pairs = [
            ("tracking", effect.tracking.number, made.tracking_number),
            ("items", _spelt(_items(effect)), _spelt(_items_of(made))),
        ]
        return ReadBack(
            tuple(Difference(name, meant, found) for name, meant, found in pairs if meant != found)
        )

    def _address(self, order_id: str, effect: CreateShipment) -> int:
        """Where the rows go; a shipment has one address. Raises RejectedError."""
        lines = {str(line.id): line for line in self._client.order_lines(order_id)}
        unknown = [each.line_id for each in effect.lines if each.line_id not in lines]
        if unknown:
            raise RejectedError(f"Order {order_id} has no row {unknown[0]} at {SYSTEM}.")
        addresses = {lines[each.line_id].order_address_id for each in effect.lines}
        if len(addresses) > 1:
            raise RejectedError(f"The rows of order {order_id} go to several addresses.")
        (address,) = addresses
        if not address:
            raise RejectedError(f"Order {order_id} is not sent: its rows have no address.")
        return address

    def _move(self, intent: Intent, order_id: str) -> dict[str, str]:
        """Set the status when the order did not move by itself. The shipment stands either way:
        trouble here is told, and never makes it be sent again."""
        status_id = _effect(intent).status_id
        if not status_id:
            return {}
        try:
            order = self._client.plain_order(order_id)
            if str(order.get("status_id")) != status_id:
                body = {"status_id": int(status_id)}
                self._client.put_order(order_id, body, keys=[intent.key])
        except ConnectorError as error:
            return {"status": f"not set: {error.sentence}"}
        return {"status": status_id}


def order_of(intent: Intent) -> str:
    """The order's id at the shop. Raises RejectedError."""
    order_id = str(intent.refs.get("order") or "")
    if not order_id.isdecimal():
        raise RejectedError(f"It is not known which order of {SYSTEM} this belongs to.")
    return order_id


def carrier_fields(tracking: Tracking) -> dict[str, str]:
    """The carrier as BigCommerce knows it: its own providers, else AfterShip's couriers, else the
    name itself, which shoppers see."""
    name = tracking.carrier.strip().casefold()
    if name in PROVIDERS:
        return {"shipping_provider": PROVIDERS[name], "tracking_carrier": ""}
    if name in COURIERS:
        return {"shipping_provider": "", "tracking_carrier": COURIERS[name]}
    return {"shipping_provider": tracking.carrier.strip(), "tracking_carrier": ""}


def _body(effect: CreateShipment, address_id: int) -> dict[str, Any]:
    tracking = effect.tracking
    if len(tracking.number) > LONGEST_TRACKING:
        raise RejectedError(
            f"{SYSTEM} takes tracking numbers of at most {LONGEST_TRACKING} characters."
        )
    link = {"tracking_link": tracking.url} if tracking.url else {}
    return {
        "order_address_id": address_id,
        "tracking_number": tracking.number,
        "shipping_method": tracking.service,
        **carrier_fields(tracking),
        **link,
        "comments": effect.reference,
        "items": [
            {"order_product_id": int(line_id), "quantity": quantity}
            for line_id, quantity in _items(effect).items()
        ],
    }


def whole_units(quantity: Decimal) -> int:
    """Raises UnsupportedError for a part of one."""
    if quantity != int(quantity):
        raise UnsupportedError(f"{SYSTEM} counts whole units; {quantity} is not one.")
    return int(quantity)


def _items(effect: CreateShipment) -> dict[str, int]:
    """Units by row."""
    found: dict[str, int] = {}
    for line in effect.lines:
        found[line.line_id] = found.get(line.line_id, 0) + whole_units(line.quantity)
    return found


def _items_of(shipment: wire.Shipment) -> dict[str, int]:
    return {str(item.order_product_id): item.quantity for item in shipment.items}


def _is_same(effect: CreateShipment, shipment: wire.Shipment) -> bool:
    return (
        shipment.tracking_number == effect.tracking.number
        and bool(shipment.tracking_number)
        and _items(effect) == _items_of(shipment)
    )


def _spelt(items: Mapping[str, int]) -> str:
    return ", ".join(f"{items[line]} × {line}" for line in sorted(items))


def _effect(intent: Intent) -> CreateShipment:
    assert isinstance(intent.effect, CreateShipment)
    return intent.effect
