"""Mintsoft through the ports: it owns stock, takes pick lists and tells what left."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.effects import CancelPickList, CreatePickList
from integrations.canonical.stock import StockLevel
from integrations.connectors.answers import one_by_one
from integrations.connectors.bodies import parse
from integrations.connectors.errors import (
    ConnectorError,
    NotFoundError,
    RejectedError,
    SchemaChangedError,
    UnsupportedError,
)
from integrations.connectors.http import VendorHttp
from integrations.connectors.logins import HeldTokens, KeptKey, discreet
from integrations.connectors.mintsoft import mapping, webhooks
from integrations.connectors.mintsoft import schemas as wire
from integrations.connectors.mintsoft.assumed import (
    CANCELLED,
    MOST_ROWS,
    OVERLAP,
    SWEEP_FROM,
    WRITES_PER_CALL,
)
from integrations.connectors.mintsoft.client import MintsoftClient, log_in
from integrations.connectors.mintsoft.config import MintsoftConfig
from integrations.connectors.mintsoft.dialect import accepted, classify
from integrations.connectors.mintsoft.mapping import SYSTEM
from integrations.connectors.spec import Context
from integrations.ports import (
    Absent,
    Choice,
    Done,
    Fact,
    Found,
    Hint,
    Intent,
    LookUp,
    Outcome,
    Page,
    Posted,
    Probe,
    ReadBack,
    Tokens,
    Unclear,
)

NAMED_BY = {"orders": "ID", "stock-changes": "ProductId", "products": "ID"}


class MintsoftConnector:
    """One account."""

    def __init__(self, config: MintsoftConfig, context: Context) -> None:
        self._config = config
        self._zone = ZoneInfo(config.timezone)
        self._keys = _keys(config, context)
        http = VendorHttp(
            base_url=config.base_url,
            headers=self._credentials,
            context=context,
            classify=classify,
            system_label=SYSTEM,
        )
        self._client = MintsoftClient(http, self._keys)

    # Source

    def streams(self) -> Sequence[str]:
        return tuple(NAMED_BY)

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        """A pass over what changed since the one before began, less an overlap."""
        if stream not in NAMED_BY:
            raise ValueError(f"{SYSTEM} has no stream {stream}.")
        start = {"since": self._beginning(), "page": 1, "began": ""}
        at: dict[str, Any] = json.loads(cursor) if cursor else start
        began = at["began"] or mapping.local(now - OVERLAP, self._zone)
        rows = self._changed(stream)(at["since"], at["page"])
        facts = [_fact(stream, row) for row in rows]
        if stream != "stock-changes" and len(rows) >= MOST_ROWS:
            following = {"since": at["since"], "page": at["page"] + 1, "began": began}
            return Page(facts, json.dumps(following), more=True)
        return Page(facts, json.dumps({"since": began, "page": 1, "began": ""}), more=False)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        if topic != "orders":
            raise ValueError(f"{SYSTEM} never asks us to fetch {topic}.")
        ids = [each for each in dict.fromkeys(external_ids) if each.isdecimal()]
        return [_fact(topic, row) for each in ids if (row := self._order(each))]

    def hints(self, body: bytes) -> Sequence[Hint]:
        return webhooks.hints(body)

    def records(self, topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
        return mapping.records(topic, payload, self._zone)

    # StockReader

    def levels(
        self, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
    ) -> Sequence[StockLevel]:
        """SKUs that it does not list at a location are left out: it said nothing of them."""
        if self._config.stock_from == "inventory":
            return [
                found
                for _, product_id in dict.fromkeys(skus)
                if product_id.isdecimal()
                for found in mapping.inventory_levels(self._client.inventory(product_id))
                if found.location_code in location_codes
            ]
        wanted = list(dict.fromkeys(sku for sku, _ in skus))
        return [level for place in location_codes for level in self._levels(place, wanted)]

    # Sink

    def operations(self) -> frozenset[str]:
        return frozenset({CreatePickList.operation, CancelPickList.operation})

    def batch_size(self, operation: str) -> int:
        return WRITES_PER_CALL

    def visibility_lag(self) -> timedelta:
        return timedelta(seconds=5)

    def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        return one_by_one(intents, self._write)

    def look_up(self, intents: Sequence[Intent]) -> Sequence[LookUp]:
        return [self._find(intent) for intent in intents]

    def read_back(self, posted: Sequence[Posted]) -> Sequence[ReadBack | None]:
        return [self._compare(each) for each in posted]

    # Connector

    def check(self) -> Probe:
        try:
            buildings = self._client.warehouses()
        except ConnectorError as error:
            return Probe(ok=False, sentence=error.sentence, error=error)
        named = ", ".join(f"{each.Name} ({each.ID})" for each in buildings) or "none"
        return Probe(ok=True, sentence=f"{SYSTEM} answers.", facts={"warehouses": named})

    def choices(self, kind: str) -> Sequence[Choice]:
        readers = {
            "warehouses": self._client.warehouses,
            "shipping-methods": self._client.couriers,
            "order-statuses": self._client.statuses,
        }
        return [Choice(str(row.ID), row.Name) for row in readers[kind]()] if kind in readers else ()

    def close(self) -> None:
        self._client.close()

    # Helpers

    def _credentials(self) -> dict[str, str]:
        key = self._config.api_key
        given = self._keys.key() if self._keys else key.get_secret_value() if key else ""
        return {"ms-apikey": given}

    def _beginning(self) -> str:
        start = self._config.history_from
        return mapping.local(start, self._zone) if start else ""

    def _changed(self, stream: str) -> Callable[[str, int], list[dict[str, Any]]]:
        if stream == "orders":
            return lambda since, page: self._client.orders_since(since, page=page)
        if stream == "products":
            return lambda since, page: self._client.products_since(since, page=page)
        return lambda since, page: self._client.levels_since(since or "2000-01-01T00:00:00")

    def _levels(self, place: str, skus: Sequence[str]) -> list[StockLevel]:
        if len(skus) > SWEEP_FROM:
            rows = self._client.levels(place)
        else:
            rows = [row for sku in skus for row in self._client.levels(place, sku)]
        found = [mapping.level(row) for row in rows if row.get("SKU") in skus]
        return [level for level in found if level.location_code == place]

    def _order(self, order_id: str) -> dict[str, Any] | None:
        try:
            return self._client.order(order_id)
        except NotFoundError:
            return None

    def _parts(self, number: str) -> list[wire.Order]:
        return [
            parse(wire.Order, row, system=SYSTEM, endpoint="GET /api/Order/Search")
            for row in self._client.parts_of(number)
        ]

    def _write(self, intent: Intent) -> Done:
        effect = intent.effect
        if isinstance(effect, CreatePickList):
            body = mapping.order_body(effect, self._config)
            ids = accepted(self._client.put_order(body, key=intent.key))
            return Done(str(ids[0]), {"orders": ids})
        if isinstance(effect, CancelPickList):
            return self._cancel(effect.external_ref, intent)
        raise UnsupportedError(f"{SYSTEM} does not take {effect.operation}.")

    def _cancel(self, number: str, intent: Intent) -> Done:
        """Every part that is still there."""
        parts = self._parts(number)
        if not parts:
            raise NotFoundError(f"{SYSTEM} has no order {number}.")
        for part in parts:
            if part.OrderStatusId != CANCELLED:
                self._client.cancel(str(part.ID), key=intent.key)
        return Done(str(parts[0].ID))

    def _find(self, intent: Intent) -> LookUp:
        """By our number, which is unique there for a client."""
        effect = intent.effect
        if not isinstance(effect, CreatePickList | CancelPickList):
            return Absent()
        try:
            parts = self._parts(effect.external_ref)
        except SchemaChangedError as error:
            return Unclear(error.sentence)
        if not parts:
            return Absent()
        found = Found(str(parts[0].ID), {"orders": [part.ID for part in parts]})
        if isinstance(effect, CancelPickList):
            is_done = all(part.OrderStatusId == CANCELLED for part in parts)
            return found if is_done else Absent()
        other = mapping.differences(effect, parts)
        if other:
            return Unclear(f"Order {effect.external_ref} is there, but {other[0].field} differs.")
        return found

    def _compare(self, posted: Posted) -> ReadBack | None:
        effect = posted.intent.effect
        if not isinstance(effect, CreatePickList):
            return None
        try:
            parts = self._parts(effect.external_ref)
        except (RejectedError, SchemaChangedError):
            return None
        return ReadBack(mapping.differences(effect, parts)) if parts else ReadBack(missing=True)


def _keys(config: MintsoftConfig, context: Context) -> KeptKey | None:
    """How keys of a day are had; None when ours never runs out."""
    password, refresh = config.password, config.refresh_token
    if password is None or refresh is None:
        return None
    http = VendorHttp(
        base_url=config.base_url,
        headers=dict,
        context=discreet(context),
        classify=classify,
        system_label=SYSTEM,
    )
    store = context.tokens or HeldTokens(Tokens("", refresh.get_secret_value()))
    return KeptKey(store, lambda: log_in(http, config.username, password.get_secret_value()))


def _fact(topic: str, row: dict[str, Any]) -> Fact:
    """A fact whose version is its content: there is no revision to go by."""
    external_id = row.get(NAMED_BY[topic])
    if isinstance(external_id, bool) or not isinstance(external_id, int):
        raise SchemaChangedError(
            f"{SYSTEM} changed the shape of its answer: {NAMED_BY[topic]} is not readable.",
            field=NAMED_BY[topic],
        )
    text = json.dumps(row, sort_keys=True, default=str)
    return Fact(topic, str(external_id), hashlib.sha256(text.encode()).hexdigest()[:16], row)
