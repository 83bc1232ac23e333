"""Mintsoft's endpoints, one method each. Every method may raise any ConnectorError; only
`put_order` and `cancel` may raise AmbiguousError.

Source: the public Swagger of api.mintsoft.co.uk. QUIRK(mintsoft): PUT creates and POST updates,
and some GETs change things: those go through `send`, which never repeats.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.http import Pairs, Reply, VendorHttp
from integrations.connectors.logins import KeptKey
from integrations.connectors.mintsoft import schemas as wire
from integrations.connectors.mintsoft.assumed import MOST_ROWS

Model = TypeVar("Model", bound=wire.Wire)
Row = wire.Row


class MintsoftClient:
    """`keys` is None for a key that never runs out."""

    def __init__(self, http: VendorHttp, keys: KeptKey | None) -> None:
        self._http = http
        self._keys = keys

    def close(self) -> None:
        self._http.close()

    def warehouses(self) -> list[wire.Named]:
        return self._named("/api/Warehouse")

    def couriers(self) -> list[wire.Named]:
        return self._named("/api/Courier/Services")

    def statuses(self) -> list[wire.Named]:
        return self._named("/api/Order/Statuses")

    def orders_since(self, since: str, *, page: int) -> list[Row]:
        """Orders changed since a local time. The newest first: what changes while we read moves to
        the front, so that nothing is skipped."""
        return self._paged("/api/Order/List", since, page)

    def products_since(self, since: str, *, page: int) -> list[Row]:
        return self._paged("/api/Product/List", since, page)

    def levels_since(self, since: str) -> list[Row]:
        return self._rows("/api/Product/StockLevels/UpdatedSince", [("FromDate", since)])

    def levels(self, warehouse: str, sku: str = "") -> list[Row]:
        """Levels of one SKU, or of everything that a warehouse keeps."""
        wanted = [("WarehouseId", warehouse), *([("SKU", sku)] if sku else [])]
        return self._rows("/api/Product/StockLevels", wanted)

    def inventory(self, product_id: str) -> list[Row]:
        """A row per bin."""
        path = f"/api/Product/{int(product_id)}/Inventory"
        return self._rows(path, [], "/api/Product/{id}/Inventory")

    def order(self, order_id: str) -> Row:
        """Raises NotFoundError."""
        path = f"/api/Order/{int(order_id)}"
        reply = self._using(lambda: self._http.get(path, endpoint="GET /api/Order/{id}"))
        return _object(reply.data, "GET /api/Order/{id}")

    def parts_of(self, number: str) -> list[Row]:
        """Every part of the order with exactly this number."""
        rows = self._rows("/api/Order/Search", [("OrderNumber", number)])
        return [row for row in rows if row.get("OrderNumber") == number]

    def put_order(self, body: Row, *, key: str) -> list[wire.Accepted]:
        """A new order. Not safe to repeat: look for its number first."""
        endpoint = "PUT /api/Order"
        reply = self._using(
            lambda: self._http.send("PUT", "/api/Order", endpoint=endpoint, json=body, keys=[key])
        )
        entries = reply.data if isinstance(reply.data, list) else [reply.data]
        return [self._http.parse(wire.Accepted, entry, endpoint=endpoint) for entry in entries]

    def cancel(self, order_id: str, *, key: str) -> None:
        """QUIRK(mintsoft): a GET that changes things. Raises RejectedError when it is too late."""
        path = f"/api/Order/{int(order_id)}/Cancel"
        self._using(
            lambda: self._http.send("GET", path, endpoint="GET /api/Order/{id}/Cancel", keys=[key])
        )

    def _named(self, path: str) -> list[wire.Named]:
        rows = self._rows(path, [])
        return [self._http.parse(wire.Named, row, endpoint=f"GET {path}") for row in rows]

    def _paged(self, path: str, since: str, page: int) -> list[Row]:
        wanted = [("SinceLastUpdated", since)] if since else []
        return self._rows(path, [*wanted, ("PageNo", str(page)), ("Limit", str(MOST_ROWS))])

    def _rows(self, path: str, params: Pairs, template: str = "") -> list[Row]:
        endpoint = f"GET {template or path}"
        data = self._using(lambda: self._http.get(path, params, endpoint=endpoint)).data
        if not isinstance(data, list):
            raise _changed("the whole is not a list", endpoint)
        return [_object(row, endpoint) for row in data]

    def _using(self, call: Callable[[], Reply]) -> Reply:
        return self._keys.using(call) if self._keys else call()


def log_in(http: VendorHttp, username: str, password: str) -> str:
    """A key for a day. QUIRK(mintsoft): a bare JSON string."""
    reply = http.send(
        "POST",
        "/api/Auth",
        endpoint="POST /api/Auth",
        json={"Username": username, "Password": password},
        safe_to_repeat=True,
    )
    if not isinstance(reply.data, str) or not reply.data:
        raise _changed("the key is not readable", "POST /api/Auth")
    return reply.data


def _object(value: Any, endpoint: str) -> Row:
    if not isinstance(value, dict):
        raise _changed("a row is not an object", endpoint)
    return value


def _changed(what: str, endpoint: str) -> SchemaChangedError:
    sentence = f"Mintsoft changed the shape of its answer: {what}."
    return SchemaChangedError(sentence, field="", detail=endpoint)
