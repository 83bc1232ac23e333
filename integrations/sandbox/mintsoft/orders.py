"""Orders: taken whole or refused in a 200, split over warehouses, and walked to the door."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.sandbox.mintsoft.state import STATUSES, RefusedError, State, Wire

NEW, PRINTED, CANCELLED, DESPATCHED, BACKORDER = 1, 2, 3, 4, 9
WALK = (NEW, PRINTED, 16, 17, 20, DESPATCHED)
GONE = (DESPATCHED, 5, 6)
FIRST_ORDER = 20285


class Orders:
    """`elsewhere` are SKUs that another warehouse keeps: their lines become a part of their own."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.elsewhere: dict[str, int] = {}  # warehouse by SKU
        self.invoice_status = 5

    def put(self, body: Mapping[str, Any]) -> list[Wire]:
        """QUIRK(mintsoft): a list, also for one order; refusals are in it, with a 200."""
        number = str(body.get("OrderNumber") or "")
        problem = self._problem(body, number)
        if problem:
            return [{"OrderId": 0, "OrderNumber": number, "Success": False, "Message": problem}]
        parts = self._parts(body)
        made = [
            self._make(body, warehouse, items, part=part, of=len(parts))
            for part, (warehouse, items) in enumerate(parts.items(), start=1)
        ]
        self._state.record("order", made[0]["ID"], number, dict(body))
        return [_answer(order) for order in made]

    def step(self, id: int) -> Wire:
        """One step on; a back order is taken up when there is stock."""
        order = self._state.orders[id]
        status = order["OrderStatusId"]
        if status == BACKORDER:
            if self._allocate(order):
                self._enter(order, NEW)
        elif status == DESPATCHED:
            self._enter(order, self.invoice_status)
        elif status in WALK:
            following = WALK[WALK.index(status) + 1]
            self._enter(order, following)
            if following == DESPATCHED:
                self._despatch(order)
        return order

    def run(self, id: int, until: int) -> Wire:
        """Step until the order has a status, at most ten times."""
        for _ in range(10):
            if self._state.orders[id]["OrderStatusId"] == until:
                break
            self.step(id)
        return self._state.orders[id]

    def set_status(self, id: int, status: int) -> None:
        """What somebody there does by hand."""
        self._enter(self._state.orders[id], status)

    def cancel(self, id: str) -> Wire:
        """QUIRK(mintsoft): asked for by GET."""
        order = self._state.order(id)
        if order["OrderStatusId"] in (*GONE, CANCELLED, 16, 17, 20):
            word = STATUSES[order["OrderStatusId"]]
            return {"ID": order["ID"], "Success": False, "Message": f"Order is {word}"}
        if order["OrderStatusId"] != BACKORDER:
            self._free(order)
        self._enter(order, CANCELLED)
        self._state.record("cancellation", order["ID"], order["OrderNumber"], {})
        self._state.call_back(order, "ExtraCode2")
        return {"ID": order["ID"], "Success": True, "Message": ""}

    def parts_of(self, number: str) -> list[Wire]:
        """Every part of an order, by its number."""
        return [row for row in self._state.orders.values() if row["OrderNumber"] == number]

    def _problem(self, body: Mapping[str, Any], number: str) -> str:
        """Why it is refused in a 200; empty when it is taken. Raises RefusedError."""
        _check_shape(body)
        if body["WarehouseId"] not in self._state.warehouses:
            return "Unable to find Warehouse"
        if number and self.parts_of(number):
            return f"Order Number {number} already exists"
        unknown = [
            item["SKU"] for item in body["OrderItems"] if self._state.product(item["SKU"]) is None
        ]
        return f"Unable to find product with SKU {unknown[0]}" if unknown else ""

    def _parts(self, body: Mapping[str, Any]) -> dict[int, list[Mapping[str, Any]]]:
        parts: dict[int, list[Mapping[str, Any]]] = {}
        for item in body["OrderItems"]:
            warehouse = self.elsewhere.get(item["SKU"], body["WarehouseId"])
            parts.setdefault(warehouse, []).append(item)
        return parts

    def _make(
        self,
        body: Mapping[str, Any],
        warehouse: int,
        items: Sequence[Mapping[str, Any]],
        *,
        part: int,
        of: int,
    ) -> Wire:
        id = FIRST_ORDER + len(self._state.orders)
        kept = {name: value for name, value in body.items() if name != "ConnectAction"}
        order = {
            **kept,
            "ID": id,
            "WarehouseId": warehouse,
            "Part": part,
            "NumberOfParts": of,
            "OrderStatusId": NEW,
            "DespatchDate": None,
            "TrackingNumber": None,
            "TrackingURL": None,
            "NumberOfParcels": 1,
            "OrderItems": [
                {**item, "ID": id * 10 + place, "Allocated": 0, "Commited": 0, "OnBackOrder": 0}
                for place, item in enumerate(items, start=1)
            ],
        }
        self._state.orders[id] = order
        self._state.actions[id] = dict(body.get("ConnectAction") or {})
        self._enter(order, NEW if self._allocate(order) else BACKORDER)
        return order

    def _allocate(self, order: Wire) -> bool:
        """All of it or nothing."""
        wanted = [
            (item, self._state.product(item["SKU"]) or {}, item["Quantity"])
            for item in order["OrderItems"]
        ]
        warehouse = order["WarehouseId"]
        if any(self._state.shelf(warehouse, row["ID"]).on_hand < qty for _, row, qty in wanted):
            return False
        for item, row, qty in wanted:
            item["Allocated"] = qty
            self._state.move(warehouse, row["ID"], on_hand=-qty, allocated=qty)
        return True

    def _free(self, order: Wire) -> None:
        for item in order["OrderItems"]:
            row = self._state.product(item["SKU"]) or {}
            units = item["Allocated"]
            self._state.move(order["WarehouseId"], row["ID"], on_hand=units, allocated=-units)
            item["Allocated"] = 0

    def _despatch(self, order: Wire) -> None:
        for item in order["OrderItems"]:
            row = self._state.product(item["SKU"]) or {}
            self._state.move(order["WarehouseId"], row["ID"], allocated=-item["Allocated"])
            item["Allocated"] = 0
        number = f"JD{order['ID']:08d}"
        order |= {
            "DespatchDate": self._state.stamp(),
            "CourierServiceName": "Next Day",
            "TrackingNumber": number,
            "TrackingURL": f"https://track.example/{number}",
        }
        self._state.record("shipment", order["ID"], "", {"order": order["OrderNumber"]})
        self._state.call_back(order, "ExtraCode1")

    def _enter(self, order: Wire, status: int) -> None:
        order["OrderStatusId"] = status
        order["OrderStatus"] = STATUSES.get(status, "SOMETHINGNEW")
        order["LastUpdated"] = self._state.stamp()


def _check_shape(body: Mapping[str, Any]) -> None:
    for name in ("OrderItems", "WarehouseId", "Country", "CourierService"):
        if not body.get(name):
            raise RefusedError(400, f"{name} is required")
    for item in body["OrderItems"]:
        if not item.get("SKU") or type(item.get("Quantity")) is not int or item["Quantity"] < 1:
            raise RefusedError(400, "An item needs a SKU and a whole Quantity")


def _answer(order: Wire) -> Wire:
    return {
        "OrderId": order["ID"],
        "OrderNumber": order["OrderNumber"],
        "Success": True,
        "OrderStatusId": order["OrderStatusId"],
        "OrderStatus": order["OrderStatus"],
        "Message": "",
        "OrderItems": [{"SKU": item["SKU"], "ID": item["ID"]} for item in order["OrderItems"]],
    }
