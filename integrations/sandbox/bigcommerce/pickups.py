"""Click and collect: where orders may be collected, and the hand-over records."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError
from integrations.sandbox.bigcommerce.formats import answer, iso, read_time, read_whole
from integrations.sandbox.bigcommerce.listing import among, body_of, rows_of, v3_page
from integrations.sandbox.bigcommerce.state import Order, State
from integrations.sandbox.core.http import Request, Response

PER_REQUEST = 100


class Pickups:
    def __init__(self, state: State) -> None:
        self._state = state

    def methods(self, request: Request) -> Response:
        ids, made = among(request, "id:in"), iso(self._state.now())
        rows = [id for id in self._state.pickup_methods if ids is None or str(id) in ids]

        def view(id: int) -> dict[str, Any]:
            location = self._state.locations[self._state.pickup_methods[id]]
            return {
                "id": id,
                "location_id": location.id,
                "display_name": f"Collect from {location.label}",
                "collection_instructions": "Bring the order number.",
                "collection_time_description": "Ready in two hours.",
                "date_created": made,
                "date_modified": made,
            }

        return v3_page(request, rows, view)

    def list_all(self, request: Request) -> Response:
        orders, ids = among(request, "order_id:in"), among(request, "pickup_id:in")
        if orders is None and ids is None:
            raise ApiError(422, "Either order_id:in or pickup_id:in is required.")
        rows = [
            row
            for order in self._state.orders.values()
            for row in order.pickups
            if (orders is None or str(order.id) in orders)
            and (ids is None or str(row["id"]) in ids)
        ]
        return answer({"data": rows})

    def post(self, request: Request) -> Response:
        rows = rows_of(body_of(request), most=PER_REQUEST)
        return answer({"data": [self._add(row) for row in rows], "meta": {}})

    def put(self, request: Request) -> Response:
        rows = rows_of(body_of(request), most=PER_REQUEST)
        return answer({"data": [self._change(row) for row in rows], "meta": {}})

    def _add(self, row: Mapping[str, Any]) -> dict[str, Any]:
        order = self._order(row)
        if row.get("pickup_method_id") != order.pickup_method_id:
            raise ApiError(422, "The order is not collected by this method.")
        ready = _time(row, "ready_at")
        if ready is None:
            raise ApiError(422, "ready_at is required.")
        collected, now = _time(row, "collected_at"), iso(self._state.now())
        pickup = {
            "id": self._state.next_id("pickup"),
            "pickup_method_id": order.pickup_method_id,
            "order_id": order.id,
            "ready_at": ready,
            "created_at": now,
            "updated_at": now,
            "pickup_items": [
                self._item(order, item, collected) for item in row.get("pickup_items") or ()
            ],
        }
        order.pickups.append(pickup)
        self._state.record("pickup", pickup["id"], str(order.id), pickup)
        return pickup

    def _change(self, row: Mapping[str, Any]) -> dict[str, Any]:
        rows = [each for order in self._state.orders.values() for each in order.pickups]
        pickup = next((each for each in rows if each["id"] == row.get("pickup_id")), None)
        if pickup is None:
            raise ApiError(422, "The pickup does not exist.")
        pickup["ready_at"] = _time(row, "ready_at") or pickup["ready_at"]
        collected = _time(row, "collected_at")
        for item in pickup["pickup_items"] if collected else ():
            item.update(status="COLLECTED", collected_at=collected)
        pickup["updated_at"] = iso(self._state.now())
        return pickup

    def _order(self, row: Mapping[str, Any]) -> Order:
        order = self._state.orders.get(read_whole(row.get("order_id"), "order_id"))
        if order is None or not order.pickup_id:
            raise ApiError(422, "The order is not one to collect.")
        return order

    def _item(self, order: Order, item: Mapping[str, Any], collected: str | None) -> dict[str, Any]:
        line, quantity = order.line(item.get("order_product_id", 0)), item.get("quantity")
        if line is None or not isinstance(quantity, int) or not 0 < quantity <= line.quantity:
            raise ApiError(422, "A pickup item does not fit the order.")
        return {
            "id": self._state.next_id("pickup item"),
            "order_product_id": line.id,
            "quantity": quantity,
            "status": "COLLECTED" if collected else "AWAITING_COLLECTION",
            "collected_at": collected,
        }


def _time(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return iso(read_time(value, name)) if isinstance(value, str) and value else None
