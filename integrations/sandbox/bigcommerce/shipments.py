"""Shipments of an order. Posting one moves the order on and tells the shopper."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError, not_found
from integrations.sandbox.bigcommerce.formats import ZERO, answer, four, rfc2822
from integrations.sandbox.bigcommerce.listing import object_of, v2_page
from integrations.sandbox.bigcommerce.order_views import address_view
from integrations.sandbox.bigcommerce.state import Line, Order, State
from integrations.sandbox.bigcommerce.statuses import PART_SHIPPED, SHIPPED
from integrations.sandbox.core.http import Request, Response

LONGEST_TRACKING = 50
PROVIDERS = {"royalmail": "Royal Mail", "ups": "UPS", "fedex": "FedEx", "usps": "USPS"}
SHIPPABLE = (2, 3, 8, 9, 10, 11, 14)
TEXTS = ("tracking_number", "shipping_method", "shipping_provider", "tracking_carrier", "comments")


class Shipments:
    def __init__(self, state: State) -> None:
        self._state = state

    def list_all(self, request: Request, order_id: str) -> Response:
        order = self._state.order(order_id)
        return v2_page(request, order.shipments, lambda row: row)

    def get(self, request: Request, order_id: str, shipment_id: str) -> Response:
        return answer(self._find(order_id, shipment_id))

    def post(self, request: Request, order_id: str) -> Response:
        order, body = self._state.order(order_id), object_of(request)
        if body.get("order_address_id") != order.address_id or not order.address_id:
            raise ApiError(400, "The field 'order_address_id' is invalid.")
        if order.status_id not in SHIPPABLE:
            raise ApiError(409, "An order in this status cannot be shipped.")
        items = self._items(order, body)
        row = self._row(order, body, items)
        for line, quantity in items:
            line.shipped += quantity
        order.shipments.append(row)
        key = str(row["comments"] or row["tracking_number"])
        self._state.record("shipment", row["id"], key, row)
        self._tell(order, row["id"])
        return answer(row, status=201)

    def put(self, request: Request, order_id: str, shipment_id: str) -> Response:
        """Tracking data only; the items stay."""
        row, body = self._find(order_id, shipment_id), object_of(request)
        row.update({name: str(body[name]) for name in TEXTS if name in body})
        return answer(row)

    def count(self, request: Request, order_id: str) -> Response:
        return answer({"count": len(self._state.order(order_id).shipments)})

    def _tell(self, order: Order, shipment_id: int) -> None:
        event = {"type": "shipment", "id": shipment_id, "orderId": order.id}
        self._state.hooks.emit("store/shipment/created", event)
        is_whole = all(line.shipped + line.refunded >= line.quantity for line in order.lines)
        if is_whole:
            order.shipped_at = self._state.now()
        self._state.touch(order)
        self._state.move(order, SHIPPED if is_whole else PART_SHIPPED)

    def _items(self, order: Order, body: Mapping[str, Any]) -> list[tuple[Line, int]]:
        given = body.get("items")
        if not isinstance(given, list) or not given:
            raise ApiError(400, "The field 'items' is invalid.")
        found: list[tuple[Line, int]] = []
        for row in given:
            line, quantity = order.line(row.get("order_product_id")), row.get("quantity")
            if line is None or not isinstance(quantity, int) or quantity < 1:
                raise ApiError(400, "The field 'items' is invalid.")
            if line.shipped + quantity > line.quantity:
                raise ApiError(409, "The quantity is more than is left to ship.")
            found.append((line, quantity))
        return found

    def _row(
        self, order: Order, body: Mapping[str, Any], items: list[tuple[Line, int]]
    ) -> dict[str, Any]:
        texts = {name: str(body.get(name) or "") for name in TEXTS}
        if len(texts["tracking_number"]) > LONGEST_TRACKING:
            raise ApiError(400, "The field 'tracking_number' is too long.")
        link = str(body.get("tracking_link") or "")
        provider = texts["shipping_provider"]
        return {
            "id": self._state.next_id("shipment", start=11),
            "order_id": order.id,
            "customer_id": order.customer_id,
            "order_address_id": order.address_id,
            "date_created": rfc2822(self._state.now()),
            "merchant_shipping_cost": four(ZERO),
            **texts,
            "tracking_link": link,
            "shipping_provider_display_name": PROVIDERS.get(provider, provider),
            "generated_tracking_link": "" if link else "https://tracking.example.com/",
            "billing_address": address_view(order.billing),
            "shipping_address": address_view(order.billing),
            "items": [
                {"order_product_id": line.id, "product_id": line.product_id, "quantity": quantity}
                for line, quantity in items
            ],
        }

    def _find(self, order_id: str, shipment_id: str) -> dict[str, Any]:
        rows = self._state.order(order_id).shipments
        row = next((row for row in rows if str(row["id"]) == shipment_id), None)
        if row is None:
            raise not_found()
        return row
