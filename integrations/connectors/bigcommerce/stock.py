"""Stock levels: reading them, and setting them in large absolute batches, place by place.

Source: "Inventory adjustments". Up to 2,000 items in one request, one request after the other.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from integrations.canonical.effects import SetLevel
from integrations.canonical.stock import StockLevel
from integrations.connectors.answers import Answers, Placed, unique_chunks
from integrations.connectors.bigcommerce import schemas as wire
from integrations.connectors.bigcommerce.assumed import (
    LEVELS_PER_REQUEST,
    SKUS_PER_REQUEST,
    SWEEP_FROM,
    TRACKED_BY_PRODUCT,
)
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bigcommerce.facts import number
from integrations.connectors.bigcommerce.mapping import level
from integrations.connectors.errors import RejectedError, UnsupportedError
from integrations.connectors.paging import chunks
from integrations.ports import Done, Failed, Intent, Outcome

REASON = "Level set by Plumbline"
BY_PRODUCT = "product"


class Stock:
    """Which SKUs are tracked by product is learnt from a refusal, and remembered."""

    def __init__(self, client: BigCommerceClient) -> None:
        self._client = client
        self._by_product: dict[str, int] = {}

    def read(self, location_codes: Sequence[str], skus: Sequence[str]) -> list[StockLevel]:
        """An item that BigCommerce lists without a place has none there; one that it does not
        list is left out."""
        places = [each for each in dict.fromkeys(location_codes) if each.isdecimal()]
        wanted = [sku for sku in dict.fromkeys(skus) if "," not in sku]
        if not places or not wanted:
            return []
        return [
            found
            for item in self._items(places, wanted)
            for place in places
            for found in [_level_at(item, place)]
        ]

    def send(self, placed: Sequence[Placed], answers: Answers) -> None:
        by_location: dict[str, list[Placed]] = {}
        for place, intent in placed:
            error = _unfit(_effect(intent))
            if error:
                answers.give([place], [Failed(error)])
            else:
                by_location.setdefault(_effect(intent).location_code, []).append((place, intent))
        for group in by_location.values():
            for chunk in unique_chunks(
                group, LEVELS_PER_REQUEST, by=lambda intent: _effect(intent).sku
            ):
                places = [place for place, _ in chunk]
                intents = [intent for _, intent in chunk]
                outcomes = answers.ask(places, partial(self._set, intents))
                if outcomes is not None:
                    answers.give(places, outcomes)

    def _set(self, intents: Sequence[Intent]) -> list[Outcome]:
        """QUIRK(bigcommerce): one bad item has the whole request refused. When it is a product
        that must be named by its id, that is learnt; otherwise the request is halved."""
        try:
            reply = self._client.put_levels(
                [self._row(_effect(intent)) for intent in intents],
                reason=REASON,
                keys=[intent.key for intent in intents],
            )
        except RejectedError as error:
            if TRACKED_BY_PRODUCT in error.sentence and self._learn(intents):
                return self._set(intents)
            if len(intents) == 1:
                return [Failed(error)]
            middle = len(intents) // 2
            return self._set(intents[:middle]) + self._set(intents[middle:])
        transaction = reply.data.get("transaction_id") if isinstance(reply.data, dict) else None
        return [
            Done(f"{_effect(intent).location_code}/{_effect(intent).sku}", {"id": transaction})
            for intent in intents
        ]

    def _row(self, effect: SetLevel) -> dict[str, Any]:
        product = self._by_product.get(effect.sku)
        identity = {"sku": effect.sku} if product is None else {"product_id": product}
        place = {"location_id": int(effect.location_code)}
        return {**place, **identity, "quantity": int(effect.level)}

    def _learn(self, intents: Sequence[Intent]) -> bool:
        """Whether any of these turned out to be tracked by product."""
        known = len(self._by_product)
        skus = [_effect(intent).sku for intent in intents]
        unknown = [sku for sku in skus if sku not in self._by_product and "," not in sku]
        for part in chunks(unknown, SKUS_PER_REQUEST):
            for row in self._client.products_by_sku(part):
                if row.get("inventory_tracking") == BY_PRODUCT:
                    self._by_product[str(row.get("sku"))] = number(row, "id")
        return len(self._by_product) > known

    def _items(self, places: Sequence[str], skus: Sequence[str]) -> Iterator[wire.Item]:
        if len(skus) <= SWEEP_FROM:
            for part in chunks(skus, SKUS_PER_REQUEST):
                yield from self._client.items(places, part)
            return
        wanted = set(skus)
        for item in self._client.items(places, ()):
            if item.identity.sku in wanted:
                yield item


def _level_at(item: wire.Item, place: str) -> StockLevel:
    for at in item.locations:
        if str(at.location_id) == place:
            return level(item, at)
    nothing = wire.ItemLevel(
        location_id=int(place), available_to_sell=wire.ZERO, total_inventory_onhand=wire.ZERO
    )
    return level(item, nothing)


def _unfit(effect: SetLevel) -> RejectedError | None:
    if not effect.location_code.isdecimal():
        return RejectedError(f"{SYSTEM} numbers its locations; “{effect.location_code}” is none.")
    if effect.level != int(effect.level):
        return UnsupportedError(f"{SYSTEM} counts whole units; {effect.level} is not one.")
    return None


def _effect(intent: Intent) -> SetLevel:
    assert isinstance(intent.effect, SetLevel)
    return intent.effect
