"""Giving money back at the shop: quote, choose, repeat exactly.

Source: "Order refunds". QUIRK(bigcommerce): there is no idempotency key and one refund at a time
per order; the amounts of the request must be those of one alternative of the quote. Our reference
goes into the reason of each item, which is how we find it again.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.effects import RefundOrder
from integrations.connectors.bigcommerce import schemas as wire
from integrations.connectors.bigcommerce.assumed import (
    CLOCK_ALLOWANCE,
    LONGEST_REASON,
    STORE_CREDIT,
)
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bigcommerce.shipping import order_of, whole_units
from integrations.connectors.bodies import Number
from integrations.connectors.errors import RejectedError
from integrations.ports import (
    Absent,
    Difference,
    Done,
    Found,
    Intent,
    LookUp,
    Posted,
    ReadBack,
    Unclear,
)

Row = dict[str, Any]


class Refunding:
    def __init__(self, client: BigCommerceClient) -> None:
        self._client = client

    def send(self, intent: Intent) -> Done:
        """Raises RejectedError when the quote is not what was promised, and any ConnectorError."""
        effect, order_id = _effect(intent), order_of(intent)
        items = self._items(effect, order_id)
        quote = self._client.post_quote(order_id, items)
        _check(quote, effect, order_id)
        payments = _choose(quote, effect)
        body = {"items": items, "payments": [_payment(each) for each in payments]}
        made = self._client.post_refund(order_id, body, keys=[intent.key])
        _refuse_declined(made)
        return Done(str(made.id), {"order": order_id, "total": str(made.total_amount)})

    def look_up(self, intent: Intent) -> LookUp:
        """Ours by its reference, else one since the first attempt with the same items and sum."""
        effect = _effect(intent)
        refunds = self._client.refunds_of([order_of(intent)])
        ours = [each for each in refunds if _carries(each, effect.reference)]
        if not ours:
            recent = [each for each in refunds if _is_since(each, intent.since)]
            ours = [each for each in recent if _is_same(each, effect)]
            if ours:
                return Unclear(f"Refund {ours[0].id} is for the same, but is not marked as ours.")
            return Absent()
        paid = [each for each in ours if not _is_declined(each)]
        if len(paid) > 1:
            return Unclear(f"{len(paid)} refunds of the order carry our reference.")
        if not paid:
            return Unclear(f"Refund {ours[0].id} was declined by the payment provider.")
        if paid[0].total_amount != effect.expected_total:
            return Unclear(f"Refund {paid[0].id} is ours and gives {paid[0].total_amount} back.")
        return Found(str(paid[0].id), {"total": str(paid[0].total_amount)})

    def read_back(self, posted: Sequence[Posted]) -> list[ReadBack]:
        """All in one question, by their orders."""
        orders = sorted({order_of(each.intent) for each in posted})
        found = {str(each.id): each for each in self._client.refunds_of(orders)}
        return [_compare(_effect(each.intent), found.get(each.external_ref)) for each in posted]

    def _items(self, effect: RefundOrder, order_id: str) -> list[Row]:
        reason = f"{effect.reason} (ref. {effect.reference})".strip()
        if len(reason) > LONGEST_REASON:
            reason = f"(ref. {effect.reference})"
        items: list[Row] = [
            {
                "item_type": "PRODUCT",
                "item_id": int(line.line_id),
                "quantity": whole_units(line.quantity),
                "reason": reason,
            }
            for line in effect.lines
        ]
        if effect.shipping:
            items.append(self._shipping(effect, order_id, reason))
        if not effect.lines and effect.expected_total > effect.shipping:
            rest = effect.expected_total - effect.shipping
            items.append(_amount("ORDER", int(order_id), rest, reason))
        return items

    def _shipping(self, effect: RefundOrder, order_id: str, reason: str) -> Row:
        """Shipping is refunded by the address that it was paid for."""
        lines = self._client.order_lines(order_id)
        address = next((line.order_address_id for line in lines if line.order_address_id), 0)
        if not address:
            raise RejectedError(f"Order {order_id} paid for no shipping.")
        return _amount("SHIPPING", address, effect.shipping, reason)


def _amount(kind: str, item_id: int, amount: Decimal, reason: str) -> Row:
    return {"item_type": kind, "item_id": item_id, "amount": Number(amount), "reason": reason}


def _check(quote: wire.Quote, effect: RefundOrder, order_id: str) -> None:
    if quote.total_refund_amount != effect.expected_total:
        raise RejectedError(
            f"{SYSTEM} would give {quote.total_refund_amount} {effect.currency} back for order "
            f"{order_id}, not {effect.expected_total}. Nothing was refunded."
        )


def _choose(quote: wire.Quote, effect: RefundOrder) -> Sequence[wire.QuotedPayment]:
    """Only recorded when the money went back at the till; else to where it came from.

    Store credit is no money back, so it is never chosen for the shopper.
    """
    for way in quote.refund_methods:
        is_offline = bool(way) and all(each.offline for each in way)
        has_credit = any(each.provider_id == STORE_CREDIT for each in way)
        if way and is_offline == effect.is_offline and (not has_credit or len(way) > 1):
            return way
    wanted = "record it only" if effect.is_offline else "give the money back to where it came from"
    raise RejectedError(f"{SYSTEM} offers no way to {wanted}.")


def _payment(each: wire.QuotedPayment) -> Row:
    return {
        "provider_id": each.provider_id,
        "amount": Number(each.amount),
        "offline": each.offline,
    }


def _refuse_declined(made: wire.Refund) -> None:
    declined = [each for each in made.payments if each.is_declined]
    if declined:
        said = declined[0].declined_message or "no reason was given"
        raise RejectedError(f"The payment provider declined refund {made.id}: {said}")


def _is_declined(made: wire.Refund) -> bool:
    return any(each.is_declined for each in made.payments)


def _carries(made: wire.Refund, reference: str) -> bool:
    return any(f"(ref. {reference})" in item.reason for item in made.items)


def _is_since(made: wire.Refund, since: datetime | None) -> bool:
    return since is None or made.created >= since - CLOCK_ALLOWANCE


def _is_same(made: wire.Refund, effect: RefundOrder) -> bool:
    units = {str(i.item_id): i.quantity for i in made.items if i.item_type == "PRODUCT"}
    meant = {line.line_id: line.quantity for line in effect.lines}
    return made.total_amount == effect.expected_total and units == meant


def _compare(effect: RefundOrder, made: wire.Refund | None) -> ReadBack:
    if made is None:
        return ReadBack(missing=True)
    found = []
    if made.total_amount != effect.expected_total:
        meant, shown = str(effect.expected_total), str(made.total_amount)
        found.append(Difference("total", meant, shown, is_money=True))
    if _is_declined(made):
        found.append(Difference("payment", "paid back", "declined"))
    return ReadBack(tuple(found))


def _effect(intent: Intent) -> RefundOrder:
    assert isinstance(intent.effect, RefundOrder)
    return intent.effect
