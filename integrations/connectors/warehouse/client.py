"""The contract's endpoints, one method each. Every method may raise any ConnectorError; only
`post_order` and `post_return` may raise AmbiguousError, unless told that they are repeated.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.connectors.http import Pairs, Reply, VendorHttp, segment
from integrations.connectors.warehouse import schemas as wire

Row = dict[str, Any]


class WarehouseClient:
    def __init__(self, http: VendorHttp, *, page_size: int) -> None:
        self._http = http
        self._size = str(page_size)

    def close(self) -> None:
        self._http.close()

    def ping(self) -> wire.Ping:
        reply = self._http.get("/ping", endpoint="GET /ping")
        return self._http.parse(wire.Ping, reply.data, endpoint="GET /ping")

    def warehouses(self) -> list[wire.Warehouse]:
        rows = self.every("/warehouses", [])
        return [self._http.parse(wire.Warehouse, row, endpoint="GET /warehouses") for row in rows]

    def changed(self, path: str, *, since: str, cursor: str) -> wire.Listed:
        """One page of a collection, by time of change, inclusive."""
        wanted = [("updated_since", since)] if since else []
        return self._page(path, [*wanted, *([("cursor", cursor)] if cursor else [])])

    def every(self, path: str, params: Pairs) -> Iterator[Row]:
        """All rows, as many pages as it takes."""
        cursor = ""
        while True:
            listed = self._page(path, [*params, *([("cursor", cursor)] if cursor else [])])
            yield from listed.data
            if not listed.page.has_more or listed.page.next_cursor in (None, "", cursor):
                return
            cursor = listed.page.next_cursor or ""

    def stock(self, warehouse: str, skus: Sequence[str]) -> Iterator[Row]:
        """Levels of these SKUs, at most a hundred; SKUs it does not keep are left out."""
        return self.every("/stock", [("warehouse", warehouse), *(("sku", sku) for sku in skus)])

    def stock_of(self, sku: str) -> Iterator[Row]:
        """The levels of one SKU in every warehouse."""
        return self.every("/stock", [("sku", sku)])

    def one(self, collection: str, ref: str) -> Row:
        """An order or a shipment by its reference. Raises NotFoundError."""
        endpoint = f"GET /{collection}/{{ref}}"
        reply = self._http.get(f"/{collection}/{segment(ref)}", endpoint=endpoint)
        return dict(self._http.parse(wire.Wire, reply.data, endpoint=endpoint).model_dump())

    def post_order(self, body: Row, *, key: str, is_repeat: bool = False) -> Reply:
        """A repeat under the same key is answered with the first answer."""
        return self._post("/orders", body, key=key, is_repeat=is_repeat)

    def post_return(self, body: Row, *, key: str, is_repeat: bool = False) -> Reply:
        """As `post_order`."""
        return self._post("/returns", body, key=key, is_repeat=is_repeat)

    def cancel(self, ref: str, reason: str, *, key: str) -> Reply:
        """200 cancelled, 202 asked for. Safe to repeat."""
        return self._http.send(
            "POST",
            f"/orders/{segment(ref)}/cancel",
            endpoint="POST /orders/{ref}/cancel",
            json={"reason": reason},
            keys=[key],
            safe_to_repeat=True,
        )

    def put_product(self, sku: str, body: Row, *, key: str) -> Reply:
        """Absolute, safe to repeat."""
        return self._http.send(
            "PUT",
            f"/products/{segment(sku)}",
            endpoint="PUT /products/{sku}",
            json=body,
            keys=[key],
            safe_to_repeat=True,
        )

    def subscriptions(self) -> list[Row]:
        return list(self.every("/webhooks", []))

    def subscribe(self, url: str, topics: Sequence[str], secret: str) -> None:
        """Two subscriptions bring everything twice, which hints do not mind."""
        self._http.send(
            "POST",
            "/webhooks",
            endpoint="POST /webhooks",
            json={"url": url, "topics": list(topics), "secret": secret},
            safe_to_repeat=True,
        )

    def _post(self, path: str, body: Mapping[str, Any], *, key: str, is_repeat: bool) -> Reply:
        return self._http.send(
            "POST",
            path,
            endpoint=f"POST {path}",
            json=dict(body),
            headers={"Idempotency-Key": key},
            keys=[key],
            safe_to_repeat=is_repeat,
        )

    def _page(self, path: str, params: Pairs) -> wire.Listed:
        endpoint = f"GET {path}"
        reply = self._http.get(path, [*params, ("limit", self._size)], endpoint=endpoint)
        return self._http.parse(wire.Listed, reply.data, endpoint=endpoint)
