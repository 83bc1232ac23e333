"""Brightpearl through the ports: a source of products and stock, a sink for everything sold."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.stock import StockLevel
from integrations.connectors.brightpearl import assumed, mapping, webhooks
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.bundling import LARGEST_BUNDLE, Bundler
from integrations.connectors.brightpearl.calls import Calls, Message
from integrations.connectors.brightpearl.choices import choices
from integrations.connectors.brightpearl.client import Client
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.brightpearl.levels import read_levels
from integrations.connectors.brightpearl.parallel import HomeLimiter
from integrations.connectors.brightpearl.probe import probe
from integrations.connectors.brightpearl.recipes.base import Draft
from integrations.connectors.brightpearl.recipes.registry import RECIPES
from integrations.connectors.brightpearl.streams import STREAMS, Streams
from integrations.connectors.errors import (
    ConnectorError,
    RejectedError,
    SchemaChangedError,
    UnsupportedError,
)
from integrations.connectors.spec import Context
from integrations.ports import (
    Choice,
    Done,
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
    TokenStore,
    Unclear,
)

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Ask = Callable[[Sequence[Asked]], Sequence[Answered]]


class BrightpearlConnector:
    """Fills Source, Sink and StockReader for one account."""

    def __init__(
        self, config: BrightpearlConfig, context: Context, tokens: TokenStore | None = None
    ) -> None:
        limiter = HomeLimiter(context.limiter)
        context = replace(context, limiter=limiter)
        self._config = config
        self._clock = context.clock
        self._calls = Calls(config, context, tokens or context.tokens)
        self._client = Client(self._calls)
        self._account = Account(self._client, config, context.clock)
        self._streams = Streams(self._account)
        self._bundler = Bundler(
            self._calls,
            limiter=limiter,
            clock=context.clock,
            bundle=config.bundle,
            parallel=config.parallel,
        )

    # Source.

    def streams(self) -> Sequence[str]:
        return STREAMS

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        return self._streams.read(stream, cursor, now=now)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        return self._streams.fetch(topic, external_ids)

    def hints(self, body: bytes) -> Sequence[Hint]:
        return webhooks.hints(body)

    def records(self, topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
        return mapping.records(topic, payload)

    # StockReader.

    def levels(
        self, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
    ) -> Sequence[StockLevel]:
        return read_levels(self._client, location_codes, skus)

    # Sink.

    def operations(self) -> frozenset[str]:
        return frozenset(RECIPES)

    def batch_size(self, operation: str) -> int:
        """As many full bundles as may be in flight at once."""
        return LARGEST_BUNDLE * self._config.parallel

    def visibility_lag(self) -> timedelta:
        return assumed.VISIBILITY_LAG

    def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        drafts = _by_kind(intents, _operation, lambda operation: self._drafter(operation))
        messages = [draft for draft in drafts if isinstance(draft, Message)]
        answers = iter(self._bundler.run(messages))
        return [
            _outcome(intent, next(answers) if isinstance(draft, Message) else draft)
            for intent, draft in zip(intents, drafts, strict=True)
        ]

    def look_up(self, intents: Sequence[Intent]) -> Sequence[LookUp]:
        return _by_kind(intents, _operation, self._finder)

    def read_back(self, posted: Sequence[Posted]) -> Sequence[ReadBack | None]:
        return _by_kind(posted, _reader, self._comparer)

    def _drafter(self, operation: str) -> Ask[Intent, Draft]:
        recipe = RECIPES.get(operation)

        def draft(intents: Sequence[Intent]) -> Sequence[Draft]:
            if recipe is None:
                sentence = f"Brightpearl cannot take the operation {operation}."
                return [UnsupportedError(sentence)] * len(intents)
            return _isolated(
                lambda few: recipe.drafts(few, self._account), intents, lambda error: error
            )

        return draft

    def _finder(self, operation: str) -> Ask[Intent, LookUp]:
        recipe = RECIPES[operation]
        return lambda intents: _isolated(
            lambda few: recipe.look_up(few, self._account),
            intents,
            lambda error: Unclear(error.sentence),
        )

    def _comparer(self, compare: Any) -> Ask[Posted, ReadBack | None]:
        return lambda posted: _isolated(
            lambda few: compare(few, self._account), posted, lambda error: None
        )

    # The connection itself.

    def check(self) -> Probe:
        return probe(self._client, self._config, now=self._clock())

    def choices(self, kind: str) -> Sequence[Choice]:
        return choices(self._client, kind)

    def subscribe_webhooks(self, base_url: str, token: str) -> Sequence[str]:
        """Make the subscriptions that are missing; the events of those. Safe to repeat."""
        return webhooks.subscribe(self._client, base_url=base_url, token=token)

    def close(self) -> None:
        self._calls.close()


def _operation(intent: Intent) -> str:
    return intent.effect.operation


def _reader(posted: Posted) -> Any:
    """Operations that are read from the same place are read together."""
    return RECIPES[posted.intent.effect.operation].read_back


def _outcome(intent: Intent, answer: Any) -> Outcome:
    """A draft that needed no message, an error, or what Brightpearl answered."""
    if isinstance(answer, ConnectorError):
        return Failed(answer)
    if isinstance(answer, Done):
        return answer
    try:
        return RECIPES[intent.effect.operation].understand(intent, answer)
    except ConnectorError as error:
        return Failed(error)


def _by_kind(
    items: Sequence[Asked], kind_of: Callable[[Asked], Any], ask_of: Callable[[Any], Ask[Any, Any]]
) -> list[Any]:
    """Ask once per kind of item; answers in the order of the items."""
    answers: list[Any] = [None] * len(items)
    kinds: dict[Any, list[int]] = {}
    for index, item in enumerate(items):
        kinds.setdefault(kind_of(item), []).append(index)
    for kind, places in kinds.items():
        found = ask_of(kind)([items[place] for place in places])
        for place, answer in zip(places, found, strict=True):
            answers[place] = answer
    return answers


def _isolated(
    ask: Ask[Asked, Answered],
    items: Sequence[Asked],
    lost: Callable[[ConnectorError], Answered],
) -> list[Answered]:
    """Ask for all at once; when one item spoils that, halve until it stands alone and is `lost`."""
    try:
        return list(ask(items))
    except (RejectedError, SchemaChangedError) as error:
        if len(items) == 1:
            return [lost(error)]
    middle = len(items) // 2
    return _isolated(ask, items[:middle], lost) + _isolated(ask, items[middle:], lost)
