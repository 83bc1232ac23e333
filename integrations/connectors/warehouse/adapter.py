"""A warehouse through the ports: it owns stock, takes pick lists and tells what left."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.stock import StockLevel
from integrations.connectors.answers import one_by_one
from integrations.connectors.errors import RejectedError, SchemaChangedError, UnsupportedError
from integrations.connectors.spec import Context
from integrations.connectors.warehouse import mapping, webhooks
from integrations.connectors.warehouse.assumed import WRITES_PER_CALL
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.drop import DropTransport
from integrations.connectors.warehouse.mapping import SYSTEM
from integrations.connectors.warehouse.rest import RestTransport
from integrations.connectors.warehouse.transport import Transport
from integrations.ports import (
    Choice,
    Done,
    Fact,
    Hint,
    Intent,
    LookUp,
    Outcome,
    Page,
    Posted,
    Probe,
    ReadBack,
    Unclear,
)

Answer = TypeVar("Answer")


class WarehouseConnector:
    """One warehouse company, by REST or by files; what it says is the same either way."""

    def __init__(self, config: WarehouseConfig, context: Context) -> None:
        self._way: Transport = (
            RestTransport(config, context) if config.base_url else DropTransport(config, context)
        )

    # Source

    def streams(self) -> Sequence[str]:
        return self._way.streams()

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        return self._way.read(stream, cursor, now=now)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        return self._way.fetch(topic, external_ids)

    def hints(self, body: bytes) -> Sequence[Hint]:
        return webhooks.hints(body)

    def records(self, topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
        return mapping.records(topic, payload)

    # StockReader

    def levels(
        self, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
    ) -> Sequence[StockLevel]:
        return self._way.levels(location_codes, [sku for sku, _ in skus])

    # Sink

    def operations(self) -> frozenset[str]:
        return self._way.operations()

    def batch_size(self, operation: str) -> int:
        return WRITES_PER_CALL

    def visibility_lag(self) -> timedelta:
        return timedelta(0)

    def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        return one_by_one(intents, self._write)

    def look_up(self, intents: Sequence[Intent]) -> Sequence[LookUp]:
        return [
            _or(partial(self._way.look_up, intent), lambda said: Unclear(said))
            for intent in intents
        ]

    def read_back(self, posted: Sequence[Posted]) -> Sequence[ReadBack | None]:
        return [_or(partial(self._way.read_back, each), lambda said: None) for each in posted]

    # Connector

    def check(self) -> Probe:
        return self._way.check()

    def choices(self, kind: str) -> Sequence[Choice]:
        return self._way.choices(kind)

    def subscribe_webhooks(self, base_url: str, token: str) -> Sequence[str]:
        """Make the subscriptions that are missing; the topics of those. Safe to repeat."""
        return self._way.subscribe(base_url, token)

    def close(self) -> None:
        self._way.close()

    def _write(self, intent: Intent) -> Done:
        if intent.effect.operation not in self.operations():
            raise UnsupportedError(f"{SYSTEM} does not take {intent.effect.operation}.")
        return self._way.send(intent)


def _or(ask: Callable[[], Answer], otherwise: Callable[[str], Answer]) -> Answer:
    """What was answered; something else when this one item spoils the question."""
    try:
        return ask()
    except (RejectedError, SchemaChangedError) as error:
        return otherwise(error.sentence)
