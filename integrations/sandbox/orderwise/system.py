"""The simulated OrderWise: routes, tokens, rights, export definitions, and what is set up there."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from threading import RLock
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import BadJsonError, Request, Response
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.routing import Router
from integrations.sandbox.core.system import Call
from integrations.sandbox.core.webhooks import HookQueue
from integrations.sandbox.core.window import Window
from integrations.sandbox.orderwise.formats import answer, local
from integrations.sandbox.orderwise.orders import Orders, status_rows
from integrations.sandbox.orderwise.state import (
    LOCATIONS,
    RefusedError,
    State,
    Switches,
    Variant,
    Wire,
)

PREFIX = "/orderwise/OWAPI"
USER, PASSWORD = "hub", "sandbox-orderwise"  # noqa: S105 (of a simulation)
STOCK_EXPORT, STATUS_EXPORT, ORDER_EXPORT = 11, 12, 13
PER_MINUTE = 60


class OrderwiseSystem:
    """One installation. Hold `lock` around its parts when using them directly."""

    name = "orderwise"

    def __init__(self, *, clock: Clock, ledger: Ledger, hooks: HookQueue, seed: int = 1) -> None:
        self.lock = RLock()
        self.window = Window(PER_MINUTE)
        self.state = State(clock, ledger)
        self.orders = Orders(self.state)
        self.logins = 0
        self._router = self._routes()

    @property
    def base_path(self) -> str:
        """Where the API is mounted: the virtual folder is part of it."""
        return PREFIX

    @property
    def switches(self) -> Switches:
        return self.state.switches

    # What is set up by hand

    def add_customer(self, account: str, name: str) -> int:
        id = 1375 + len(self.state.customers)
        self.state.customers[id] = {"id": id, "accountNumber": account, "statementName": name}
        return id

    def add_variant(self, code: str, name: str, stock: Mapping[int, str]) -> int:
        """Free stock by location, as text: it may be negative or a fraction."""
        id = 107741 + len(self.state.variants)
        levels = {place: Decimal(units) for place, units in stock.items()}
        self.state.variants[id] = Variant(id, code, name, levels, self.state.clock.now())
        return id

    # What the server asks

    def handle(self, request: Request) -> Response:
        """Answer one request. QUIRK(orderwise): paths know no upper and lower case."""
        inside = _inside(request)
        match = self._router.match(inside.method, inside.path)
        try:
            if match is None:
                raise RefusedError(404)
            if inside.path != "/token/gettoken":
                self._admit_token(request, inside.path)
            found = match.handler(request, **match.params)
        except BadJsonError:
            return answer({"Message": "The request is invalid."}, status=400)
        except RefusedError as error:
            body = error.body
            return answer(body, status=error.status) if body else Response(error.status)
        if found == [] and self.switches.answers_empty_with_204:
            return Response(204)
        return Response(200) if found is None else answer(found)

    def describe(self, request: Request) -> Call:
        """How the request is counted."""
        return Call(self._router.endpoint(_inside(request)))

    def admit(self, request: Request) -> Response | None:
        """A 429 when the window is used up."""
        return None if self.window.take(self.state.clock.now()) else self._throttled()

    def release(self, request: Request) -> None:
        """Nothing is counted at once here."""

    def refuse(self, fault: Fault) -> Response:
        """The answer that stands for an injected fault."""
        if fault is Fault.THROTTLE:
            return self._throttled()
        status = 503 if fault is Fault.HTTP_503 else 500
        return answer({"Message": "An error has occurred."}, status=status)

    def configure(self, limits: Mapping[str, Any]) -> None:
        """Change `per_minute`. Raises ValueError."""
        for name, value in limits.items():
            if name != "per_minute":
                raise ValueError(f"OrderWise has no limit called {name!r}.")
            self.window.configure(value)

    def _throttled(self) -> Response:
        wait = self.window.wait(self.state.clock.now())
        return answer({"Message": "Busy"}, status=429, headers={"retry-after": str(wait)})

    def _admit_token(self, request: Request, path: str) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        ends = self.state.tokens.get(token) if kind == "Bearer" else None
        if ends is None or ends <= self.state.clock.now():
            raise RefusedError(401)
        if path.split("/")[1] in self.switches.missing_rights:
            raise RefusedError(403)

    def _routes(self) -> Router:
        router = Router()
        for method, path, handler in self._table():
            router.add(method, path, handler)
        return router

    def _table(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            ("GET", "/token/gettoken", self._token),
            ("POST", "/sales/order", self._post_order),
            ("GET", "/sales/order/{id}/status", self._status),
            ("GET", "/system/stock-locations", self._locations),
            ("POST", "/system/export-definition/{id}", self._export),
            ("GET", "/value-lists/{number}", self._list),
            ("GET", "/customers", self._customers),
            ("GET", "/stock/variants", self._variants),
            ("GET", "/stock/{id}", self._stock),
            ("GET", "/stock/{id}/free-stock", self._free_stock),
        ]

    def _token(self, request: Request) -> str:
        """QUIRK(orderwise): a bare JSON string."""
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            raise RefusedError(401)
        self.logins += 1
        token = base64.b64encode(f"token-{self.logins:06d}".encode()).decode()
        self.state.tokens[token] = self.state.clock.now() + self.switches.token_life
        return token

    def _post_order(self, request: Request) -> Any:
        body = request.json()
        if not isinstance(body, dict):
            raise RefusedError(400, "The request is invalid.")
        return self.orders.post(body, request.first("session_id"))

    def _status(self, request: Request, id: str) -> Wire:
        return self.orders.status(id)

    def _locations(self, request: Request) -> list[Wire]:
        return self.state.lists.get(LOCATIONS, [])

    def _list(self, request: Request, number: str) -> list[Wire]:
        return self.state.lists.get(int(number), []) if number.isdecimal() else []

    def _customers(self, request: Request) -> list[Wire]:
        after = int(request.first("last_id") or 0)
        limit = int(request.first("limit") or 1000)
        rows = [row for id, row in sorted(self.state.customers.items()) if id > after]
        return rows[:limit]

    def _variants(self, request: Request) -> list[Wire]:
        """QUIRK(orderwise): this `ID` is spelt differently from every other."""
        limit = int(request.first("limit") or 200)
        rows = [
            {"variantID": each.id, "variantCode": each.code, "description": each.name}
            for each in self.state.variants.values()
        ]
        return rows[:limit]

    def _stock(self, request: Request, id: str) -> list[Wire]:
        variant = self._variant(id)
        return [
            {
                "variantId": variant.id,
                "variantCode": variant.code,
                "stockLocationId": place,
                "freeStock": units,
            }
            for place, units in variant.stock.items()
        ]

    def _free_stock(self, request: Request, id: str) -> Wire:
        return {"freeStockQty": sum(self._variant(id).stock.values(), Decimal(0))}

    def _variant(self, id: str) -> Variant:
        found = self.state.variants.get(int(id)) if id.isdecimal() else None
        if found is None:
            raise RefusedError(404)
        return found

    def _export(self, request: Request, id: str) -> list[Wire]:
        """Run a stored statement with its parameters. Raises RefusedError."""
        statements: dict[str, Callable[[str], list[Wire]]] = {
            str(STOCK_EXPORT): self._stock_rows,
            str(STATUS_EXPORT): lambda since: status_rows(self.state, since),
            str(ORDER_EXPORT): self._order_rows,
        }
        if id not in statements:
            raise RefusedError(404)
        given = request.json()
        value = str(given[0].get("value") or "") if given else ""
        renamed = self.switches.renamed_columns
        return [
            {renamed.get(name, name): value for name, value in row.items()}
            for row in statements[id](value)
        ]

    def _stock_rows(self, since: str) -> list[Wire]:
        return [
            {"sku": each.code, "freeStock": units, "StocklocationId": place}
            for each in self.state.variants.values()
            if each.amended and local(each.amended) >= since
            for place, units in each.stock.items()
        ]

    def _order_rows(self, number: str) -> list[Wire]:
        return [
            {
                "orderID": order["orderNumber"],
                "orderNumber": order["orderId"],
                "eCommerceOrderNumber": order["eCommerceOrderNumber"],
                "orderGross": order["orderGross"],
            }
            for order in self.state.visible()
            if order["eCommerceOrderNumber"] == number
        ]


def seed_lists(system: OrderwiseSystem, lists: Mapping[int, Sequence[tuple[int, str]]]) -> None:
    """Fill value lists by number."""
    for number, rows in lists.items():
        for id, name in rows:
            system.state.choose(number, id, name)


def _inside(request: Request) -> Request:
    lowered = request.path.lower()
    is_ours = f"{lowered}/".startswith(f"{PREFIX.lower()}/")
    return replace(request, path=lowered.removeprefix(PREFIX.lower()) if is_ours else "/elsewhere")
