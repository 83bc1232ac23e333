"""The simulated warehouse: routes, credentials, limits, and what its office sets up."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from threading import RLock
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import Request, Response, json_response
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.routing import Router
from integrations.sandbox.core.system import Call
from integrations.sandbox.core.webhooks import HookQueue
from integrations.sandbox.core.window import Window
from integrations.sandbox.warehouse.floor import Floor
from integrations.sandbox.warehouse.goods_in import GoodsIn
from integrations.sandbox.warehouse.hooks import Hooks
from integrations.sandbox.warehouse.orders import Once, Orders, object_of
from integrations.sandbox.warehouse.problems import ProblemError, malformed, not_found
from integrations.sandbox.warehouse.state import State
from integrations.sandbox.warehouse.tables import Wire, stamp

PREFIX = "/warehouse/wms/v1"
API_KEY = "sandbox-warehouse-key"
MOST_SKUS = 100
PER_MINUTE = 150
REFUSALS = {
    Fault.HTTP_500: ("server_error", "Something broke here."),
    Fault.HTTP_503: ("maintenance", "We will be back shortly."),
    Fault.THROTTLE: ("rate_limited", "Too many requests."),
}


class WarehouseSystem:
    """One warehouse company. Hold `lock` around its parts when using them directly."""

    name = "warehouse"

    def __init__(self, *, clock: Clock, ledger: Ledger, hooks: HookQueue, seed: int = 1) -> None:
        self.lock = RLock()
        self.window = Window(PER_MINUTE)
        self.hooks = Hooks(clock, hooks)
        self.state = State(clock, ledger, self.hooks)
        self.floor = Floor(self.state)
        self.orders = Orders(self.state, self.floor)
        self.goods_in = GoodsIn(self.state)
        self._once = Once()
        self._router = self._routes()
        self._asked = 0

    @property
    def base_path(self) -> str:
        """Where the API is mounted."""
        return PREFIX

    # What the office sets up

    def add_warehouse(self, code: str, name: str) -> None:
        """Open a building."""
        self.state.warehouses[code] = name

    def add_product(self, sku: str, name: str, *, barcode: str = "", active: bool = True) -> None:
        """Know an item; without it no order for it is accepted."""
        row = {"sku": sku, "name": name, "barcode": barcode, "active": active}
        self.state.products.put(sku, row, self.state.now())

    def set_stock(self, warehouse: str, sku: str, on_hand: int) -> None:
        """Put so many units on the shelf, without a movement."""
        level = self.state.level(warehouse, sku)
        self.state.change(warehouse, sku, on_hand=on_hand - level["on_hand"])

    def adjust(self, warehouse: str, sku: str, qty: int, reason: str) -> None:
        """Somebody counted: a movement with its reason."""
        self.state.move(warehouse, sku, qty, reason)

    # What the server asks

    def handle(self, request: Request) -> Response:
        """Answer one request; the floor works on meanwhile."""
        self.floor.catch_up()
        self._asked += 1
        request_id = request.headers.get("x-request-id") or f"req-{self._asked:06d}"
        headers = {"x-request-id": request_id, **self._limit_headers()}
        try:
            if request.headers.get("authorization") != f"Bearer {API_KEY}":
                raise ProblemError("unauthorized", "The key is missing or wrong.")
            status, body, more = self._answer(request)
        except ProblemError as error:
            return error.response(request_id, headers)
        if status == 204:
            return Response(204, headers)
        return json_response(body, status=status, headers={**headers, **more})

    def describe(self, request: Request) -> Call:
        """How the request is counted."""
        return Call(self._router.endpoint(_inside(request)))

    def admit(self, request: Request) -> Response | None:
        """A 429 when the window is used up."""
        now = self.state.now()
        if self.window.take(now):
            return None
        return self._throttled(self.window.wait(now))

    def release(self, request: Request) -> None:
        """Nothing is counted at once here."""

    def refuse(self, fault: Fault) -> Response:
        """The answer that stands for an injected fault."""
        if fault is Fault.THROTTLE:
            return self._throttled(1)
        return ProblemError(*REFUSALS[fault]).response("req-fault", {})

    def configure(self, limits: Mapping[str, Any]) -> None:
        """Change `per_minute`, `pace_seconds` (of one step; None: by hand), `forged_hooks`, or
        `hook_delay_seconds`. Raises ValueError."""
        for name, value in limits.items():
            if name == "per_minute":
                self.window.configure(value)
            elif name == "pace_seconds":
                self.floor.pace = None if value is None else timedelta(seconds=int(value))
            elif name == "forged_hooks":
                self.hooks.forged = int(value)
            elif name == "hook_delay_seconds":
                self.hooks.delay = timedelta(seconds=int(value))
            else:
                raise ValueError(f"The warehouse has no limit called {name!r}.")

    def _throttled(self, wait: int) -> Response:
        headers = {"retry-after": str(wait), **self._limit_headers()}
        return ProblemError(*REFUSALS[Fault.THROTTLE]).response("req-throttled", headers)

    def _limit_headers(self) -> dict[str, str]:
        if self.window.limit is None:
            return {}
        now = self.state.now()
        return {
            "x-ratelimit-limit": str(self.window.limit),
            "x-ratelimit-remaining": str(self.window.remaining()),
            "x-ratelimit-reset": str(self.window.wait(now)),
        }

    def _answer(self, request: Request) -> tuple[int, Any, Mapping[str, str]]:
        inside = _inside(request)
        match = self._router.match(inside.method, inside.path)
        if match is None:
            raise not_found("such endpoint")
        answer = match.handler(request, **match.params)
        return answer if isinstance(answer, tuple) else (200, answer, {})

    def _routes(self) -> Router:
        router = Router()
        for method, path, handler in self._table():
            router.add(method, path, handler)
        return router

    def _table(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            ("GET", "/ping", self._ping),
            ("GET", "/warehouses", self._warehouses),
            ("GET", "/products", self._products),
            ("PUT", "/products/{sku}", self._put_product),
            ("POST", "/orders", self._post_order),
            ("GET", "/orders", self._list_orders),
            ("GET", "/orders/{ref}", self._order),
            ("POST", "/orders/{ref}/cancel", self._cancel),
            ("GET", "/shipments", self._shipments),
            ("GET", "/shipments/{ref}", self._shipment),
            ("GET", "/stock", self._stock),
            ("GET", "/stock-movements", self._movements),
            ("POST", "/inbound", self._post_inbound),
            ("GET", "/inbound/{ref}", self._inbound),
            ("GET", "/receipts", self._receipts),
            ("POST", "/returns", self._post_return),
            ("GET", "/returns", self._returns),
            ("POST", "/webhooks", self._subscribe),
            ("GET", "/webhooks", self._subscriptions),
            ("DELETE", "/webhooks/{id}", self._unsubscribe),
        ]

    def _ping(self, request: Request) -> Wire:
        return {"status": "ok", "version": "1", "server_time": stamp(self.state.now())}

    def _warehouses(self, request: Request) -> Wire:
        rows = [
            {"code": code, "name": name, "active": True}
            for code, name in self.state.warehouses.items()
        ]
        return {"data": rows, "page": {"next_cursor": None, "has_more": False}}

    def _products(self, request: Request) -> Wire:
        return self.state.products.page(request, self.state.now())

    def _put_product(self, request: Request, sku: str) -> Any:
        body = object_of(request)
        is_new = sku not in self.state.products.rows
        row = {**self.state.products.rows.get(sku, {"active": True}), **body, "sku": sku}
        self.state.products.put(sku, row, self.state.now())
        self.state.record("product", sku, "", dict(body))
        return (201 if is_new else 200), row, {}

    def _post_order(self, request: Request) -> Any:
        return _created(*self._once.run(request, self.orders.accept))

    def _list_orders(self, request: Request) -> Wire:
        status = request.first("status")
        return self.state.orders.page(
            request, self.state.now(), lambda row: status in (None, row["status"])
        )

    def _order(self, request: Request, ref: str) -> Wire:
        return self.state.orders.get(ref)

    def _cancel(self, request: Request, ref: str) -> Any:
        order, status = self.orders.cancel(ref)
        return status, order, {}

    def _shipments(self, request: Request) -> Wire:
        return self.state.shipments.page(request, self.state.now())

    def _shipment(self, request: Request, ref: str) -> Wire:
        return self.state.shipments.get(ref)

    def _stock(self, request: Request) -> Wire:
        warehouse, skus = request.first("warehouse"), request.every("sku")
        if len(skus) > MOST_SKUS:
            raise malformed(f"At most {MOST_SKUS} SKUs can be asked for.")
        return self.state.stock.page(
            request,
            self.state.now(),
            lambda row: warehouse in (None, row["warehouse"]) and (not skus or row["sku"] in skus),
        )

    def _movements(self, request: Request) -> Wire:
        return self.state.movements.page(request, self.state.now())

    def _post_inbound(self, request: Request) -> Any:
        return _created(*self._once.run(request, self.goods_in.announce_delivery))

    def _inbound(self, request: Request, ref: str) -> Wire:
        return self.state.inbound.get(ref)

    def _receipts(self, request: Request) -> Wire:
        return self.state.receipts.page(request, self.state.now())

    def _post_return(self, request: Request) -> Any:
        return _created(*self._once.run(request, self.goods_in.announce_return))

    def _returns(self, request: Request) -> Wire:
        return self.state.returns.page(request, self.state.now())

    def _subscribe(self, request: Request) -> Any:
        body = object_of(request)
        try:
            made = self.hooks.subscribe(
                str(body.get("url")), list(body.get("topics") or []), str(body.get("secret"))
            )
        except ValueError as error:
            raise ProblemError("validation", str(error)) from None
        return 201, made.wire(), {}

    def _subscriptions(self, request: Request) -> Wire:
        rows = [each.wire() for each in self.hooks.subscriptions.values()]
        return {"data": rows, "page": {"next_cursor": None, "has_more": False}}

    def _unsubscribe(self, request: Request, id: str) -> Any:
        if self.hooks.subscriptions.pop(id, None) is None:
            raise not_found(f"subscription {id}")
        return 204, None, {}


def _created(row: Wire, is_replay: bool) -> tuple[int, Wire, dict[str, str]]:
    return (200, row, {"idempotent-replay": "true"}) if is_replay else (201, row, {})


def _inside(request: Request) -> Request:
    inside = request.path.removeprefix(PREFIX)
    elsewhere = not f"{request.path}/".startswith(f"{PREFIX}/")
    return replace(request, path="/(elsewhere)" if elsewhere else inside)
