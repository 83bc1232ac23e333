"""Orders: writing them, changing them, their logs, and where they are looked up."""

from collections.abc import Container, Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.errors import invalid_value, missing
from integrations.sandbox.sitoo.formats import EXTERNAL_ID, read_int
from integrations.sandbox.sitoo.listing import Wire, as_object, body_of, page
from integrations.sandbox.sitoo.order_items import written_item, written_payment
from integrations.sandbox.sitoo.order_wire import (
    ADDRESS_FIELDS,
    CANCELLED,
    CLOSED,
    NOTE_FIELDS,
    OPEN,
    PERSON_FIELDS,
    STATE_WORDS,
    blank_order,
    log_item,
    totals,
)
from integrations.sandbox.sitoo.state import State, find
from integrations.sandbox.sitoo.stock import Stock

FIRST_ORDER = 20001
LOG_TYPES = {900: "ready-for-pickup", 910: "pickup-rejected"}
TEXT_FIELDS = (*PERSON_FIELDS, *ADDRESS_FIELDS, *NOTE_FIELDS, "currencycode")
CODE_FIELDS = {
    "ordertypeid": (10, 100, 110),
    "orderstateid": (*STATE_WORDS, -1),
    "paymentstateid": (0, 10, 15, 20, 30, 40),
}
NUMBER_FIELDS = ("orderdate", "creditorderid", "datereserved")


class Orders:
    """Sales, refunds and written orders."""

    def __init__(self, state: State, stock: Stock) -> None:
        self.state, self.stock = state, stock

    def post(self, request: Request) -> Any:
        """Add an order, e.g. one to be collected in a store. Returns its id."""
        body = as_object(body_of(request))
        if body.get("ordertypeid") is None:
            raise missing("ordertypeid")
        changes = self._read(body) | {"externalid": self._read_external_id(body.get("externalid"))}
        changes |= self._read_rows(body)
        order = self.new_order(self.state.now())
        order |= changes
        self.index(order)
        self.reserve(order)
        self.state.record("order", order["orderid"], order["externalid"] or "", dict(order))
        self.state.events.order(order, "add", state=STATE_WORDS.get(order["orderstateid"], ""))
        return order["orderid"]

    def put(self, request: Request, orderid: str) -> Any:
        """Change an order; closing or cancelling it frees what was reserved."""
        order = find(self.state.orders, orderid)
        body = as_object(body_of(request))
        changes = self._read(body)
        changes["additionaldata"] = order["additionaldata"] | changes.get("additionaldata", {})
        self.state.record("order-change", order["orderid"], "", dict(body))
        state = changes.pop("orderstateid", order["orderstateid"])
        self.free(order)
        order |= changes
        if state == order["orderstateid"]:
            self.reserve(order)
            self.state.events.order(order, "update")
        else:
            self.enter(order, state)
        return True

    def enter(self, order: Wire, state: int) -> None:
        """Move the order to another state and tell everybody."""
        order["orderstateid"] = state
        order["orderlogitems"].append(log_item(self.state.now(), 70, number=state))
        self.index(order)
        if state in (CLOSED, CANCELLED):
            self.free(order)
        else:
            self.reserve(order)
        self.state.events.order(order, "update", state=STATE_WORDS.get(state, ""))

    def new_order(self, at: int) -> Wire:
        """A blank order under the next id, dated `at`."""
        id = self.state.next_id("order", start=FIRST_ORDER)
        order = blank_order(id, currency=self.state.currency, at=at)
        self.state.orders[id] = order
        self.state.order_ids.append(id)
        return order

    def index(self, order: Wire) -> None:
        """Make the order findable by what it is known by."""
        id = order["orderid"]
        if order["externalid"]:
            self.state.by_external_id[order["externalid"]] = id
        if order["creditorderid"] and id not in self.state.by_credit[order["creditorderid"]]:
            self.state.by_credit[order["creditorderid"]].append(id)
        if receipt := order["additionaldata"].get("pos-receiptid"):
            self.state.by_receipt[receipt] = id
        if order["orderstateid"] == OPEN:
            self.state.open_orders[id] = None
        else:
            self.state.open_orders.pop(id, None)

    def reserve(self, order: Wire) -> None:
        """Promise the goods of an open order that has `datereserved` and a warehouse."""
        is_wanted = order["datereserved"] and order["warehouseid"]
        if not is_wanted or order["orderstateid"] != OPEN:
            return
        held: dict[str, Decimal] = {}
        for item in order["orderitems"]:
            if item["sku"]:
                units = Decimal(item["decimalquantitytotal"])
                held[item["sku"]] = held.get(item["sku"], Decimal(0)) + units
        for sku, units in held.items():
            self.stock.item(order["warehouseid"], sku).reserved += units
        self.state.reservations[order["orderid"]] = held

    def free(self, order: Wire) -> None:
        """Give back what the order had reserved."""
        for sku, units in self.state.reservations.pop(order["orderid"], {}).items():
            self.stock.item(order["warehouseid"], sku).reserved -= units

    def list_log(self, request: Request, orderid: str) -> Any:
        return page(request, find(self.state.orders, orderid)["orderlogitems"])

    def post_log(self, request: Request, orderid: str) -> Any:
        """Say that an order is ready to be picked up, or that the store rejects it."""
        order = find(self.state.orders, orderid)
        body = as_object(body_of(request))
        kind = read_int(body.get("orderlogtypeid"), "orderlogtypeid")
        if kind not in LOG_TYPES:
            raise invalid_value("orderlogtypeid", kind)
        text = body.get("strvalue")
        order["orderlogitems"].append(log_item(self.state.now(), kind, text=text))
        self.state.record("order-log", order["orderid"], "", {"orderlogtypeid": kind})
        self.state.events.order(order, LOG_TYPES[kind])
        return True

    def _read_external_id(self, value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str) or not EXTERNAL_ID.fullmatch(value):
            raise invalid_value("externalid", value)
        if value in self.state.by_external_id:
            raise invalid_value("externalid", f"{value} is not unique")
        return value

    def _read_rows(self, body: Mapping[str, Any]) -> Wire:
        """Rows, payments and their sums. Raises ApiError 400."""
        items = [
            written_item(self.state, index, as_object(item))
            for index, item in enumerate(body.get("orderitems") or [])
        ]
        if not items:
            raise missing("orderitems")
        payments = [written_payment(as_object(one)) for one in body.get("payments") or []]
        return totals(items) | {"orderitems": items, "payments": payments}

    def _read(self, body: Mapping[str, Any]) -> Wire:
        """What a caller may write of an order. Raises ApiError 400."""
        changes: Wire = {name: str(body[name] or "") for name in TEXT_FIELDS if name in body}
        for name, allowed in CODE_FIELDS.items():
            if name in body:
                changes[name] = read_one_of(body[name], name, allowed)
        if body.get("warehouseid") is not None:
            found = read_one_of(body["warehouseid"], "warehouseid", self.state.warehouses)
            changes["warehouseid"] = found
        for name in NUMBER_FIELDS:
            if name in body:
                changes[name] = None if body[name] is None else read_int(body[name], name)
        if "additionaldata" in body:
            changes["additionaldata"] = dict(as_object(body["additionaldata"] or {}))
        return changes


def read_one_of(value: Any, field: str, allowed: Container[int]) -> int:
    """A whole number that is one of `allowed`. Raises ApiError 400."""
    number = read_int(value, field)
    if number not in allowed:
        raise invalid_value(field, number)
    return number
