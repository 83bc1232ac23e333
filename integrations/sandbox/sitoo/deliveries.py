"""Goods handed over: each delivery moves stock, and the last one closes its order."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.errors import invalid_value, missing
from integrations.sandbox.sitoo.formats import read_int
from integrations.sandbox.sitoo.listing import Wire, as_object, body_of, page
from integrations.sandbox.sitoo.order_wire import CLOSED, OPEN
from integrations.sandbox.sitoo.orders import Orders, read_one_of
from integrations.sandbox.sitoo.state import State, find
from integrations.sandbox.sitoo.stock import Kind, Stock

Pieces = tuple[int, int]
"""Row of the order, and how many pieces of it: negative when they come back."""


class Deliveries:
    """Order deliveries."""

    def __init__(self, state: State, stock: Stock, orders: Orders) -> None:
        self.state, self.stock, self.orders = state, stock, orders

    def list_of_order(self, request: Request, orderid: str) -> Any:
        order = find(self.state.orders, orderid)
        return page(request, self.state.deliveries.get(order["orderid"], []))

    def post(self, request: Request, orderid: str) -> Any:
        """Hand goods over. Returns the delivery's id."""
        order = find(self.state.orders, orderid)
        body = as_object(body_of(request))
        for name in ("warehouseid", "orderdeliveryitems"):
            if not body.get(name):
                raise missing(name)
        warehouse_id = read_one_of(body["warehouseid"], "warehouseid", self.state.warehouses)
        rows = [_read_pieces(order, as_object(item)) for item in body["orderdeliveryitems"]]
        delivery = self.deliver(
            order,
            warehouse_id,
            rows,
            moves_stock=not _ignores_stock(request, order),
            tracking=str(body.get("orderdeliveryref") or ""),
        )
        self.state.record("order-delivery", delivery["orderdeliveryid"], "", delivery)
        if order["orderstateid"] == OPEN and self._is_complete(order):
            self.orders.enter(order, CLOSED)
        return delivery["orderdeliveryid"]

    def deliver(
        self,
        order: Wire,
        warehouse_id: int,
        rows: Iterable[Pieces],
        *,
        moves_stock: bool = True,
        tracking: str = "",
    ) -> Wire:
        """Write a delivery down and move the stock: a sale out, a refund in."""
        id = self.state.next_id("delivery", start=30001)
        taken = list(rows)
        delivery: Wire = {
            "orderdeliveryid": id,
            "orderid": order["orderid"],
            "warehouseid": warehouse_id,
            "orderdeliveryref": tracking,
            "datedelivery": self.state.now(),
            "datecancelled": None,
            "pluginname": "",
            "orderdeliveryitems": [
                {
                    "orderdeliveryitemid": place,
                    "orderdeliveryid": id,
                    "orderitemid": row,
                    "quantity": pieces,
                }
                for place, (row, pieces) in enumerate(taken)
            ],
        }
        self.state.deliveries[order["orderid"]].append(delivery)
        self.state.events.delivery(order, delivery)
        if moves_stock:
            self._move(order, warehouse_id, taken, id)
        return delivery

    def _move(self, order: Wire, warehouse_id: int, taken: list[Pieces], delivery_id: int) -> None:
        for kind, sign in ((Kind.SALE, 1), (Kind.REFUND, -1)):
            rows = [
                (item["sku"], -_units(item, pieces), self.stock.cost_of(item["sku"]))
                for row, pieces in taken
                if pieces * sign > 0 and self._is_counted(item := order["orderitems"][row])
            ]
            if rows:
                self.stock.move(warehouse_id, kind, rows, delivery_id=delivery_id)

    def _is_counted(self, item: Wire) -> bool:
        product = self.state.product(item["sku"])
        return product is not None and bool(product["stockcountenable"])

    def _is_complete(self, order: Wire) -> bool:
        done: dict[int, int] = {}
        for delivery in self.state.deliveries[order["orderid"]]:
            for item in delivery["orderdeliveryitems"]:
                row = item["orderitemid"]
                done[row] = done.get(row, 0) + item["quantity"]
        return all(
            done.get(row["orderitemid"], 0) >= row["quantity"] for row in order["orderitems"]
        )


def _units(item: Wire, pieces: int) -> Decimal:
    """Units in so many pieces of the row."""
    return pieces * Decimal(item["decimalunitquantity"] or 1)


def _ignores_stock(request: Request, order: Wire) -> bool:
    told = order["additionaldata"].get("delivery-ignore-stock") == "true"
    return told or request.last("ignorestock") == "true"


def _read_pieces(order: Wire, item: Mapping[str, Any]) -> Pieces:
    row = read_int(item.get("orderitemid"), "orderitemid")
    if not 0 <= row < len(order["orderitems"]):
        raise invalid_value("orderitemid", row)
    return row, read_int(item.get("quantity"), "quantity")
