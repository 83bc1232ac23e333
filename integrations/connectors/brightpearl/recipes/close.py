"""Invoicing an order or credit. It happens a little later there: "pending" counts as done.

Source: "Sales order close / POST", "Sales credit close / POST".
"""

from collections.abc import Sequence
from typing import Any

from integrations.canonical.effects import CloseCredit, CloseOrder
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.recipes.base import Draft, each, noon, wanted
from integrations.connectors.brightpearl.schemas import Order
from integrations.ports import Absent, Difference, Done, Found, Intent, LookUp, ReadBack, Unclear


def drafts(intents: Sequence[Intent], account: Account) -> list[Draft]:
    return each(intents, _message)


def _message(intent: Intent) -> Message:
    close = wanted(intent, CloseOrder)
    resource = "sales-credit" if isinstance(close.effect, CloseCredit) else "sales-order"
    return Message(
        "POST",
        f"/order-service/{resource}/{close.ref('order')}/close",
        {"taxDate": noon(close.effect.tax_date)},
        f"POST /order-service/{resource}/{{id}}/close",
        key=intent.key,
    )


def understand(intent: Intent, response: Any) -> Done:
    return Done(str(wanted(intent, CloseOrder).ref("order")))


def look_up(intents: Sequence[Intent], account: Account) -> list[LookUp]:
    orders = account.client.orders(wanted(intent, CloseOrder).ref("order") for intent in intents)
    return [_verdict(intent, orders) for intent in intents]


def _verdict(intent: Intent, orders: dict[int, Order]) -> LookUp:
    number = wanted(intent, CloseOrder).ref("order")
    order = orders.get(number)
    if order is None:
        return Unclear(f"Brightpearl does not show order {number}.")
    return Found(str(number), {"invoice": order.invoice}) if order.is_closed else Absent()


def compare_closed(order: Order) -> ReadBack:
    """Whether an order is invoiced or about to be."""
    open_still = () if order.is_closed else (Difference("state", "invoiced", "open"),)
    return ReadBack(open_still, {"invoice": order.invoice})
