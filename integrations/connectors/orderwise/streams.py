"""What changed at OrderWise. Nothing is pushed: it is asked for, mostly by stored exports."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.canonical.stock import StockLevel
from integrations.connectors.bodies import parse
from integrations.connectors.errors import NotFoundError, SchemaChangedError
from integrations.connectors.orderwise import assumed, wire
from integrations.connectors.orderwise.client import OrderwiseClient
from integrations.connectors.orderwise.config import OrderwiseConfig
from integrations.connectors.orderwise.mapping import Reader
from integrations.connectors.orderwise.wire import SYSTEM, Row
from integrations.ports import Fact, Page

ZERO = Decimal(0)
NAMED_BY = {"products": "variantcode", "stock-changes": "sku", "orders": "orderid"}


class Streams:
    """`clock` tells when; the list of variants is kept for an hour."""

    def __init__(
        self,
        client: OrderwiseClient,
        config: OrderwiseConfig,
        reader: Reader,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._config = config
        self._reader = reader
        self._clock = clock
        self._zone = ZoneInfo(config.timezone)
        self._variants: tuple[datetime, dict[str, int]] | None = None

    def names(self) -> Sequence[str]:
        """Those whose export definition exists; products need none."""
        exports = {"orders": self._config.status_export, "stock-changes": self._config.stock_export}
        return [*(stream for stream, export in exports.items() if export), "products"]

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        """Rows changed since the pass before began, less an overlap; variants once an hour."""
        if stream not in self.names():
            raise ValueError(f"{SYSTEM} has no stream {stream} here.")
        at: dict[str, str] = json.loads(cursor) if cursor else {}
        if stream == "products":
            return self._read_products(at, now=now)
        following = json.dumps({"since": self._local(now - assumed.OVERLAP)})
        since = at.get("since") or self._beginning()
        rows = self._statuses(since) if stream == "orders" else self._stock_rows(since)
        return Page([self._fact(stream, row, now) for row in rows], following, more=False)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        """Orders by their internal id, one by one, with lines and deliveries."""
        if topic != "orders":
            raise ValueError(f"{SYSTEM} never asks us to fetch {topic}.")
        now, found = self._clock(), []
        for order_id in (each for each in dict.fromkeys(external_ids) if each.isdecimal()):
            try:
                row = self._client.order_status(order_id)
            except NotFoundError:
                continue  # not imported yet, or never there
            found.append(_named(topic, order_id, row, self._local(now)))
        return found

    def levels(self, locations: Sequence[str], skus: Sequence[str]) -> Sequence[StockLevel]:
        """SKUs that it says nothing of are left out; one that it keeps elsewhere is zero here."""
        wanted = set(skus)
        if self._config.stock_export and len(wanted) > assumed.SWEEP_FROM:
            rows = self._stock_rows(assumed.EVERYTHING_SINCE)
        else:
            rows = [row for sku in dict.fromkeys(skus) for row in self._stock_of(sku)]
        known = [self._reader.level(row) for row in rows if row.get("sku") in wanted]
        return _per_location(known, locations)

    def _read_products(self, at: Mapping[str, str], *, now: datetime) -> Page:
        last = at.get("read")
        if last and now - datetime.fromisoformat(last) < assumed.CATALOGUE_EVERY:
            return Page([], json.dumps(dict(at)), more=False)
        rows = self._client.variants()
        facts = [self._fact("products", row, now) for row in rows]
        return Page(facts, json.dumps({"read": now.isoformat()}), more=False)

    def _statuses(self, since: str) -> list[Row]:
        export = self._config.status_export or 0
        rows = self._client.export(export, self._config.since_parameter, since)
        return wire.with_columns(rows, assumed.STATUS_COLUMNS, export=export)

    def _stock_rows(self, since: str) -> list[Row]:
        export = self._config.stock_export or 0
        rows = self._client.export(export, self._config.since_parameter, since)
        return wire.with_columns(rows, assumed.STOCK_COLUMNS, export=export)

    def _stock_of(self, sku: str) -> list[Row]:
        """One variant's rows, in the shape of the export."""
        variant = self._variant_ids().get(sku)
        if variant is None:
            return []
        try:
            rows = self._client.stock(variant)
        except NotFoundError:
            return []
        return [
            {**row, "sku": sku, assumed.LOCATION_COLUMN: row.get("stocklocationid")} for row in rows
        ]

    def _variant_ids(self) -> dict[str, int]:
        """By code, exactly. Read again when it is an hour old."""
        now = self._clock()
        if self._variants is None or now - self._variants[0] >= assumed.CATALOGUE_EVERY:
            variants = [
                parse(wire.Variant, row, system=SYSTEM, endpoint="GET /stock/variants")
                for row in self._client.variants()
            ]
            self._variants = (now, {each.variantcode: each.variantid for each in variants})
        return self._variants[1]

    def _beginning(self) -> str:
        start = self._config.history_from
        return self._local(start) if start else assumed.EVERYTHING_SINCE

    def _local(self, at: datetime) -> str:
        return at.astimezone(self._zone).replace(tzinfo=None).isoformat(timespec="seconds")

    def _fact(self, stream: str, row: Row, now: datetime) -> Fact:
        name = row.get(NAMED_BY[stream])
        if not isinstance(name, str) or not name:
            raise SchemaChangedError(
                f"{SYSTEM} changed the shape of its answer: {NAMED_BY[stream]} is not readable.",
                field=NAMED_BY[stream],
            )
        return _named(stream, name, row, self._local(now))


def _named(topic: str, external_id: str, row: Row, seen_at: str) -> Fact:
    """A fact whose version is its content. When we saw it dates what carries no time of its own."""
    text = json.dumps(row, sort_keys=True, default=str)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    payload: dict[str, Any] = {**row, "seenat": seen_at}
    return Fact(topic, external_id, version, payload)


def _per_location(known: Sequence[StockLevel], locations: Sequence[str]) -> list[StockLevel]:
    """A SKU's rows at a location added up."""
    units: dict[tuple[str, str], Decimal] = {}
    for level in known:
        place = (level.sku, level.location_code)
        units[place] = units.get(place, ZERO) + level.sellable
    return [
        StockLevel(
            location_code=location,
            sku=sku,
            on_hand=units.get((sku, location), ZERO),
            sellable=units.get((sku, location), ZERO),
        )
        for sku in dict.fromkeys(level.sku for level in known)
        for location in locations
    ]
