"""Goods-out notes: making one reserves the stock.

Source: "Goods-out note / POST" and "/ GET".
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integrations.canonical.effects import IssueGoodsOut, ShipGoodsOut
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.recipes.base import (
    Draft,
    Recipe,
    created_id,
    each,
    plain,
    vendor_id,
    wanted,
    whole,
)
from integrations.connectors.brightpearl.recipes.rows import (
    Rows,
    goods_of,
    meant_quantities,
    row_of,
    rows_of,
)
from integrations.connectors.brightpearl.recipes.ship import compare_shipped
from integrations.connectors.brightpearl.schemas import GoodsOutNote
from integrations.connectors.brightpearl.search import instant
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


def drafts(intents: Sequence[Intent], account: Account) -> list[Draft]:
    rows = rows_of(intents, account)
    return each(intents, lambda intent: _message(intent, rows[intent.key]))


def _message(intent: Intent, rows: Rows) -> Message:
    goods = wanted(intent, IssueGoodsOut)
    products = [
        {
            "productId": vendor_id(line.product_id, "product"),
            "salesOrderRowId": row_of(line, rows),
            "quantity": whole(line.quantity, what=line.sku),
        }
        for line in goods_of(goods.effect)
    ]
    note = {
        "releaseDate": instant(goods.effect.release_at),
        "warehouseId": vendor_id(goods.effect.warehouse_id, "warehouse"),
        "transfer": False,
        "products": products,
    }
    return Message(
        "POST",
        f"/warehouse-service/order/{goods.ref('order')}/goods-note/goods-out",
        {"warehouses": [note], "priority": False},
        "POST /warehouse-service/order/{id}/goods-note/goods-out",
        key=intent.key,
    )


def understand(intent: Intent, response: Any) -> Done:
    return Done(str(created_id(response)))


def look_up(intents: Sequence[Intent], account: Account) -> list[LookUp]:
    """The notes of the orders concerned, in one request; a note with our rows is ours."""
    rows = rows_of(intents, account)
    notes = account.client.goods_out_of_orders(
        wanted(intent, IssueGoodsOut).ref("order") for intent in intents
    )
    return [_verdict(intent, rows[intent.key], notes) for intent in intents]


def _verdict(intent: Intent, rows: Rows, notes: dict[int, GoodsOutNote]) -> LookUp:
    goods = wanted(intent, IssueGoodsOut)
    meant, order = meant_quantities(goods, rows), goods.ref("order")
    of_order = {key: note for key, note in notes.items() if note.orderId == order}
    equal = [key for key, note in of_order.items() if _is_same(goods.effect, meant, note)]
    if len(equal) == 1:
        return Found(str(equal[0]))
    touching = [key for key, note in of_order.items() if meant.keys() & note.orderRows.keys()]
    if touching:
        return Unclear(f"Order {order} has goods-out notes {touching} with other goods than ours.")
    return Absent()


def _is_same(effect: IssueGoodsOut, meant: dict[int, Decimal], note: GoodsOutNote) -> bool:
    return str(note.warehouseId) == effect.warehouse_id and note.quantities() == meant


def read_back(posted: Sequence[Posted], account: Account) -> list[ReadBack]:
    """Notes and their shipping, from the same reading of each note."""
    notes = account.client.goods_out(vendor_id(each.external_ref, "note") for each in posted)
    making = [each.intent for each in posted if isinstance(each.intent.effect, IssueGoodsOut)]
    rows = rows_of(making, account) if making else {}
    return [
        _compare(each, notes.get(int(each.external_ref)), rows.get(each.intent.key, {}))
        for each in posted
    ]


def _compare(posted: Posted, note: GoodsOutNote | None, rows: Rows) -> ReadBack:
    if note is None:
        return ReadBack(missing=True)
    if isinstance(posted.intent.effect, ShipGoodsOut):
        return compare_shipped(note)
    goods = wanted(posted.intent, IssueGoodsOut)
    differences = []
    if str(note.warehouseId) != goods.effect.warehouse_id:
        found = str(note.warehouseId)
        differences.append(Difference("warehouse", goods.effect.warehouse_id, found))
    found_quantities = note.quantities()
    for line in goods_of(goods.effect):
        found_units = found_quantities.pop(row_of(line, rows), Decimal(0))
        if found_units != line.quantity:
            meant = plain(line.quantity)
            field = f"lines[{line.sku}].quantity"
            differences.append(Difference(field, meant, plain(found_units)))
    differences += [
        Difference(f"rows[{row}].quantity", "0", plain(units))
        for row, units in found_quantities.items()
    ]
    return ReadBack(tuple(differences))


RECIPE = Recipe(drafts=drafts, understand=understand, look_up=look_up, read_back=read_back)
