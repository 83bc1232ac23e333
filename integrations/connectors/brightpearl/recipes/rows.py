"""Which row of an order each line of goods belongs to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from integrations.canonical.effects import Effect, GoodsLine, IssueGoodsOut, ReceiveGoodsIn
from integrations.connectors.brightpearl import assumed
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.recipes.base import Wanted, whole
from integrations.connectors.brightpearl.schemas import Order
from integrations.connectors.errors import RejectedError
from integrations.ports import Intent

Goods = IssueGoodsOut | ReceiveGoodsIn
Rows = Mapping[str, int]  # line id → row id
NO_GOODS = ("", str(assumed.FREE_TEXT_PRODUCT))


def rows_of(intents: Sequence[Intent], account: Account) -> dict[str, Rows]:
    """Rows by intent key: from `refs["rows"]`, else from the orders, read in bulk.

    An order that cannot be read leaves its intents out.
    """
    kept = {intent.key: _kept(intent) for intent in intents}
    asked = {
        intent.key: int(order)
        for intent in intents
        if not kept[intent.key] and (order := str(intent.refs.get("order") or "")).isdecimal()
    }
    orders = account.client.orders(asked.values()) if asked else {}
    for intent in intents:
        order_read = orders.get(asked.get(intent.key, 0))
        if order_read:
            kept[intent.key] = _matched(goods_of(intent.effect), order_read)
    return kept


def goods_of(effect: Effect) -> list[GoodsLine]:
    """The lines that are goods: free text and services are on no note."""
    lines = effect.lines if isinstance(effect, IssueGoodsOut | ReceiveGoodsIn) else ()
    return [line for line in lines if line.product_id not in NO_GOODS]


def row_of(line: GoodsLine, rows: Rows) -> int:
    """Raises RejectedError when the order has no row for this line."""
    if line.line_id not in rows:
        raise RejectedError(f"The order in Brightpearl has no row for {line.sku}.")
    return rows[line.line_id]


def meant_quantities(
    goods: Wanted[IssueGoodsOut] | Wanted[ReceiveGoodsIn], rows: Rows
) -> dict[int, Decimal]:
    """Units by row id. Raises RejectedError for a line without a row."""
    meant: dict[int, Decimal] = {}
    for line in goods_of(goods.effect):
        row = row_of(line, rows)
        meant[row] = meant.get(row, Decimal(0)) + whole(line.quantity, what=line.sku)
    return meant


def _kept(intent: Intent) -> Rows:
    rows = intent.refs.get("rows")
    return {str(line): int(row) for line, row in rows.items()} if isinstance(rows, Mapping) else {}


def _matched(lines: Sequence[GoodsLine], order: Order) -> Rows:
    named = {row.externalRef: key for key, row in order.orderRows.items() if row.externalRef}
    matches = {line.line_id: named[line.line_id] for line in lines if line.line_id in named}
    for line in lines:
        if line.line_id in matches:
            continue
        for key, row in sorted(order.orderRows.items()):
            if key not in matches.values() and str(row.productId) == line.product_id:
                matches[line.line_id] = key
                break
    return matches
