"""The simulated Mintsoft: routes, keys that run out, limits, and what its office sets up."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import BadJsonError, Request, Response, json_response
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.routing import Router
from integrations.sandbox.core.system import Call
from integrations.sandbox.core.webhooks import HookQueue
from integrations.sandbox.core.window import Window
from integrations.sandbox.mintsoft.orders import Orders
from integrations.sandbox.mintsoft.state import (
    KEY_LIFE,
    STATUSES,
    RefusedError,
    Shelf,
    State,
    Wire,
)

PREFIX = "/mintsoft"
USER, PASSWORD = "hub@example.com", "sandbox-mintsoft"  # noqa: S105 (of a simulation)
MOST_ROWS = 100
PER_MINUTE = 60


class MintsoftSystem:
    """One account. Hold `lock` around its parts when using them directly."""

    name = "mintsoft"

    def __init__(self, *, clock: Clock, ledger: Ledger, hooks: HookQueue, seed: int = 1) -> None:
        self.lock = RLock()
        self.window = Window(PER_MINUTE)
        self.state = State(clock, ledger, hooks)
        self.orders = Orders(self.state)
        self.logins = 0
        self._router = self._routes()

    @property
    def base_path(self) -> str:
        """Where the API is mounted."""
        return PREFIX

    # What the office sets up

    def add_warehouse(self, id: int, name: str) -> None:
        self.state.warehouses[id] = name

    def add_courier(self, id: int, name: str) -> None:
        self.state.couriers[id] = name

    def add_product(self, sku: str, name: str, *, barcode: str = "") -> int:
        """Returns its id."""
        id = 118 + len(self.state.products)
        self.state.products[id] = {
            "ID": id,
            "SKU": sku,
            "Name": name,
            "EAN": barcode,
            "Discontinued": False,
            "LastUpdated": self.state.stamp(),
        }
        return id

    def set_stock(self, warehouse: int, sku: str, units: int) -> None:
        """So many units to be had, beyond what is allocated."""
        product = self.state.product(sku)
        if product is None:
            raise ValueError(f"There is no product {sku}.")
        shelf = self.state.shelf(warehouse, product["ID"])
        self.state.move(warehouse, product["ID"], on_hand=units - shelf.on_hand)

    # What the server asks

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        inside = _inside(request)
        match = self._router.match(inside.method, inside.path)
        try:
            if match is None:
                raise RefusedError(404, "Not found")
            if inside.path != "/api/Auth":
                self._admit_key(request.headers.get("ms-apikey", ""))
            return json_response(match.handler(request, **match.params))
        except BadJsonError:
            return json_response({"Message": "The request is invalid."}, status=400)
        except RefusedError as error:
            return json_response({"Message": error.message}, status=error.status)

    def describe(self, request: Request) -> Call:
        """How the request is counted."""
        return Call(self._router.endpoint(_inside(request)))

    def admit(self, request: Request) -> Response | None:
        """A 429 when the window is used up."""
        now = self.state.clock.now()
        return None if self.window.take(now) else self._throttled(self.window.wait(now))

    def release(self, request: Request) -> None:
        """Nothing is counted at once here."""

    def refuse(self, fault: Fault) -> Response:
        """The answer that stands for an injected fault."""
        if fault is Fault.THROTTLE:
            return self._throttled(1)
        status = 503 if fault is Fault.HTTP_503 else 500
        return json_response({"Message": "An error has occurred."}, status=status)

    def configure(self, limits: Mapping[str, Any]) -> None:
        """Change `per_minute`. Raises ValueError."""
        for name, value in limits.items():
            if name != "per_minute":
                raise ValueError(f"Mintsoft has no limit called {name!r}.")
            self.window.configure(value)

    def _throttled(self, wait: int) -> Response:
        return json_response(
            {"Message": "Too many requests"}, status=429, headers={"retry-after": str(wait)}
        )

    def _admit_key(self, key: str) -> None:
        ends = self.state.keys.get(key)
        if ends is None or ends <= self.state.clock.now():
            raise RefusedError(401, "Unauthorised")

    def _routes(self) -> Router:
        router = Router()
        for method, path, handler in self._table():
            router.add(method, f"/api{path}", handler)
        return router

    def _table(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            ("POST", "/Auth", self._log_in),
            ("GET", "/Warehouse", self._warehouses),
            ("GET", "/Courier/Services", self._couriers),
            ("GET", "/Order/Statuses", self._statuses),
            ("GET", "/Product/List", self._products),
            ("GET", "/Product/LookupProductId", self._look_up_product),
            ("GET", "/Product/StockLevels", self._levels),
            ("GET", "/Product/StockLevels/UpdatedSince", self._changed_levels),
            ("GET", "/Product/{id}/Inventory", self._inventory),
            ("PUT", "/Order", self._put_order),
            ("GET", "/Order/Search", self._search),
            ("GET", "/Order/List", self._list),
            ("GET", "/Order/{id}", self._order),
            ("GET", "/Order/{id}/Cancel", self._cancel),
            ("GET", "/Order/{id}/Splits", self._splits),
        ]

    def _log_in(self, request: Request) -> str:
        """QUIRK(mintsoft): the key is a bare JSON string."""
        body = request.json()
        if body.get("Username") != USER or body.get("Password") != PASSWORD:
            raise RefusedError(401, "Unauthorised")
        self.logins += 1
        key = f"00000000-aaaa-bbbb-cccc-{self.logins:012d}"
        self.state.keys[key] = self.state.clock.now() + KEY_LIFE
        return key

    def _warehouses(self, request: Request) -> list[Wire]:
        return [{"ID": id, "Name": name} for id, name in self.state.warehouses.items()]

    def _couriers(self, request: Request) -> list[Wire]:
        return [{"ID": id, "Name": name} for id, name in self.state.couriers.items()]

    def _statuses(self, request: Request) -> list[Wire]:
        return [{"ID": id, "Name": name, "ExternalName": name} for id, name in STATUSES.items()]

    def _products(self, request: Request) -> list[Wire]:
        return _page(request, self._since(request, "SinceLastUpdated", self.state.products))

    def _look_up_product(self, request: Request) -> Wire:
        product = self.state.product(request.first("SKU"))
        if product is None:
            return {"ID": 0, "Success": False, "Message": "Product not found"}
        return {"ID": product["ID"], "Success": True, "Message": ""}

    def _levels(self, request: Request) -> list[Wire]:
        warehouse, sku = request.first("WarehouseId"), request.first("SKU")
        return [
            row
            for row in self._level_rows()
            if warehouse in (None, "", str(row["WarehouseId"])) and sku in (None, "", row["SKU"])
        ]

    def _changed_levels(self, request: Request) -> list[Wire]:
        start = _time(request.first("FromDate"))
        rows = self._level_rows()
        return [row for row in rows if row["LastUpdated"] >= start]

    def _level_rows(self) -> list[Wire]:
        return [
            self._level(warehouse, product, shelf)
            for (warehouse, product), shelf in self.state.shelves.items()
        ]

    def _level(self, warehouse: int, product: int, shelf: Shelf) -> Wire:
        return {
            "ProductId": product,
            "WarehouseId": warehouse,
            "SKU": self.state.products[product]["SKU"],
            "Level": shelf.on_hand,
            "TotalStockLevel": shelf.on_hand + shelf.allocated,
            "LowStockLevel": 5,
            "Bundle": False,
            "LastUpdated": shelf.updated,
        }

    def _inventory(self, request: Request, id: str) -> list[Wire]:
        """QUIRK(mintsoft): a row per bin; here what is allocated lies in a bin of its own."""
        rows = []
        for (warehouse, product), shelf in self.state.shelves.items():
            if str(product) != id:
                continue
            for bin, on_hand, allocated in ((1, shelf.on_hand, 0), (2, 0, shelf.allocated)):
                rows.append(
                    {
                        "SKU": self.state.products[product]["SKU"],
                        "WarehouseId": warehouse,
                        "LocationId": bin,
                        "OnHand": on_hand,
                        "Allocated": allocated,
                        "StockLevel": on_hand + allocated,
                    }
                )
        return rows

    def _put_order(self, request: Request) -> list[Wire]:
        body = request.json()
        if not isinstance(body, dict):
            raise RefusedError(400, "The request is invalid.")
        return self.orders.put(body)

    def _search(self, request: Request) -> list[Wire]:
        return self.orders.parts_of(request.first("OrderNumber") or "")

    def _list(self, request: Request) -> list[Wire]:
        rows = self._since(request, "SinceLastUpdated", self.state.orders)
        return _page(request, sorted(rows, key=lambda row: row["LastUpdated"], reverse=True))

    def _order(self, request: Request, id: str) -> Wire:
        return self.state.order(id)

    def _cancel(self, request: Request, id: str) -> Wire:
        return self.orders.cancel(id)

    def _splits(self, request: Request, id: str) -> list[Wire]:
        return self.orders.parts_of(self.state.order(id)["OrderNumber"])

    def _since(self, request: Request, name: str, table: Mapping[int, Wire]) -> list[Wire]:
        start = _time(request.first(name))
        return [row for row in table.values() if row["LastUpdated"] >= start]


def _time(text: str | None) -> str:
    """UK local, as rows are stamped: such texts sort as times do. Raises RefusedError."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat() if text else ""
    except ValueError:
        raise RefusedError(400, "The date is invalid.") from None


def _page(request: Request, rows: list[Wire]) -> list[Wire]:
    number = int(request.first("PageNo") or 1)
    size = min(int(request.first("Limit") or MOST_ROWS), MOST_ROWS)
    return rows[(number - 1) * size : number * size]


def _inside(request: Request) -> Request:
    return replace(request, path=request.path.removeprefix(PREFIX))
