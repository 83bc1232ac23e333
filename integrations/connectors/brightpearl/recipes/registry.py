"""RECIPES: every operation that Brightpearl takes, one line each."""

from integrations.connectors.brightpearl.recipes import (
    close,
    goods_in,
    goods_out,
    journal,
    orders,
    payments,
    ship,
)
from integrations.connectors.brightpearl.recipes.base import Recipe

_CLOSE = Recipe(
    drafts=close.drafts,
    understand=close.understand,
    look_up=close.look_up,
    read_back=orders.read_back,  # the same reading of the same orders
)
_SHIP = Recipe(
    drafts=ship.drafts,
    understand=ship.understand,
    look_up=ship.look_up,
    read_back=goods_out.read_back,
)

RECIPES: dict[str, Recipe] = {
    "create-order": orders.RECIPE,
    "create-credit": orders.RECIPE,
    "take-payment": payments.RECIPE,
    "refund-payment": payments.RECIPE,
    "issue-goods-out": goods_out.RECIPE,
    "ship-goods-out": _SHIP,
    "receive-goods-in": goods_in.RECIPE,
    "close-order": _CLOSE,
    "close-credit": _CLOSE,
    "post-journal": journal.RECIPE,
}
