"""A warehouse over REST."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from integrations.canonical.effects import (
    AnnounceReturn,
    CancelPickList,
    CreatePickList,
    PutProduct,
)
from integrations.canonical.stock import StockLevel
from integrations.connectors.bodies import parse
from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
    SchemaChangedError,
)
from integrations.connectors.http import Reply, VendorHttp
from integrations.connectors.paging import chunks
from integrations.connectors.spec import Context
from integrations.connectors.warehouse import dialect, pick_lists
from integrations.connectors.warehouse import schemas as wire
from integrations.connectors.warehouse.assumed import (
    MOST_SKEW,
    OVERLAP,
    SKUS_PER_REQUEST,
    TOPICS,
)
from integrations.connectors.warehouse.client import WarehouseClient
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.facts import fact, moment
from integrations.connectors.warehouse.mapping import STAGES, SYSTEM, level
from integrations.ports import (
    Absent,
    Choice,
    Done,
    Fact,
    Found,
    Intent,
    LookUp,
    Page,
    Posted,
    Probe,
    ReadBack,
    Unclear,
)

PATHS = {
    "orders": "/orders",
    "shipments": "/shipments",
    "stock-changes": "/stock",
    "products": "/products",
    "warehouse-transactions": "/stock-movements",
}


class RestTransport:
    def __init__(self, config: WarehouseConfig, context: Context) -> None:
        self._config = config
        self._clock = context.clock
        http = VendorHttp(
            base_url=config.base_url,
            headers=lambda: dialect.credentials(config),
            context=context,
            classify=dialect.classify,
            learn=dialect.learn,
            system_label=SYSTEM,
        )
        self._client = WarehouseClient(http, page_size=config.page_size)
        self._writers: Mapping[str, Callable[[Intent], Done]] = {
            CreatePickList.operation: self._create,
            CancelPickList.operation: self._cancel,
            AnnounceReturn.operation: self._announce,
            PutProduct.operation: self._put,
        }

    # Reading

    def streams(self) -> Sequence[str]:
        return [
            stream
            for stream in PATHS
            if stream != "warehouse-transactions" or self._config.tells_movements
        ]

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        """The next page by time of change. The last page of a pass steps back by the overlap."""
        if stream not in PATHS:
            raise ValueError(f"{SYSTEM} has no stream {stream}.")
        at = json.loads(cursor) if cursor else {"since": self._beginning(), "on": "", "newest": ""}
        try:
            listed = self._client.changed(PATHS[stream], since=at["since"], cursor=at["on"])
        except RejectedError as error:
            if error.code != "malformed" or not at["on"]:
                raise
            return Page([], json.dumps({**at, "on": ""}), more=True)  # it ran out: begin again
        facts = [fact(stream, row) for row in listed.data]
        newest = max([at["newest"], *(str(row.get("updated_at", "")) for row in listed.data)])
        if listed.page.has_more and listed.page.next_cursor not in (None, "", at["on"]):
            following = {**at, "on": listed.page.next_cursor, "newest": newest}
            return Page(facts, json.dumps(following), more=True)
        since = max(at["since"], _stepped_back(newest))
        return Page(facts, json.dumps({"since": since, "on": "", "newest": newest}), more=False)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        ids = list(dict.fromkeys(external_ids))
        if topic == "stock-changes":
            return [fact(topic, row) for sku in ids for row in self._client.stock_of(sku)]
        if topic not in ("orders", "shipments"):
            raise ValueError(f"{SYSTEM} never asks us to fetch {topic}.")
        return [fact(topic, row) for ref in ids if (row := self._one(topic, ref))]

    def levels(self, locations: Sequence[str], skus: Sequence[str]) -> Sequence[StockLevel]:
        """SKUs that it does not list at a location are left out: it said nothing of them."""
        return [
            level(row)
            for location in locations
            for part in chunks(list(dict.fromkeys(skus)), SKUS_PER_REQUEST)
            for row in self._client.stock(location, part)
        ]

    # Writing

    def operations(self) -> frozenset[str]:
        wanted = {
            CreatePickList.operation: True,
            CancelPickList.operation: self._config.can_cancel,
            AnnounceReturn.operation: self._config.can_take_returns,
            PutProduct.operation: self._config.can_take_products,
        }
        return frozenset(operation for operation, is_wanted in wanted.items() if is_wanted)

    def send(self, intent: Intent) -> Done:
        return self._writers[intent.effect.operation](intent)

    def look_up(self, intent: Intent) -> LookUp:
        """Repeat the same call: under the same key it is answered, not done again."""
        effect = intent.effect
        if isinstance(effect, CancelPickList):
            order = self._order(effect.external_ref)
            is_done = order is not None and order.status == "cancelled"
            return Found(effect.external_ref) if is_done else Absent()
        if isinstance(effect, PutProduct):
            return Absent()  # absolute: may be sent again
        try:
            done = self._repeat(intent)
        except ConflictError:
            return self._judge(intent)
        except RejectedError:
            return Absent()  # nothing was taken; sending says why
        return Found(done.external_ref, done.detail)

    def read_back(self, posted: Posted) -> ReadBack | None:
        effect = posted.intent.effect
        if not isinstance(effect, CreatePickList):
            return None
        order = self._order(effect.external_ref)
        if order is None:
            return ReadBack(missing=True)
        return ReadBack(pick_lists.differences(effect, order))

    # The connection itself

    def check(self) -> Probe:
        try:
            ping = self._client.ping()
            buildings = self._client.warehouses()
        except ConnectorError as error:
            return Probe(ok=False, sentence=error.sentence, error=error)
        skew = ping.server_time.astimezone(UTC) - self._clock()
        facts = {
            "warehouses": ", ".join(each.code for each in buildings) or "none",
            "clock difference": f"{skew.total_seconds():.0f} s",
        }
        if abs(skew) > MOST_SKEW:
            sentence = f"{SYSTEM} answers, but its clock and ours differ: webhooks are refused."
            return Probe(ok=False, sentence=sentence, facts=facts)
        return Probe(ok=True, sentence=f"{SYSTEM} answers.", facts=facts)

    def choices(self, kind: str) -> Sequence[Choice]:
        if kind == "warehouses":
            return [Choice(each.code, each.name) for each in self._client.warehouses()]
        return order_statuses() if kind == "order-statuses" else ()

    def subscribe(self, url: str, secret: str) -> Sequence[str]:
        """The topics that were missing for this address, now subscribed."""
        known = {
            str(topic)
            for row in self._client.subscriptions()
            if row.get("url") == url
            for topic in row.get("topics") or []
        }
        missing = [topic for topic in TOPICS if topic not in known]
        if missing:
            self._client.subscribe(url, missing, secret)
        return missing

    def close(self) -> None:
        self._client.close()

    # Helpers

    def _beginning(self) -> str:
        start = self._config.history_from
        return pick_lists.stamp(start) if start else ""

    def _one(self, topic: str, ref: str) -> dict[str, Any] | None:
        try:
            return self._client.one(topic, ref)
        except NotFoundError:
            return None

    def _order(self, ref: str) -> wire.Order | None:
        row = self._one("orders", ref)
        return parse(wire.Order, row, system=SYSTEM, endpoint="orders") if row else None

    def _create(self, intent: Intent, *, is_repeat: bool = False) -> Done:
        assert isinstance(intent.effect, CreatePickList)
        body, key = pick_lists.order_body(intent.effect), intent.effect.external_ref
        return _done(self._client.post_order(body, key=key, is_repeat=is_repeat), key, is_repeat)

    def _announce(self, intent: Intent, *, is_repeat: bool = False) -> Done:
        assert isinstance(intent.effect, AnnounceReturn)
        body, key = pick_lists.return_body(intent.effect), intent.effect.external_ref
        return _done(self._client.post_return(body, key=key, is_repeat=is_repeat), key, is_repeat)

    def _cancel(self, intent: Intent) -> Done:
        assert isinstance(intent.effect, CancelPickList)
        ref = intent.effect.external_ref
        reply = self._client.cancel(ref, intent.effect.reason, key=intent.key)
        return Done(ref, {"cancelled": reply.status == 200})

    def _put(self, intent: Intent) -> Done:
        assert isinstance(intent.effect, PutProduct)
        sku = intent.effect.sku
        self._client.put_product(sku, pick_lists.product_body(intent.effect), key=intent.key)
        return Done(sku)

    def _repeat(self, intent: Intent) -> Done:
        write = self._create if isinstance(intent.effect, CreatePickList) else self._announce
        return partial(write, is_repeat=True)(intent)

    def _judge(self, intent: Intent) -> LookUp:
        """The key or the reference is taken: by our own order, if it says the same."""
        effect = intent.effect
        if not isinstance(effect, CreatePickList):
            return Unclear("The warehouse has this return's reference with other content.")
        order = self._order(effect.external_ref)
        if order is None:
            return Unclear(f"The warehouse has used the key {effect.external_ref} otherwise.")
        other = pick_lists.differences(effect, order)
        if other:
            return Unclear(f"Order {effect.external_ref} is there, but {other[0].field} differs.")
        return Found(order.warehouse_order_ref or effect.external_ref, {"status": order.status})


def order_statuses() -> list[Choice]:
    """The contract's own words."""
    return [Choice(status, status.replace("_", " ").capitalize()) for status in STAGES]


def _stepped_back(newest: str) -> str:
    at = moment(newest)
    return pick_lists.stamp(at - OVERLAP) if at else ""


def _done(reply: Reply, ref: str, is_repeat: bool) -> Done:
    """What was accepted. An answer of another shape leaves the outcome open."""
    if not isinstance(reply.data, dict):
        error = SchemaChangedError(f"{SYSTEM} accepted {ref} without saying what.", field="")
        raise error if is_repeat else AmbiguousError(error.sentence)
    theirs = reply.data.get("warehouse_order_ref")
    detail = {"status": str(reply.data.get("status", ""))}
    if "idempotent-replay" in reply.headers:
        detail["replay"] = "true"
    return Done(theirs if isinstance(theirs, str) and theirs else ref, detail)
