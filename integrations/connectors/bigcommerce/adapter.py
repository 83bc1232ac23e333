"""BigCommerce through the ports: a source of web orders and refunds, a sink for what follows."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.effects import (
    CreateShipment,
    RefundOrder,
    SetLevel,
    SetOrderStage,
    SetVisibility,
)
from integrations.canonical.stock import StockLevel
from integrations.connectors.answers import Answers, Placed
from integrations.connectors.bigcommerce import account, dialect, mapping, webhooks
from integrations.connectors.bigcommerce.assumed import (
    LEVELS_PER_REQUEST,
    PRODUCTS_PER_BATCH,
    VISIBILITY_LAG,
)
from integrations.connectors.bigcommerce.catalogue import Catalogue
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bigcommerce.refunding import Refunding
from integrations.connectors.bigcommerce.shipping import Shipping
from integrations.connectors.bigcommerce.stages import Stages
from integrations.connectors.bigcommerce.stock import Stock
from integrations.connectors.bigcommerce.streams import STREAMS, Streams
from integrations.connectors.errors import RejectedError, SchemaChangedError, UnsupportedError
from integrations.connectors.http import VendorHttp
from integrations.connectors.spec import Context
from integrations.ports import (
    Absent,
    Choice,
    Fact,
    Failed,
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

BATCH_SIZES = {
    SetLevel.operation: LEVELS_PER_REQUEST,
    SetVisibility.operation: PRODUCTS_PER_BATCH,
    CreateShipment.operation: 1,
    SetOrderStage.operation: 1,
    RefundOrder.operation: 1,
}


class BigCommerceConnector:
    """One store."""

    def __init__(self, config: BigCommerceConfig, context: Context) -> None:
        self._config = config
        self._clock = context.clock
        http = VendorHttp(
            base_url=config.base_url,
            headers=lambda: dialect.credentials(config),
            context=context,
            classify=lambda status, headers, data: dialect.classify(
                status, headers, data, now=context.clock()
            ),
            learn=dialect.learn,
            system_label=SYSTEM,
        )
        self._client = BigCommerceClient(http)
        self._streams = Streams(self._client, history_from=config.history_from)
        self._stock = Stock(self._client)
        self._catalogue = Catalogue(self._client)
        self._shipping = Shipping(self._client)
        self._refunding = Refunding(self._client)
        self._stages = Stages(self._client)

    # Source

    def streams(self) -> Sequence[str]:
        return STREAMS

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        return self._streams.read(stream, cursor)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        return self._streams.fetch(topic, external_ids)

    def hints(self, body: bytes) -> Sequence[Hint]:
        return webhooks.hints(body)

    def records(self, topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
        return mapping.records(topic, payload, self._config)

    # StockReader

    def levels(
        self, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
    ) -> Sequence[StockLevel]:
        return self._stock.read(location_codes, [sku for sku, _ in skus])

    # Sink

    def operations(self) -> frozenset[str]:
        return frozenset(BATCH_SIZES)

    def batch_size(self, operation: str) -> int:
        return BATCH_SIZES[operation]

    def visibility_lag(self) -> timedelta:
        return VISIBILITY_LAG

    def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        """Levels and visibilities in batches, the rest one after the other.

        QUIRK(bigcommerce): one refund at a time per order, so nothing here runs side by side.
        """
        answers = Answers(intents)
        placed = list(enumerate(intents))
        self._stock.send(_of(SetLevel, placed), answers)
        self._catalogue.send(_of(SetVisibility, placed), answers)
        for place, intent in placed:
            if not isinstance(intent.effect, SetLevel | SetVisibility):
                done = answers.ask([place], partial(self._send_one, intent))
                if done is not None:
                    answers.give([place], [done])
        return answers.all()

    def look_up(self, intents: Sequence[Intent]) -> Sequence[LookUp]:
        """Levels, stages and visibilities may simply be sent again."""
        finders: dict[str, Callable[[Intent], LookUp]] = {
            CreateShipment.operation: self._shipping.look_up,
            RefundOrder.operation: self._refunding.look_up,
        }
        found: list[LookUp] = []
        for intent in intents:
            finder = finders.get(intent.effect.operation)
            try:
                found.append(finder(intent) if finder else Absent())
            except (RejectedError, SchemaChangedError) as error:
                found.append(Unclear(error.sentence))
        return found

    def read_back(self, posted: Sequence[Posted]) -> Sequence[ReadBack | None]:
        """Levels are not compared: an order in between changes them, rightly."""
        refunds = _meant(RefundOrder, posted)
        hidden = _meant(SetVisibility, posted)
        answers: dict[int, ReadBack | None] = {}
        for group, compare in (
            (refunds, self._refunding.read_back),
            (hidden, self._catalogue.read_back),
        ):
            if group:
                found = compare([posted[place] for place in group])
                answers.update(zip(group, found, strict=True))
        for place in _meant(CreateShipment, posted):
            answers[place] = self._read_back_shipment(posted[place])
        return [answers.get(place) for place in range(len(posted))]

    def _send_one(self, intent: Intent) -> Outcome:
        effect = intent.effect
        if isinstance(effect, CreateShipment):
            return self._shipping.send(intent)
        if isinstance(effect, RefundOrder):
            return self._refunding.send(intent)
        if isinstance(effect, SetOrderStage):
            return self._stages.send(intent)
        sentence = f"{SYSTEM} cannot take the operation {effect.operation}."
        return Failed(UnsupportedError(sentence))

    def _read_back_shipment(self, posted: Posted) -> ReadBack | None:
        try:
            return self._shipping.read_back(posted)
        except (RejectedError, SchemaChangedError):
            return None

    # Connector

    def check(self) -> Probe:
        return account.check(self._client, clock=self._clock)

    def choices(self, kind: str) -> Sequence[Choice]:
        return account.choices(self._client, kind)

    def subscribe_webhooks(self, base_url: str, token: str) -> list[str]:
        """Make or mend our subscriptions; the scopes that needed it. Safe to repeat."""
        return webhooks.subscribe(self._client, self._config, address=base_url, token=token)

    def close(self) -> None:
        self._client.close()


def _of(kind: type, placed: Sequence[Placed]) -> list[Placed]:
    return [(place, intent) for place, intent in placed if isinstance(intent.effect, kind)]


def _meant(kind: type, posted: Sequence[Posted]) -> list[int]:
    """Places of those that were posted for this kind of effect."""
    return [place for place, each in enumerate(posted) if isinstance(each.intent.effect, kind)]
