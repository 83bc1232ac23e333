"""Shipping a goods-out note, which moves the stock and its cost.

Source: "Goods-out note event / POST". A shipped note takes no more events, so a second attempt is
refused there. A single call also says which version of the note it means, when that was just read;
messages in a bundle cannot carry the header.
"""

from collections.abc import Sequence
from typing import Any

from integrations.canonical.effects import ShipGoodsOut
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.recipes.base import Draft, each, wanted
from integrations.connectors.brightpearl.schemas import GoodsOutNote
from integrations.connectors.brightpearl.search import instant
from integrations.connectors.errors import NotFoundError
from integrations.ports import Absent, Difference, Done, Found, Intent, LookUp, ReadBack, Unclear

SHIPPED = "SHW"


def drafts(intents: Sequence[Intent], account: Account) -> list[Draft]:
    """Whoever made our notes also ships them, unless an owner of events is configured.

    All notes are made by the same app, so reading some of them once is enough.
    """
    owner = account.event_owner
    if owner:
        return each(intents, lambda intent: _message(intent, owner, None))
    notes = _notes(intents, account)
    account.event_owner = next((note.createdBy for note in notes.values() if note.createdBy), 0)
    return each(intents, lambda intent: _draft(intent, notes))


def _draft(intent: Intent, notes: dict[int, GoodsOutNote]) -> Draft:
    number = wanted(intent, ShipGoodsOut).ref("goods_out")
    note = notes.get(number)
    if note is None:
        raise NotFoundError(f"Brightpearl has no goods-out note {number}.")
    if note.status.shipped:
        return Done(str(number))
    return _message(intent, note.createdBy, note.lastEventVersion)


def _message(intent: Intent, owner: int, version: int | None) -> Message:
    shipping = wanted(intent, ShipGoodsOut)
    event = {
        "eventCode": SHIPPED,
        "occured": instant(shipping.effect.shipped_at),  # sic
        "eventOwnerId": owner,
    }
    return Message(
        "POST",
        f"/warehouse-service/goods-note/goods-out/{shipping.ref('goods_out')}/event",
        {"events": [event]},
        "POST /warehouse-service/goods-note/goods-out/{id}/event",
        key=intent.key,
        headers={} if version is None else {"If-Match": str(version)},
    )


def understand(intent: Intent, response: Any) -> Done:
    return Done(str(wanted(intent, ShipGoodsOut).ref("goods_out")))


def look_up(intents: Sequence[Intent], account: Account) -> list[LookUp]:
    notes = _notes(intents, account)
    return [_verdict(wanted(intent, ShipGoodsOut).ref("goods_out"), notes) for intent in intents]


def _verdict(number: int, notes: dict[int, GoodsOutNote]) -> LookUp:
    if number not in notes:
        return Unclear(f"Brightpearl does not show goods-out note {number}.")
    return Found(str(number)) if notes[number].status.shipped else Absent()


def _notes(intents: Sequence[Intent], account: Account) -> dict[int, GoodsOutNote]:
    numbers = [str(intent.refs.get("goods_out") or "") for intent in intents]
    known = [number for number in numbers if number.isdecimal()]
    return account.client.goods_out(known) if known else {}


def compare_shipped(note: GoodsOutNote) -> ReadBack:
    """Whether the note is shipped."""
    waiting = () if note.status.shipped else (Difference("shipped", "yes", "no"),)
    return ReadBack(waiting)
