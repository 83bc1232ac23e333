"""Orders over v2: lists with filters, one order with its parts, and changes of status."""

from collections.abc import Callable
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError
from integrations.sandbox.bigcommerce.formats import answer
from integrations.sandbox.bigcommerce.listing import (
    among,
    amount,
    between,
    moment,
    object_of,
    v2_page,
    whole,
)
from integrations.sandbox.bigcommerce.order_views import (
    consignments,
    coupon_views,
    line_view,
    order_view,
    shipping_address,
)
from integrations.sandbox.bigcommerce.state import Order, State
from integrations.sandbox.bigcommerce.statuses import STATUSES
from integrations.sandbox.bigcommerce.taxes import tax_rows
from integrations.sandbox.core.http import Request, Response

SORTS: dict[str, Callable[[Order], Any]] = {
    "id": lambda order: order.id,
    "customer_id": lambda order: order.customer_id,
    "date_created": lambda order: (order.created, order.id),
    "date_modified": lambda order: (order.modified, order.id),
    "status_id": lambda order: order.status_id,
}
RANGES: dict[str, Callable[[Order], Any]] = {
    "total": lambda order: order.total,
    "date_created": lambda order: order.created,
    "date_modified": lambda order: order.modified,
}
READ_ONLY = ("id", "status", "order_source", "total_tax", "payment_status", "coupon_discount")


class Orders:
    def __init__(self, state: State) -> None:
        self._state = state

    def list_all(self, request: Request) -> Response:
        rows = self._found(request)
        name, _, direction = (request.last("sort") or "id").partition(":")
        if name not in SORTS or direction not in ("", "asc", "desc"):
            raise ApiError(400, f"The field 'sort' is invalid: {name}.")
        rows.sort(key=SORTS[name], reverse=direction == "desc")
        include = among(request, "include") or frozenset()
        return v2_page(request, rows, lambda order: order_view(self._state, order, include=include))

    def _found(self, request: Request) -> list[Order]:
        rows = between(
            self._state.orders.values(),
            lambda order: order.id,
            whole(request, "min_id"),
            whole(request, "max_id"),
        )
        for name, value in RANGES.items():
            kind = amount if name == "total" else moment
            low, high = kind(request, f"min_{name}"), kind(request, f"max_{name}")
            rows = between(rows, value, low, high)
        exact: dict[str, Callable[[Order], Any]] = {
            "status_id": lambda order: order.status_id,
            "customer_id": lambda order: order.customer_id,
            "email": lambda order: order.billing.email,
            "payment_method": lambda order: order.payment_method,
            "external_order_id": lambda order: order.external_order_id,
            "channel_id": lambda order: 1,
        }
        for name, value in exact.items():
            wanted = request.last(name)
            rows = [row for row in rows if wanted is None or wanted == str(value(row))]
        return rows

    def count(self, request: Request) -> Response:
        orders = list(self._state.orders.values())
        statuses = [
            {
                **_status(id),
                "count": sum(1 for order in orders if order.status_id == id),
                "sort_order": id,
            }
            for id in STATUSES
        ]
        return answer({"statuses": statuses, "count": len(orders)})

    def get(self, request: Request, order_id: str) -> Response:
        include = among(request, "include") or frozenset()
        order = self._state.order(order_id)
        return answer(order_view(self._state, order, include=include))

    def put(self, request: Request, order_id: str) -> Response:
        """Change the status, our own key or the notes. Read-only fields are refused."""
        order, body = self._state.order(order_id), object_of(request)
        refused = next((name for name in READ_ONLY if name in body), None)
        if refused:
            raise ApiError(400, f"The field '{refused}' cannot be written to.")
        if "status_id" in body:
            status = body["status_id"]
            if not isinstance(status, int) or status not in STATUSES:
                raise ApiError(400, "The field 'status_id' is invalid.")
            self._state.record("status", order.id, "", {"status_id": status})
            self._state.move(order, status)
        for name in ("staff_notes", "external_order_id"):
            if isinstance(body.get(name), str):
                setattr(order, name, body[name])
                self._state.touch(order)
        return answer(order_view(self._state, order))

    def products(self, request: Request, order_id: str) -> Response:
        order = self._state.order(order_id)
        return v2_page(request, order.lines, lambda line: line_view(order, line))

    def addresses(self, request: Request, order_id: str) -> Response:
        order = self._state.order(order_id)
        return v2_page(request, [order] if order.address_id else [], shipping_address)

    def coupons(self, request: Request, order_id: str) -> Response:
        return v2_page(request, coupon_views(self._state.order(order_id)), lambda row: row)

    def taxes(self, request: Request, order_id: str) -> Response:
        details = request.last("details") == "true"
        rows = tax_rows(self._state.order(order_id), details=details)
        return v2_page(request, rows, lambda row: row)

    def consignments(self, request: Request, order_id: str) -> Response:
        return answer(consignments(self._state, self._state.order(order_id)))

    def fees(self, request: Request, order_id: str) -> Response:
        self._state.order(order_id)
        return v2_page(request, [], lambda row: row)

    def statuses(self, request: Request) -> Response:
        return answer([_status(id) for id in STATUSES])

    def refuse_deletion(self, request: Request) -> Response:
        """The real one archives every order at once: nobody may try that out here."""
        raise ApiError(405, "Deleting all orders is switched off.")


def _status(id: int) -> dict[str, Any]:
    name = STATUSES[id]
    described = f"The order is {name.lower()}."
    return {
        "id": id,
        "name": name,
        "system_label": name,
        "custom_label": name,
        "system_description": described,
    }
