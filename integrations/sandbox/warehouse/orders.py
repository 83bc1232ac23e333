"""Pick lists coming in: checked as a whole, kept once per idempotency key, cancelled on request."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from integrations.sandbox.core.http import BadJsonError, Request
from integrations.sandbox.warehouse.floor import Floor
from integrations.sandbox.warehouse.problems import ProblemError, malformed
from integrations.sandbox.warehouse.state import State
from integrations.sandbox.warehouse.tables import Wire, read_time, stamp

ORDER_TYPES = (
    "ship_to_customer", "store_replenishment", "click_collect", "pos_sale", "return_to_supplier",
)  # fmt: skip
UNTOUCHED = ("received", "allocated", "backordered", "on_hold")


class Once:
    """Answers a repeated key with the first answer; the same key with another body is refused."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], tuple[str, str]] = {}

    def run(self, request: Request, make: Callable[[Mapping[str, Any]], Wire]) -> tuple[Wire, bool]:
        """The answer, and whether it is a replay. Raises ProblemError."""
        key = request.headers.get("idempotency-key", "")
        if not key:
            raise malformed("The header Idempotency-Key is missing.")
        body = object_of(request)
        content = json.dumps(body, sort_keys=True, default=str)
        if known := self._answers.get((request.path, key)):
            if known[0] != content:
                raise ProblemError(
                    "idempotency_conflict", f"The key {key} was used with another body."
                )
            return json.loads(known[1]), True
        made = make(body)
        self._answers[request.path, key] = (content, json.dumps(made, default=str))
        return made, False


class Orders:
    """The orders of all warehouses."""

    def __init__(self, state: State, floor: Floor) -> None:
        self._state, self._floor = state, floor

    def accept(self, body: Mapping[str, Any]) -> Wire:
        """Keep a new order and allocate stock to it. Raises ProblemError, and keeps nothing."""
        self._check(body)
        ref = str(body["client_order_ref"])
        if ref in self._state.orders.rows:
            raise ProblemError("duplicate_order", f"There is an order {ref} already.")
        now = self._state.now()
        blank = {"qty_allocated": 0, "qty_picked": 0, "qty_dispatched": 0, "qty_cancelled": 0}
        order = {
            **body,
            "warehouse_order_ref": self._state.next_ref("W", 882341),
            "status": "received",
            "status_at": stamp(now),
            "lines": [{**line, **blank, "status": "received"} for line in body["lines"]],
        }
        self._state.orders.put(ref, order, now)
        self._state.record("order", order["warehouse_order_ref"], ref, dict(body))
        self._state.hooks.tell("order.accepted", order)
        self._floor.begin(order)
        return order

    def cancel(self, ref: str) -> tuple[Wire, int]:
        """Cancel what nobody has touched (200), else ask the floor (202). Raises ProblemError."""
        order = self._state.orders.get(ref)
        if order["status"] == "cancelled":
            return order, 200
        if order["status"] in UNTOUCHED:
            self._floor.cancel(order)
            self._state.record("cancellation", order["warehouse_order_ref"], ref, {})
            return order, 200
        if order["status"] in ("picking", "picked"):
            self._floor.asked_to_cancel.add(ref)
            return order, 202
        raise ProblemError("not_cancellable", f"Order {ref} is {order['status']}.")

    def _check(self, body: Mapping[str, Any]) -> None:
        for name in ("client_order_ref", "order_type", "warehouse", "ordered_at", "lines"):
            if not body.get(name):
                raise _invalid(name, "is missing")
        if body["order_type"] not in ORDER_TYPES:
            raise _invalid("order_type", "is not one that we know")
        read_time(body["ordered_at"], "ordered_at")
        self._state.need_warehouse(body["warehouse"])
        _check_address(body)
        service = (body.get("service") or {}).get("code", "")
        if service and self._state.services and service not in self._state.services:
            raise ProblemError("unknown_service", f"There is no service {service}.")
        self._check_lines(body["lines"])

    def _check_lines(self, lines: Any) -> None:
        for index, line in enumerate(lines):
            if not isinstance(line, Mapping) or not line.get("line_ref") or not line.get("sku"):
                raise _invalid(f"lines[{index}]", "needs line_ref and sku")
            if type(line.get("qty")) is not int or line["qty"] < 1:
                raise _invalid(f"lines[{index}].qty", "must be a whole number above zero")
        for code, is_bad in (("unknown_sku", self._is_unknown), ("inactive_sku", self._is_asleep)):
            bad = [line for line in lines if is_bad(line["sku"])]
            if bad:
                raise ProblemError(
                    code,
                    f"{len(bad)} of {len(lines)} lines cannot be picked.",
                    [
                        {"line_ref": each["line_ref"], "field": "sku", "value": each["sku"],
                         "code": code}
                        for each in bad
                    ],
                )  # fmt: skip

    def _is_unknown(self, sku: str) -> bool:
        return sku not in self._state.products.rows

    def _is_asleep(self, sku: str) -> bool:
        return not self._state.products.rows[sku].get("active", True)


def object_of(request: Request) -> Mapping[str, Any]:
    """The JSON object of the body. Raises ProblemError."""
    try:
        body = request.json()
    except BadJsonError:
        raise malformed("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise malformed("The body is not a JSON object.")
    return body


def _check_address(body: Mapping[str, Any]) -> None:
    if body["order_type"] == "pos_sale":
        return
    address = body.get("ship_to") or {}
    missing = [
        name for name in ("name", "line1", "city", "postcode", "country") if not address.get(name)
    ]
    if missing:
        raise ProblemError(
            "invalid_address",
            "The address is not complete.",
            [{"field": f"ship_to.{name}", "code": "missing"} for name in missing],
        )


def _invalid(field: str, why: str) -> ProblemError:
    return ProblemError("validation", f"{field} {why}.", [{"field": field, "code": "invalid"}])
