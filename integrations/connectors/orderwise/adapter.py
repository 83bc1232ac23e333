"""OrderWise through the ports: it owns products and stock, and takes sales and credits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.effects import CreateCredit, CreateOrder
from integrations.canonical.stock import StockLevel
from integrations.connectors.answers import one_by_one
from integrations.connectors.errors import (
    AmbiguousError,
    ConnectorError,
    RejectedError,
    SchemaChangedError,
    ThrottledError,
    UnsupportedError,
)
from integrations.connectors.http import VendorHttp
from integrations.connectors.logins import HeldTokens, KeptKey, discreet
from integrations.connectors.orderwise import assumed, sales_orders, wire
from integrations.connectors.orderwise.client import OrderwiseClient, log_in
from integrations.connectors.orderwise.config import CreditMode, OrderwiseConfig
from integrations.connectors.orderwise.dialect import classify, credentials
from integrations.connectors.orderwise.mapping import Reader
from integrations.connectors.orderwise.streams import Streams
from integrations.connectors.orderwise.wire import SYSTEM, Row
from integrations.connectors.spec import Context
from integrations.ports import (
    Absent,
    Choice,
    Difference,
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


class OrderwiseConnector:
    """One session of one installation."""

    def __init__(self, config: OrderwiseConfig, context: Context) -> None:
        self._config = config
        keys = _keys(config, context)
        http = VendorHttp(
            base_url=config.base_url,
            headers=lambda: {"Authorization": f"Bearer {keys.key()}"},
            context=context,
            classify=classify,
            system_label=SYSTEM,
        )
        self._client = OrderwiseClient(http, keys, session_id=config.session_id)
        self._reader = Reader(config)
        self._streams = Streams(self._client, config, self._reader, context.clock)

    # Source

    def streams(self) -> Sequence[str]:
        return self._streams.names()

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        return self._streams.read(stream, cursor, now=now)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        return self._streams.fetch(topic, external_ids)

    def hints(self, body: bytes) -> Sequence[Hint]:
        raise ValueError(f"{SYSTEM} sends no webhooks.")

    def records(self, topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
        return self._reader.records(topic, payload)

    # StockReader

    def levels(
        self, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
    ) -> Sequence[StockLevel]:
        return self._streams.levels(location_codes, [sku for sku, _ in skus])

    # Sink

    def operations(self) -> frozenset[str]:
        return frozenset({CreateOrder.operation, CreateCredit.operation})

    def batch_size(self, operation: str) -> int:
        return assumed.WRITES_PER_CALL

    def visibility_lag(self) -> timedelta:
        return assumed.VISIBILITY_LAG

    def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        return one_by_one(intents, self._write)

    def look_up(self, intents: Sequence[Intent]) -> Sequence[LookUp]:
        return [self._find(intent) for intent in intents]

    def read_back(self, posted: Sequence[Posted]) -> Sequence[ReadBack | None]:
        """By the order export, where there is one and it tells the total; a request each.

        What was read before the limit was met counts; the rest is asked for another time.
        """
        answers: list[ReadBack | None] = []
        for each in posted:
            try:
                answers.append(self._compare(each))
            except ThrottledError:
                if not answers:
                    raise
                break
        return [*answers, *[None] * (len(posted) - len(answers))]

    # Connector

    def check(self) -> Probe:
        try:
            places = self._client.stock_locations()
        except ConnectorError as error:
            return Probe(ok=False, sentence=error.sentence, error=error)
        facts = {
            "stock locations": str(len(places)),
            "credits": self._config.credit_mode.value,
        }
        if self._config.order_export is None:
            sentence = f"{SYSTEM} answers, but no export definition finds an order by our number."
            return Probe(ok=True, sentence=sentence, facts=facts)
        return Probe(ok=True, sentence=f"{SYSTEM} answers.", facts=facts)

    def choices(self, kind: str) -> Sequence[Choice]:
        """Value lists by the ids that orders carry; customers; the status texts that we know."""
        if kind == "order-statuses":
            return [Choice(text, text) for text in {**assumed.STAGES, **self._config.statuses}]
        if kind == "contacts":
            return [
                Choice(str(each.id), f"{each.statementname} ({each.accountnumber})")
                for each in self._client.customers()
            ]
        if kind not in assumed.VALUE_LISTS:
            return ()
        rows = self._client.value_list(assumed.VALUE_LISTS[kind])
        return [Choice(str(row.id), row.name or row.description) for row in rows]

    def close(self) -> None:
        self._client.close()

    # Helpers

    def _write(self, intent: Intent) -> Done:
        effect, original = intent.effect, str(intent.refs.get("original_order", ""))
        if not isinstance(effect, CreateOrder):
            raise UnsupportedError(f"{SYSTEM} does not take {effect.operation}.")
        by_hand = self._config.credit_mode is CreditMode.MANUAL
        if isinstance(effect, CreateCredit) and by_hand:
            raise RejectedError(sales_orders.by_hand(effect, original=original), code="manual")
        body = sales_orders.order_body(effect, self._config, original=original)
        return _understood(self._client.post_order(body, key=intent.key), effect)

    def _find(self, intent: Intent) -> LookUp:
        effect = intent.effect
        if not isinstance(effect, CreateOrder):
            return Absent()
        try:
            rows = self._orders(effect.external_ref)
        except SchemaChangedError as error:
            return Unclear(error.sentence)
        if rows is None:
            return Unclear(f"Search {SYSTEM} for e-commerce order {effect.external_ref} by hand.")
        if not rows:
            return Absent()
        if len(rows) > 1:
            return Unclear(f"{SYSTEM} has {len(rows)} orders called {effect.external_ref}.")
        other = _differences(effect, rows[0])
        if other:
            return Unclear(f"Order {effect.external_ref} is there with another total.")
        return Found(str(rows[0]["ordernumber"]), {"number": str(rows[0]["orderid"])})

    def _compare(self, posted: Posted) -> ReadBack | None:
        effect = posted.intent.effect
        if not isinstance(effect, CreateOrder):
            return None
        try:
            rows = self._orders(effect.external_ref)
        except (RejectedError, SchemaChangedError):
            return None
        if not rows or assumed.GROSS_COLUMN not in rows[0]:
            return None  # not imported yet, or nothing to compare
        return ReadBack(_differences(effect, rows[0]))

    def _orders(self, number: str) -> list[Row] | None:
        """Orders with exactly our number; None when no export definition finds them.

        QUIRK(orderwise): `ordernumber` is the internal id, `orderid` what people call the number.
        """
        export = self._config.order_export
        if export is None:
            return None
        rows = self._client.export(export, self._config.number_parameter, number)
        wire.with_columns(rows, assumed.ORDER_COLUMNS, export=export)
        return [row for row in rows if row["ecommerceordernumber"] == number]


def _understood(answer: Any, effect: CreateOrder) -> Done:
    """The internal id of what was accepted. Raises AmbiguousError when it is not told."""
    if isinstance(answer, dict) and answer.get("orderid"):
        return Done(str(answer["orderid"]), {"number": str(answer.get("ordernumber") or "")})
    if isinstance(answer, str | int) and not isinstance(answer, bool) and str(answer).strip():
        return Done(str(answer).strip())
    raise AmbiguousError(f"{SYSTEM} accepted {effect.external_ref} without saying under which id.")


def _differences(effect: CreateOrder, row: Row) -> tuple[Difference, ...]:
    found = row.get(assumed.GROSS_COLUMN)
    meant = sum(line.net + line.tax for line in effect.lines)
    if found is None or found == meant:
        return ()
    return (Difference("gross", f"{meant:f}", str(found), is_money=True),)


def _keys(config: OrderwiseConfig, context: Context) -> KeptKey:
    """How tokens are had: with HTTP Basic, which no other call carries."""
    http = VendorHttp(
        base_url=config.base_url,
        headers=lambda: credentials(config),
        context=discreet(context),
        classify=classify,
        system_label=SYSTEM,
    )
    store = context.tokens or HeldTokens(Tokens("", config.refresh_token.get_secret_value()))
    return KeptKey(store, lambda: log_in(http))
