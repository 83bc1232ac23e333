"""BigCommerce's endpoints, one method each. Every method may raise any ConnectorError; only
`post_…` may raise AmbiguousError.

Source: REST Management API, https://developer.bigcommerce.com/docs/rest-management.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.connectors.bigcommerce import schemas as wire
from integrations.connectors.bigcommerce.assumed import (
    ITEMS_PER_PAGE,
    ORDERS_PER_REQUEST,
    PRODUCTS_PER_REQUEST,
    REFUNDS_PER_REQUEST,
    ROWS_PER_REQUEST,
)
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bodies import Model
from integrations.connectors.errors import AmbiguousError, SchemaChangedError
from integrations.connectors.http import Pairs, Reply, VendorHttp, segment

Row = dict[str, Any]
Keys = Sequence[str]

# Rows, addresses and fees inside the order: three requests less for each.
WHOLE = (
    ("include", "consignments,consignments.line_items,fees"),
    ("consignment_structure", "object"),
)
PRODUCT_FIELDS = (
    "name,type,sku,price,tax_class_id,inventory_tracking,is_visible,availability,upc,gtin,"
    "date_created,date_modified"
)


class BigCommerceClient:
    def __init__(self, http: VendorHttp) -> None:
        self._http = http

    def close(self) -> None:
        self._http.close()

    # Orders

    def orders_modified_since(self, since: datetime | None, *, page: int) -> list[Row]:
        """Ascending by change; the moment itself is included."""
        wanted = [("min_date_modified", iso(since))] if since else []
        return self._bare(
            "/v2/orders",
            [
                *wanted,
                ("sort", "date_modified:asc"),
                ("page", str(page)),
                ("limit", str(ORDERS_PER_REQUEST)),
                *WHOLE,
            ],
        )

    def orders_between(self, first: int, last: int) -> list[Row]:
        """QUIRK(bigcommerce): there is no list of ids in v2, only a range."""
        wanted = [("min_id", str(first)), ("max_id", str(last))]
        return self._bare("/v2/orders", [*wanted, ("limit", str(ORDERS_PER_REQUEST)), *WHOLE])

    def order(self, order_id: str) -> Row:
        """Raises NotFoundError."""
        return self._object(f"/v2/orders/{segment(order_id)}", WHOLE, _ORDER)

    def plain_order(self, order_id: str) -> Row:
        """Without its rows. Raises NotFoundError."""
        return self._object(f"/v2/orders/{segment(order_id)}", (), _ORDER)

    def order_lines(self, order_id: str) -> list[wire.OrderLine]:
        rows = self._every_bare(f"/v2/orders/{segment(order_id)}/products", f"{_ORDER}/products")
        return [self._parse(wire.OrderLine, row, f"{_ORDER}/products") for row in rows]

    def taxes(self, order_id: str) -> list[Row]:
        """Which row a tax belongs to is said only with details."""
        path = f"/v2/orders/{segment(order_id)}/taxes"
        return list(self._every_bare(path, f"{_ORDER}/taxes", [("details", "true")]))

    def transactions(self, order_id: str) -> list[Row]:
        """QUIRK(bigcommerce): none at all is a 204; some ways to pay never leave any."""
        path = f"/v3/orders/{segment(order_id)}/transactions"
        return list(self._listed(path, (), "/v3/orders/{id}/transactions").data)

    def put_order(self, order_id: str, body: Row, *, keys: Keys) -> Reply:
        """Change an order; absent fields stay. Safe to repeat."""
        return self._http.send(
            "PUT",
            f"/v2/orders/{segment(order_id)}",
            endpoint=f"PUT {_ORDER}",
            json=body,
            keys=keys,
            safe_to_repeat=True,
        )

    def shipments(self, order_id: str) -> list[wire.Shipment]:
        path = f"/v2/orders/{segment(order_id)}/shipments"
        rows = self._every_bare(path, f"{_ORDER}/shipments")
        return [self._parse(wire.Shipment, row, f"{_ORDER}/shipments") for row in rows]

    def post_shipment(self, order_id: str, body: Row, *, keys: Keys) -> wire.Shipment:
        """Not safe to repeat: every one tells the shopper."""
        endpoint = f"POST {_ORDER}/shipments"
        path = f"/v2/orders/{segment(order_id)}/shipments"
        reply = self._http.send("POST", path, endpoint=endpoint, json=body, keys=keys)
        return self._made(wire.Shipment, reply.data, endpoint)

    # Refunds

    def refunds_since(self, since: datetime | None, *, page: int) -> list[Row]:
        """Ascending by id, which is the order in which they were made."""
        wanted = [("created:min", iso(since))] if since else []
        paged = [*wanted, ("page", str(page)), ("limit", str(REFUNDS_PER_REQUEST))]
        return list(self._listed(_REFUNDS, paged, _REFUNDS).data)

    def refunds(self, refund_ids: Sequence[str]) -> list[Row]:
        return list(self._every(_REFUNDS, _REFUNDS, [("id:in", ",".join(refund_ids))]))

    def refunds_of(self, order_ids: Sequence[str]) -> list[wire.Refund]:
        rows = self._every(_REFUNDS, _REFUNDS, [("order_id:in", ",".join(order_ids))])
        return [self._parse(wire.Refund, row, _REFUNDS) for row in rows]

    def post_quote(self, order_id: str, items: Sequence[Row]) -> wire.Quote:
        """What a refund would be. Changes nothing, so it may be asked again."""
        path = f"/v3/orders/{segment(order_id)}/payment_actions/refund_quotes"
        endpoint = "POST /v3/orders/{id}/payment_actions/refund_quotes"
        reply = self._http.send(
            "POST", path, endpoint=endpoint, json={"items": list(items)}, safe_to_repeat=True
        )
        quoted = self._parse(wire.Single, reply.data, endpoint)
        return self._parse(wire.Quote, quoted.data, endpoint)

    def post_refund(self, order_id: str, body: Row, *, keys: Keys) -> wire.Refund:
        """Moves money: not safe to repeat."""
        path = f"/v3/orders/{segment(order_id)}/payment_actions/refunds"
        endpoint = "POST /v3/orders/{id}/payment_actions/refunds"
        reply = self._http.send("POST", path, endpoint=endpoint, json=body, keys=keys)
        made = self._made(wire.Single, reply.data, endpoint)
        return self._made(wire.Refund, made.data, endpoint)

    # Catalogue

    def products_modified_since(self, since: datetime | None, *, page: int) -> list[Row]:
        """With their variants, ascending by change."""
        wanted = [("date_modified:min", iso(since))] if since else []
        return list(
            self._listed(
                _PRODUCTS,
                [
                    *wanted,
                    ("include", "variants"),
                    ("include_fields", PRODUCT_FIELDS),
                    ("sort", "date_modified"),
                    ("direction", "asc"),
                    ("page", str(page)),
                    ("limit", str(PRODUCTS_PER_REQUEST)),
                ],
                _PRODUCTS,
            ).data
        )

    def products(self, product_ids: Sequence[str]) -> list[Row]:
        wanted = [
            ("id:in", ",".join(product_ids)),
            ("include", "variants"),
            ("include_fields", PRODUCT_FIELDS),
        ]
        return list(self._every(_PRODUCTS, _PRODUCTS, wanted))

    def products_by_sku(self, skus: Sequence[str]) -> list[Row]:
        """QUIRK(bigcommerce): finds a product by its own SKU, never by those of its variants."""
        wanted = [("sku:in", ",".join(skus)), ("include_fields", "sku,inventory_tracking")]
        return list(self._every(_PRODUCTS, _PRODUCTS, wanted))

    def put_products(self, rows: Sequence[Row], *, keys: Keys) -> Reply:
        """Up to ten. QUIRK(bigcommerce): a 207 names only those that could be changed."""
        return self._http.send(
            "PUT",
            _PRODUCTS,
            endpoint=f"PUT {_PRODUCTS}",
            json=list(rows),
            keys=keys,
            messages=len(rows),
            safe_to_repeat=True,
        )

    # Stock

    def items(self, location_ids: Sequence[str], skus: Sequence[str]) -> Iterator[wire.Item]:
        """Levels at these places; of every item when no SKUs are named."""
        named = [("sku:in", ",".join(skus))] if skus else []
        wanted = [("location_id:in", ",".join(location_ids)), *named]
        for row in self._every(_ITEMS, _ITEMS, wanted, size=ITEMS_PER_PAGE):
            yield self._parse(wire.Item, row, _ITEMS)

    def put_levels(self, rows: Sequence[Row], *, reason: str, keys: Keys) -> Reply:
        """Absolute levels; accepted now, visible a little later. Safe to repeat."""
        path = "/v3/inventory/adjustments/absolute"
        return self._http.send(
            "PUT",
            path,
            endpoint=f"PUT {path}",
            json={"reason": reason, "items": list(rows)},
            keys=keys,
            messages=len(rows),
            safe_to_repeat=True,
        )

    # Customers, webhooks and what the store says of itself

    def customers(self, customer_ids: Sequence[str]) -> list[Row]:
        wanted = [("id:in", ",".join(customer_ids))]
        return list(self._every("/v3/customers", "/v3/customers", wanted))

    def hooks(self) -> list[wire.Hook]:
        rows = self._every("/v3/hooks", "/v3/hooks")
        return [self._parse(wire.Hook, row, "/v3/hooks") for row in rows]

    def post_hook(self, body: Row) -> Reply:
        """A second one for the same scope and address is refused, so a repeat does no harm."""
        return self._http.send(
            "POST", "/v3/hooks", endpoint="POST /v3/hooks", json=body, safe_to_repeat=True
        )

    def put_hook(self, hook_id: int, body: Row) -> Reply:
        return self._http.send(
            "PUT",
            f"/v3/hooks/{hook_id}",
            endpoint="PUT /v3/hooks/{id}",
            json=body,
            safe_to_repeat=True,
        )

    def time(self) -> Reply:
        return self._http.get("/v2/time", endpoint="GET /v2/time")

    def store(self) -> wire.Store:
        return self._parse(wire.Store, self._object("/v2/store", (), "/v2/store"), "/v2/store")

    def probe(self, path: str) -> Reply:
        """The smallest question to a list: only whether we may ask."""
        return self._http.get(path, [("limit", "1")], endpoint=f"GET {path}")

    def order_statuses(self) -> list[Row]:
        """All fifteen at once."""
        return self._bare("/v2/order_statuses", ())

    def bare_rows(self, path: str) -> list[Row]:
        """A whole v2 list."""
        return list(self._every_bare(path, path))

    def rows(self, path: str) -> list[Row]:
        """A whole v3 list."""
        return list(self._every(path, path))

    # Lists

    def _every(
        self, path: str, template: str, params: Pairs = (), *, size: int = ROWS_PER_REQUEST
    ) -> Iterator[Row]:
        page = 1
        while True:
            paged = [*params, ("page", str(page)), ("limit", str(size))]
            listed = self._listed(path, paged, template)
            yield from listed.data
            if not listed.data or page >= listed.meta.pagination.total_pages:
                return
            page += 1

    def _every_bare(self, path: str, template: str, params: Pairs = ()) -> Iterator[Row]:
        """QUIRK(bigcommerce): v2 says nothing of pages: read on until a short one."""
        page = 1
        while True:
            paged = [*params, ("page", str(page)), ("limit", str(ROWS_PER_REQUEST))]
            rows = self._bare(path, paged, template)
            yield from rows
            if len(rows) < ROWS_PER_REQUEST:
                return
            page += 1

    def _listed(self, path: str, params: Pairs, template: str) -> wire.Listed:
        endpoint = f"GET {template}"
        reply = self._http.get(path, params, endpoint=endpoint)
        if reply.status == 204 or reply.data is None:
            return wire.Listed(data=[])
        return self._parse(wire.Listed, reply.data, endpoint)

    def _bare(self, path: str, params: Pairs, template: str = "") -> list[Row]:
        """QUIRK(bigcommerce): nothing found is a 204 without a body."""
        endpoint = f"GET {template or path}"
        data = self._http.get(path, params, endpoint=endpoint).data
        if data is None:
            return []
        if not isinstance(data, list) or not all(isinstance(row, Mapping) for row in data):
            raise changed("", endpoint)
        return [dict(row) for row in data]

    def _object(self, path: str, params: Pairs, template: str) -> Row:
        endpoint = f"GET {template}"
        data = self._http.get(path, params, endpoint=endpoint).data
        if not isinstance(data, Mapping):
            raise changed("", endpoint)
        return dict(data)

    def _made(self, model: type[Model], data: Any, endpoint: str) -> Model:
        """What a write made. It was answered with success, so an answer that cannot be read
        leaves open what happened: AmbiguousError."""
        try:
            return self._parse(model, data, endpoint)
        except SchemaChangedError as error:
            raise AmbiguousError(error.sentence, detail=error.detail) from error

    def _parse(self, model: type[Model], data: Any, endpoint: str) -> Model:
        return self._http.parse(model, data, endpoint=endpoint)


_ORDER = "/v2/orders/{id}"
_REFUNDS = "/v3/orders/payment_actions/refunds"
_PRODUCTS = "/v3/catalog/products"
_ITEMS = "/v3/inventory/items"


def iso(moment: datetime) -> str:
    """An instant in UTC, whole seconds, as every filter takes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def changed(field: str, detail: str) -> SchemaChangedError:
    """An answer that is not of the promised shape."""
    return SchemaChangedError(
        f"{SYSTEM} changed the shape of its answer: {field or 'the whole'} is not readable.",
        field=field,
        detail=detail,
    )
