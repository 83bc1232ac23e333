"""Stock levels: reading them, and writing them in the way that each warehouse allows.

A Virtual warehouse takes absolute levels. A FIFO one takes only movements: what it has is read and
the difference posted, one transaction per SKU that carries our key.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.canonical.base import THREE_PLACES
from integrations.canonical.effects import SetLevel
from integrations.canonical.stock import StockLevel
from integrations.connectors.answers import Answers, Placed, unique_chunks
from integrations.connectors.bodies import parse
from integrations.connectors.errors import NotFoundError, RejectedError
from integrations.connectors.paging import chunks
from integrations.connectors.sitoo import schemas as wire
from integrations.connectors.sitoo.assumed import (
    CLOCK_ALLOWANCE,
    LEVELS_PER_REQUEST,
    LOOK_BACK,
    MOVE_IN,
    MOVE_OUT,
    SKUS_PER_REQUEST,
    SWEEP_FROM,
)
from integrations.connectors.sitoo.batches import (
    row_error,
    row_results,
)
from integrations.connectors.sitoo.client import SitooClient
from integrations.connectors.sitoo.dialect import OUR_MOVEMENT
from integrations.connectors.sitoo.facts import epoch
from integrations.connectors.sitoo.mapping import SYSTEM, level
from integrations.ports import Absent, Done, Failed, Found, Intent, LookUp, Outcome, Unclear

FIFO = 10
PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")  # what Sitoo takes as an externalid of orders


class Levels:
    """`clock` tells when; warehouse types are read once and again when one turns out wrong."""

    def __init__(self, client: SitooClient, *, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._types: dict[str, int] = {}

    def read(self, location_codes: Sequence[str], skus: Sequence[str]) -> list[StockLevel]:
        """SKUs that Sitoo does not list at a location are left out: it said nothing of them."""
        wanted = [sku for sku in dict.fromkeys(skus) if _can_be_asked(sku)]
        return [
            level(item, location_code=location)
            for location in location_codes
            for item in self._items(location, wanted)
        ]

    def send(self, placed: Sequence[Placed], answers: Answers) -> None:
        by_location: dict[str, list[Placed]] = {}
        for place, intent in placed:
            by_location.setdefault(_effect(intent).location_code, []).append((place, intent))
        for location, group in by_location.items():
            places = [place for place, _ in group]
            kind = answers.ask(places, partial(self._type, location))
            if kind == FIFO:
                self._send_all(group, answers, SKUS_PER_REQUEST, self._shift)
            elif kind is not None:
                self._send_all(group, answers, LEVELS_PER_REQUEST, self._set)

    def look_up(self, intents: Sequence[Intent]) -> list[LookUp]:
        """Absolute levels may simply be sent again; movements are searched by our key, one search
        per warehouse."""
        moved: dict[str, list[Intent]] = {}
        for intent in intents:
            if self._is_fifo(_effect(intent).location_code):
                moved.setdefault(_effect(intent).location_code, []).append(intent)
        found = {
            key: answer
            for location, group in moved.items()
            for key, answer in self._search(location, group).items()
        }
        return [found.get(intent.key, Absent()) for intent in intents]

    def _send_all(
        self,
        group: Sequence[Placed],
        answers: Answers,
        size: int,
        write: Callable[[Sequence[Intent]], list[Outcome]],
    ) -> None:
        for chunk in unique_chunks(group, size, by=lambda intent: _effect(intent).sku):
            places = [place for place, _ in chunk]
            intents = [intent for _, intent in chunk]
            outcomes = answers.ask(places, partial(write, intents))
            if outcomes is not None:
                answers.give(places, outcomes)

    def _type(self, location: str) -> int:
        if location not in self._types:
            rows = self._client.warehouses()
            warehouses = [
                parse(wire.Warehouse, row, system=SYSTEM, endpoint="warehouses") for row in rows
            ]
            self._types = {str(each.warehouseid): each.warehousetype for each in warehouses}
        if location not in self._types:
            raise NotFoundError(f"{SYSTEM} has no warehouse {location}.")
        return self._types[location]

    def _is_fifo(self, location: str) -> bool:
        try:
            return self._type(location) == FIFO
        except NotFoundError:
            return False  # sending will say so

    def _set(self, intents: Sequence[Intent]) -> list[Outcome]:
        location = _effect(intents[0]).location_code
        rows = [
            {"sku": _effect(intent).sku, "decimaltotal": _three_places(_effect(intent).level)}
            for intent in intents
        ]
        try:
            reply = self._client.put_warehouse_items(location, rows, keys=_keys(intents))
        except RejectedError:
            self._types.clear()  # the warehouse may have become FIFO
            raise
        results = row_results(
            reply, count=len(rows), may_repeat=True, endpoint="PUT warehouseitems"
        )
        return [
            Done(f"{location}/{_effect(intent).sku}", {"warehouseitemid": row.result})
            if row.statuscode == 200
            else Failed(row_error(row, may_repeat=True, now=self._clock()))
            for intent, row in zip(intents, results, strict=True)
        ]

    def _shift(self, intents: Sequence[Intent]) -> list[Outcome]:
        """Post the differences. QUIRK(sitoo): movements in and out must not share a transaction."""
        location = _effect(intents[0]).location_code
        skus = [_effect(intent).sku for intent in intents if _can_be_asked(_effect(intent).sku)]
        now = {item.sku: item.decimaltotal for item in self._listed(location, skus)}
        deltas = [
            _effect(intent).level - now.get(_effect(intent).sku, Decimal(0)) for intent in intents
        ]
        moves = [pair for pair in zip(intents, deltas, strict=True) if pair[1]]
        posted = self._post(location, moves) if moves else {}
        return [
            posted.get(intent.key, Done(f"{location}/{_effect(intent).sku}", {"delta": "0"}))
            for intent in intents
        ]

    def _post(self, location: str, moves: Sequence[tuple[Intent, Decimal]]) -> dict[str, Outcome]:
        rows = [_transaction(location, intent, delta) for intent, delta in moves]
        try:
            reply = self._client.post_transactions(
                rows, keys=_keys([intent for intent, _ in moves])
            )
        except RejectedError:
            self._types.clear()  # the warehouse may have become Virtual
            raise
        results = row_results(
            reply, count=len(rows), may_repeat=False, endpoint="POST warehousetransactions"
        )
        return {
            intent.key: Done(str(row.result), {"delta": _three_places(delta)})
            if row.statuscode == 200
            else Failed(row_error(row, may_repeat=False, now=self._clock()))
            for (intent, delta), row in zip(moves, results, strict=True)
        }

    def _items(self, location: str, skus: Sequence[str]) -> Iterable[wire.WarehouseItem]:
        if len(skus) <= SWEEP_FROM:
            for part in chunks(skus, SKUS_PER_REQUEST):
                yield from self._listed(location, part)
            return
        wanted = set(skus)
        for row in self._client.every_warehouse_item(location):
            if row.get("sku") in wanted:
                yield _item(row)

    def _listed(self, location: str, skus: Sequence[str]) -> list[wire.WarehouseItem]:
        return [_item(row) for row in self._client.warehouse_items(location, skus)] if skus else []

    def _search(self, location: str, intents: Sequence[Intent]) -> dict[str, LookUp]:
        starts = [intent.since or self._clock() - LOOK_BACK for intent in intents]
        since = epoch(min(starts) - CLOCK_ALLOWANCE)
        by_key: dict[str, list[wire.Transaction]] = {}
        for row in self._client.transactions_since(location, since):
            moved = _transaction_of(row)
            by_key.setdefault(moved.externalid, []).append(moved)
        return {
            intent.key: _judge(intent, by_key.get(external_id(intent.key), []))
            for intent in intents
        }


def external_id(key: str) -> str:
    """Our key as Sitoo can hold it: itself, or a digest when it is long or has other characters."""
    if PLAIN_KEY.fullmatch(key):
        return key
    return "plumbline-" + hashlib.sha256(key.encode()).hexdigest()[:30]


def _judge(intent: Intent, matches: Sequence[wire.Transaction]) -> LookUp:
    if not matches:
        return Absent()
    if len(matches) > 1:
        return Unclear(f"{len(matches)} stock transactions carry the key {intent.key}.")
    moved = matches[0]
    if [item.sku for item in moved.items] != [_effect(intent).sku]:
        return Unclear(f"Transaction {moved.warehousetransactionid} moved something else.")
    return Found(str(moved.warehousetransactionid), {"delta": str(moved.items[0].decimalquantity)})


def _transaction(location: str, intent: Intent, delta: Decimal) -> dict[str, Any]:
    return {
        "warehouseid": int(location),
        "transactiontype": MOVE_IN if delta > 0 else MOVE_OUT,
        "description": OUR_MOVEMENT,
        "externalid": external_id(intent.key),
        "items": [{"sku": _effect(intent).sku, "decimalquantity": _three_places(delta)}],
    }


def _transaction_of(row: Any) -> wire.Transaction:
    return parse(wire.Transaction, row, system=SYSTEM, endpoint="warehousetransactions")


def _item(row: Any) -> wire.WarehouseItem:
    return parse(wire.WarehouseItem, row, system=SYSTEM, endpoint="warehouseitems")


def _effect(intent: Intent) -> SetLevel:
    assert isinstance(intent.effect, SetLevel)
    return intent.effect


def _keys(intents: Sequence[Intent]) -> list[str]:
    return [intent.key for intent in intents]


def _can_be_asked(sku: str) -> bool:
    """QUIRK(sitoo): a comma separates values, so a SKU with one cannot be named."""
    return "," not in sku


def _three_places(quantity: Decimal) -> str:
    return format(quantity.quantize(THREE_PLACES), "f")
