"""The feeds, each read one page at a time, and the same facts by id."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from integrations.connectors.bigcommerce import cursors
from integrations.connectors.bigcommerce.assumed import (
    DENSE,
    INCOMPLETE,
    ORDER_OVERLAP,
    ORDERS_PER_READ,
    ORDERS_PER_REQUEST,
    PRODUCT_OVERLAP,
    PRODUCTS_PER_REQUEST,
    REFUND_OVERLAP,
    REFUNDS_PER_REQUEST,
    UNPAID,
)
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.cursors import Cursor, Window
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bigcommerce.facts import (
    number,
    order_fact,
    product_fact,
    refund_fact,
)
from integrations.connectors.errors import NotFoundError, ThrottledError
from integrations.connectors.paging import chunks
from integrations.ports import Fact, Page

Row = dict[str, Any]
STREAMS = ("orders", "refunds", "products")


class Streams:
    """Reads one store. Cursors are JSON text."""

    def __init__(self, client: BigCommerceClient, *, history_from: datetime | None) -> None:
        self._client = client
        self._history_from = history_from

    def read(self, stream: str, text: str) -> Page:
        """The next page. Raises ValueError for a stream that does not exist."""
        window = self._window(stream)
        first = None if stream == "products" else self._history_from
        cursor = Cursor.model_validate_json(text) if text else Cursor(since=first)
        reading = cursors.read(window, cursor)
        if stream == "orders":
            facts, handled = self._affordable(reading.rows)
        else:
            facts, handled = self._facts(stream, reading.rows), len(reading.rows)
        after, more = reading.after(handled)
        return Page(facts, after.model_dump_json(), more)

    def fetch(self, topic: str, ids: Sequence[str]) -> Sequence[Fact]:
        """Facts by id, in few requests; absent ones are left out."""
        wanted = sorted({int(each) for each in ids if each.isascii() and each.isdecimal()})
        if topic == "orders":
            return self._facts(topic, self._orders(wanted))
        names = [str(each) for each in wanted]
        if topic == "refunds":
            parts = chunks(names, REFUNDS_PER_REQUEST)
            return self._facts(topic, [row for part in parts for row in self._client.refunds(part)])
        if topic == "products":
            parts = chunks(names, ORDERS_PER_REQUEST)
            return self._facts(
                topic, [row for part in parts for row in self._client.products(part)]
            )
        raise ValueError(f"{SYSTEM} never asks us to fetch {topic}.")

    def _window(self, stream: str) -> Window:
        client = self._client
        if stream == "orders":
            return Window(
                lambda since, page: client.orders_modified_since(since, page=page),
                "date_modified",
                ORDERS_PER_REQUEST,
                ORDERS_PER_READ,
                ORDER_OVERLAP,
            )
        if stream == "refunds":
            return Window(
                lambda since, page: client.refunds_since(since, page=page),
                "created",
                REFUNDS_PER_REQUEST,
                REFUNDS_PER_REQUEST,
                REFUND_OVERLAP,
            )
        if stream == "products":
            return Window(
                lambda since, page: client.products_modified_since(since, page=page),
                "date_modified",
                PRODUCTS_PER_REQUEST,
                PRODUCTS_PER_REQUEST,
                PRODUCT_OVERLAP,
            )
        raise ValueError(f"{SYSTEM} has no stream {stream}.")

    def _facts(self, stream: str, rows: Sequence[Row]) -> list[Fact]:
        if stream == "orders":
            return list(self._order_facts(rows))
        if stream == "refunds":
            return list(self._refund_facts(rows))
        return [product_fact(row, with_tax=self._prices_include_tax) for row in rows]

    def _affordable(self, rows: Sequence[Row]) -> tuple[list[Fact], int]:
        """Facts of as many orders as the quota lets us ask about, and how many rows that covers:
        what was paid for with requests is kept. Raises ThrottledError when it is none."""
        groups = self._groups(rows)
        facts: list[Fact] = []
        for handled, row in enumerate(rows):
            try:
                facts += self._order_fact(row, groups)
            except ThrottledError:
                if not handled:
                    raise
                return facts, handled
        return facts, len(rows)

    def _order_facts(self, rows: Sequence[Row]) -> Iterator[Fact]:
        groups = self._groups(rows)
        for row in rows:
            yield from self._order_fact(row, groups)

    def _order_fact(self, row: Row, groups: Mapping[str, str]) -> Iterator[Fact]:
        """Two requests an order, beside the one for all their shoppers.

        QUIRK(bigcommerce): an order that never got past the payment page is in the list like any
        other; it is not one yet.
        """
        if row.get("status_id") == INCOMPLETE:
            return
        order_id = str(number(row, "id"))
        is_unpaid = row.get("status_id") in UNPAID
        yield order_fact(
            row,
            taxes=self._client.taxes(order_id),
            transactions=() if is_unpaid else self._client.transactions(order_id),
            group=groups.get(str(row.get("customer_id")), ""),
        )

    def _groups(self, rows: Iterable[Row]) -> dict[str, str]:
        """Trade group by customer; guests and everybody else have none."""
        ids = sorted({str(row["customer_id"]) for row in rows if row.get("customer_id")})
        if not ids:
            return {}
        found = self._client.customers(ids)
        return {
            str(row.get("id")): str(row["customer_group_id"])
            for row in found
            if row.get("customer_group_id")
        }

    def _refund_facts(self, rows: Sequence[Row]) -> Iterator[Fact]:
        currencies: dict[int, str] = {}
        for row in rows:
            order_id = number(row, "order_id")
            if order_id not in currencies:
                order = self._client.plain_order(str(order_id))
                currencies[order_id] = str(order.get("default_currency_code") or "")
            yield refund_fact(row, currency=currencies[order_id])

    def _orders(self, ids: Sequence[int]) -> list[Row]:
        rows: list[Row] = []
        for group in runs(ids):
            if len(group) == 1:
                rows += self._one(group[0])
            else:
                found = self._client.orders_between(group[0], group[-1])
                rows += [row for row in found if number(row, "id") in group]
        return rows

    def _one(self, order_id: int) -> list[Row]:
        try:
            return [self._client.order(str(order_id))]
        except NotFoundError:
            return []

    @cached_property
    def _prices_include_tax(self) -> bool:
        return self._client.store().is_price_entered_with_tax


def runs(ids: Sequence[int]) -> Iterator[list[int]]:
    """Ascending ids cut into ranges of at most one page, each well filled with wanted ids."""
    run: list[int] = []
    for each in ids:
        span = each - run[0] + 1 if run else 1
        if run and (span > ORDERS_PER_REQUEST or span > DENSE * (len(run) + 1)):
            yield run
            run = []
        run.append(each)
    if run:
        yield run
