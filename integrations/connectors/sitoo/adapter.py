"""Sitoo through the ports: a source of receipts and a sink for levels and products."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.effects import PutProduct, SetLevel
from integrations.canonical.stock import StockLevel
from integrations.connectors.answers import Answers
from integrations.connectors.errors import NotFoundError
from integrations.connectors.http import VendorHttp
from integrations.connectors.paging import chunks
from integrations.connectors.sitoo import account, dialect, facts, mapping, streams, webhooks
from integrations.connectors.sitoo.assumed import (
    LEVELS_PER_REQUEST,
    ORDERS_PER_REQUEST,
    PRODUCTS_PER_REQUEST,
    SKUS_PER_REQUEST,
)
from integrations.connectors.sitoo.catalogue import Catalogue
from integrations.connectors.sitoo.client import SitooClient
from integrations.connectors.sitoo.config import SitooConfig
from integrations.connectors.sitoo.levels import Levels
from integrations.connectors.sitoo.mapping import SYSTEM
from integrations.connectors.sitoo.order_stream import read_orders
from integrations.connectors.sitoo.receipts import CREDIT_SUFFIX
from integrations.connectors.spec import Context
from integrations.ports import (
    Choice,
    Fact,
    Hint,
    Intent,
    LookUp,
    Outcome,
    Page,
    Posted,
    Probe,
    ReadBack,
)

BATCH_SIZES = {
    SetLevel.operation: LEVELS_PER_REQUEST,
    PutProduct.operation: PRODUCTS_PER_REQUEST,
}


class SitooConnector:
    """One account. QUIRK(sitoo): one request at a time per API id; the limiter sees to it."""

    def __init__(self, config: SitooConfig, context: Context) -> None:
        self._config = config
        self._clock = context.clock
        http = VendorHttp(
            base_url=config.base_url,
            headers=lambda: dialect.credentials(config),
            context=context,
            classify=lambda status, headers, data: dialect.classify(
                status, headers, data, now=context.clock()
            ),
            learn=lambda headers: dialect.learn(headers, now=context.clock()),
            system_label=SYSTEM,
        )
        self._client = SitooClient(http, site_id=config.site_id, page_size=config.page_size)
        self._levels = Levels(self._client, clock=context.clock)
        self._catalogue = Catalogue(self._client, clock=context.clock)

    # Source

    def streams(self) -> Sequence[str]:
        return ("orders", "z-reports", "warehouse-transactions", "products", "stock-changes")

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        history = self._config.history_from
        since = facts.epoch(history) if history else 0
        if stream == "orders":
            return read_orders(
                self._client, cursor, first_order_id=self._config.first_order_id, now=now
            )
        if stream == "z-reports":
            return streams.read_z_reports(self._client, cursor, history_from=since)
        if stream == "warehouse-transactions":
            return streams.read_movements(self._client, cursor, history_from=since)
        if stream == "products":
            return streams.read_products(self._client, cursor, now=now)
        if stream == "stock-changes":
            return streams.read_stock_changes(self._client, cursor, now=now)
        raise ValueError(f"{SYSTEM} has no stream {stream}.")

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        fetchers: Mapping[str, Callable[[Sequence[str]], list[Fact]]] = {
            "orders": self._orders,
            "z-reports": self._z_reports,
            "warehouse-transactions": self._movements,
            "stock-changes": self._stock_changes,
        }
        if topic not in fetchers:
            raise ValueError(f"{SYSTEM} never asks us to fetch {topic}.")
        return fetchers[topic](list(dict.fromkeys(external_ids)))

    def hints(self, body: bytes) -> Sequence[Hint]:
        return webhooks.hints(body)

    def records(self, topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
        return mapping.records(topic, payload)

    # StockReader

    def levels(
        self, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
    ) -> Sequence[StockLevel]:
        return self._levels.read(location_codes, [sku for sku, _ in skus])

    # Sink

    def operations(self) -> frozenset[str]:
        return frozenset(BATCH_SIZES)

    def batch_size(self, operation: str) -> int:
        return BATCH_SIZES[operation]

    def visibility_lag(self) -> timedelta:
        return timedelta(0)

    def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        answers = Answers(intents)
        placed = list(enumerate(intents))
        self._levels.send([p for p in placed if isinstance(p[1].effect, SetLevel)], answers)
        self._catalogue.send([p for p in placed if isinstance(p[1].effect, PutProduct)], answers)
        return answers.all()

    def look_up(self, intents: Sequence[Intent]) -> Sequence[LookUp]:
        levels = [intent for intent in intents if isinstance(intent.effect, SetLevel)]
        products = [intent for intent in intents if isinstance(intent.effect, PutProduct)]
        of_levels = iter(self._levels.look_up(levels))
        of_products = iter(self._catalogue.look_up(products) if products else [])
        return [
            next(of_levels if isinstance(intent.effect, SetLevel) else of_products)
            for intent in intents
        ]

    def read_back(self, posted: Sequence[Posted]) -> Sequence[ReadBack | None]:
        """Levels are not compared: a sale in between changes them, rightly."""
        products = [each for each in posted if isinstance(each.intent.effect, PutProduct)]
        answers = iter(self._catalogue.read_back(products) if products else [])
        return [
            next(answers) if isinstance(each.intent.effect, PutProduct) else None for each in posted
        ]

    # Connector

    def check(self) -> Probe:
        return account.check(self._client, site_id=self._config.site_id, clock=self._clock)

    def choices(self, kind: str) -> Sequence[Choice]:
        return account.choices(self._client, kind)

    def close(self) -> None:
        self._client.close()

    def _orders(self, order_ids: Sequence[str]) -> list[Fact]:
        """The return of a mixed receipt is in the order that it is named after."""
        plain = [order_id.removesuffix(CREDIT_SUFFIX) for order_id in order_ids]
        rows = [
            row
            for part in chunks(_numbers(plain), ORDERS_PER_REQUEST)
            for row in self._client.orders(part)
        ]
        return facts.order_facts(rows)

    def _z_reports(self, report_ids: Sequence[str]) -> list[Fact]:
        rows = []
        for report_id in report_ids:
            register, _, number = report_id.rpartition("/")
            if not register or not _numbers([number]):
                continue
            try:
                rows.append(self._client.z_report(register, number))
            except NotFoundError:
                continue  # absent ones are left out
        return facts.z_report_facts(rows)

    def _movements(self, transaction_ids: Sequence[str]) -> list[Fact]:
        rows = [
            row
            for part in chunks(_numbers(transaction_ids), SKUS_PER_REQUEST)
            for row in self._client.transactions(part)
        ]
        return facts.movement_facts(rows)

    def _stock_changes(self, item_ids: Sequence[str]) -> list[Fact]:
        by_warehouse: dict[str, list[str]] = {}
        for item_id in item_ids:
            warehouse, _, sku = item_id.partition("/")
            if _numbers([warehouse]):
                by_warehouse.setdefault(warehouse, []).append(sku)
        found: list[Fact] = []
        for warehouse, skus in by_warehouse.items():
            for part in chunks(skus, SKUS_PER_REQUEST):
                rows = self._client.warehouse_items(warehouse, part)
                found += facts.stock_facts(rows, warehouse_id=warehouse)
        return found


def _numbers(ids: Sequence[str]) -> list[str]:
    """What can be an id there, once each: one odd id would have the whole request refused."""
    return [each for each in dict.fromkeys(ids) if each.isascii() and each.isdecimal()]
