"""Showing and hiding products, ten in one request.

Source: "Catalog products / Update products (batch)".
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from integrations.canonical.effects import SetVisibility
from integrations.connectors.answers import Answers, Placed, unique_chunks
from integrations.connectors.bigcommerce.assumed import PRODUCTS_PER_BATCH
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.dialect import SYSTEM, message
from integrations.connectors.errors import NotFoundError, RejectedError
from integrations.connectors.paging import chunks
from integrations.ports import Difference, Done, Failed, Intent, Outcome, Posted, ReadBack

PRODUCTS_PER_READ = 50


class Catalogue:
    def __init__(self, client: BigCommerceClient) -> None:
        self._client = client

    def send(self, placed: Sequence[Placed], answers: Answers) -> None:
        """QUIRK(bigcommerce): visibility belongs to the product, whichever variant is named; two
        intents for one product do not share a request."""
        for chunk in unique_chunks(placed, PRODUCTS_PER_BATCH, by=_product):
            places = [place for place, _ in chunk]
            intents = [intent for _, intent in chunk]
            outcomes = answers.ask(places, partial(self._put, intents))
            if outcomes is not None:
                answers.give(places, outcomes)

    def _put(self, intents: Sequence[Intent]) -> list[Outcome]:
        rows = [
            {"id": int(_product(intent)), "is_visible": _effect(intent).is_visible}
            for intent in intents
            if _product(intent).isdecimal()
        ]
        if not rows:
            return [_unknown(intent) for intent in intents]
        try:
            reply = self._client.put_products(rows, keys=[intent.key for intent in intents])
        except RejectedError as error:
            if len(intents) == 1:
                return [Failed(error)]
            middle = len(intents) // 2
            return self._put(intents[:middle]) + self._put(intents[middle:])
        changed = _changed(reply.data)
        said = message(reply.data)
        return [
            Done(_product(intent)) if _product(intent) in changed else _unknown(intent, said)
            for intent in intents
        ]

    def read_back(self, posted: Sequence[Posted]) -> list[ReadBack]:
        ids = sorted({_product(each.intent) for each in posted})
        found = {
            str(row.get("id")): row.get("is_visible")
            for part in chunks(ids, PRODUCTS_PER_READ)
            for row in self._client.products(part)
        }
        return [_compare(each.intent, found) for each in posted]


def _changed(data: Any) -> set[str]:
    """The products that an answer, whole or 207, says were changed."""
    rows = data.get("data") if isinstance(data, dict) else None
    return {str(row.get("id")) for row in rows or () if isinstance(row, dict)}


def _unknown(intent: Intent, said: str = "") -> Outcome:
    sentence = f"{SYSTEM} did not change product {_product(intent)}. {said}"
    return Failed(NotFoundError(sentence.strip()))


def _compare(intent: Intent, found: dict[str, Any]) -> ReadBack:
    shown, meant = found.get(_product(intent)), _effect(intent).is_visible
    if shown is None:
        return ReadBack(missing=True)
    if shown == meant:
        return ReadBack()
    words = {True: "visible", False: "hidden"}
    return ReadBack((Difference("visibility", words[meant], words[bool(shown)]),))


def _product(intent: Intent) -> str:
    """`77` of `77/331`."""
    return _effect(intent).product_id.partition("/")[0]


def _effect(intent: Intent) -> SetVisibility:
    assert isinstance(intent.effect, SetVisibility)
    return intent.effect
