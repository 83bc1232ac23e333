"""What changed at Brightpearl: products, stock and orders as facts."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.connectors.brightpearl import cursors
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.cursors import Cursor, Window
from integrations.connectors.brightpearl.search import Row, number_of, read_instant, text_of
from integrations.ports import Fact, Page

STREAMS = ("stock-changes", "products")  # what is polled; "orders" can be read for audits
FIRST_LOOK_BACK = timedelta(hours=1)  # stock and orders before that are read in full elsewhere
PRODUCTS_PER_PAGE = 200  # each row costs a share of two more requests
ROWS_PER_PAGE = 500


class Streams:
    """Reads one account's streams. Cursors are JSON text."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = account.client

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        """The next page. Raises ValueError for a stream that does not exist."""
        start = Cursor.model_validate_json(cursor) if cursor else _beginning(stream, now)
        reading = cursors.read(self._window(stream), start, now=now)
        facts = self._facts(stream, reading.rows)
        return Page(facts, reading.cursor.model_dump_json(), reading.more)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        """Facts by id, a hundred in one request; topics that are not facts give none."""
        ids = [int(each) for each in external_ids if each.isdecimal()]
        if not ids:
            return ()
        if topic == "products":
            return self._products(ids)
        if topic == "stock-changes":
            return self._stock(ids)
        if topic == "orders":
            return [_whole(topic, order) for order in self._client.raw_orders(ids)]
        return ()

    def _window(self, stream: str) -> Window:
        client = self._client
        if stream == "products":
            return Window(client.product_page, "productId", (), PRODUCTS_PER_PAGE)
        if stream == "stock-changes":
            where = ("productId", "warehouseId")
            return Window(client.movement_page, "goodsMovementId", where, ROWS_PER_PAGE)
        if stream == "orders":
            what = ("orderTypeId", "externalRef", "orderStatusId")
            return Window(client.order_page, "orderId", what, ROWS_PER_PAGE)
        raise ValueError(f"Brightpearl has no stream {stream!r}.")

    def _facts(self, stream: str, rows: Sequence[Row]) -> Sequence[Fact]:
        if stream == "products":
            return self._products([number_of(row, "productId") for row in rows])
        if stream == "stock-changes":
            return _stock_changes(rows)
        return [_order_row(row) for row in rows]

    def _products(self, ids: Sequence[int]) -> Sequence[Fact]:
        """Products with their price; a price may change without the product doing so."""
        if not ids:
            return ()
        products = self._client.raw_products(ids)
        price_list = self._account.config.price_list_id
        prices = self._client.product_prices(ids, price_list=price_list) if price_list else {}
        facts = []
        for product in products:
            price = prices.get(int(product.get("id") or 0))
            listed = price.of_list(price_list) if price and price_list else None
            payload = {
                "product": product,
                "price_net": listed.quantityPrice.get("1") if listed else None,
                "currency": listed.currencyCode if listed else "",
                "tax_rate": self._tax_rate(product),
            }
            facts.append(_fact("products", str(product.get("id", "")), payload))
        return facts

    def _tax_rate(self, product: dict[str, Any]) -> Any:
        details = product.get("financialDetails") or {}
        code = (details.get("taxCode") or {}).get("code")
        tax_code = self._account.tax_code(code) if code else None
        return tax_code.rate if tax_code else None

    def _stock(self, ids: Sequence[int]) -> Sequence[Fact]:
        return [
            _fact("stock-changes", str(product), stock.model_dump() | {"product_id": product})
            for product, stock in self._client.availability(ids).items()
        ]


def _beginning(stream: str, now: datetime) -> Cursor:
    """Products from the first one; everything else only from about now."""
    return Cursor() if stream == "products" else Cursor(since=now - FIRST_LOOK_BACK)


def _stock_changes(rows: Sequence[Row]) -> list[Fact]:
    """One fact per product, as of its latest movement on this page."""
    latest = {number_of(row, "productId"): row for row in rows}
    return [
        Fact(
            topic="stock-changes",
            external_id=str(product),
            version=f"{text_of(row, 'updatedOn')}/{text_of(row, 'goodsMovementId')}",
            payload={"product_id": product, "warehouse_id": number_of(row, "warehouseId")},
            occurred_at=read_instant(text_of(row, "updatedOn")),
        )
        for product, row in latest.items()
    ]


def _order_row(row: Row) -> Fact:
    return Fact(
        topic="orders",
        external_id=text_of(row, "orderId"),
        version=text_of(row, "updatedOn"),
        payload=dict(row),
        occurred_at=read_instant(text_of(row, "updatedOn")),
    )


def _whole(topic: str, payload: dict[str, Any]) -> Fact:
    return _fact(topic, str(payload.get("id", "")), payload)


def _fact(topic: str, external_id: str, payload: dict[str, Any]) -> Fact:
    """A fact whose version is its content: there is no revision to go by."""
    text = json.dumps(payload, sort_keys=True, default=str)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Fact(topic, external_id, version, payload, read_instant(payload.get("updatedOn")))
