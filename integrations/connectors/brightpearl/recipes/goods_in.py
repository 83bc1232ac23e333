"""Returned goods received on a credit, to the shelf or to quarantine.

Source: "Goods-in note / POST" and "/ GET". `userBatchReference` is unique there: it is our key.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.canonical.effects import GoodsLine, ReceiveGoodsIn
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.recipes.base import (
    Draft,
    Recipe,
    Wanted,
    created_id,
    each,
    plain,
    vendor_id,
    wanted,
    whole,
)
from integrations.connectors.brightpearl.recipes.rows import Rows, goods_of, row_of, rows_of
from integrations.connectors.brightpearl.schemas import GoodsInNote, GoodsMoved, Order
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

LOCATIONS = {"restock": "default", "quarantine": "quarantine"}
VALUE_PLACES = Decimal("0.0001")


def drafts(intents: Sequence[Intent], account: Account) -> list[Draft]:
    """Unit values are the products' costs; without one, what the shopper paid for it, net."""
    rows = rows_of(intents, account)
    products = {int(line.product_id) for each in intents for line in _numbered(each)}
    costs = account.costs(products) if products else {}
    uncosted = [
        each for each in intents if any(int(x.product_id) not in costs for x in _numbered(each))
    ]
    credits = _credits(uncosted, account)
    return each(intents, lambda intent: _message(intent, rows[intent.key], costs, credits, account))


def _numbered(intent: Intent) -> list[GoodsLine]:
    return [line for line in goods_of(intent.effect) if line.product_id.isdecimal()]


def _credits(intents: Sequence[Intent], account: Account) -> dict[int, Order]:
    numbers = [str(intent.refs.get("order") or "") for intent in intents]
    known = [number for number in numbers if number.isdecimal()]
    return account.client.orders(known) if known else {}


def _message(
    intent: Intent,
    rows: Rows,
    costs: Mapping[int, Decimal],
    credits: Mapping[int, Order],
    account: Account,
) -> Message:
    goods = wanted(intent, ReceiveGoodsIn)
    credit = credits.get(goods.ref("order"))
    warehouse = vendor_id(goods.effect.warehouse_id, "warehouse")
    moved = [
        {
            "productId": vendor_id(line.product_id, "product"),
            "purchaseOrderRowId": row_of(line, rows),
            "quantity": whole(line.quantity, what=line.sku),
            "destinationLocationId": account.location(warehouse, LOCATIONS[line.disposition]),
            "productValue": {
                "currency": account.base_currency(),
                "value": format(_value(line, row_of(line, rows), costs, credit), "f"),
            },
        }
        for line in goods_of(goods.effect)
    ]
    body = {
        "transfer": False,
        "warehouseId": warehouse,
        "goodsMoved": moved,
        "receivedOn": instant(goods.effect.received_at),
        "userBatchReference": goods.effect.reference,
    }
    return Message(
        "POST",
        f"/warehouse-service/order/{goods.ref('order')}/goods-note/goods-in",
        body,
        "POST /warehouse-service/order/{id}/goods-note/goods-in",
        key=intent.key,
    )


def _value(
    line: GoodsLine, row_id: int, costs: Mapping[int, Decimal], credit: Order | None
) -> Decimal:
    """Base-currency value of one unit; zero when nothing is known of it."""
    if int(line.product_id) in costs:
        return costs[int(line.product_id)]
    row = credit.orderRows.get(row_id) if credit else None
    if row is None or credit is None or not row.quantity.magnitude:
        return Decimal(0)
    unit = row.rowValue.rowNet.value / row.quantity.magnitude
    return (unit / (credit.currency.exchangeRate or Decimal(1))).quantize(VALUE_PLACES)


def understand(intent: Intent, response: Any) -> Done:
    return Done(str(created_id(response)))


def look_up(intents: Sequence[Intent], account: Account) -> list[LookUp]:
    """The notes of the credits concerned, in one request."""
    notes = account.client.goods_in_of_orders(
        wanted(intent, ReceiveGoodsIn).ref("order") for intent in intents
    )
    return [_verdict(wanted(intent, ReceiveGoodsIn), notes) for intent in intents]


def _verdict(goods: Wanted[ReceiveGoodsIn], notes: Mapping[int, GoodsInNote]) -> LookUp:
    mine = _mine(goods, notes)
    if not mine:
        return Absent()
    wrong = _quantity_differences(goods, mine)
    if wrong:
        return Unclear(f"Goods-in note {min(mine)} has our reference, but other {wrong[0].field}.")
    return Found(str(min(mine)))


def _mine(
    goods: Wanted[ReceiveGoodsIn], notes: Mapping[int, GoodsInNote]
) -> dict[int, GoodsInNote]:
    """QUIRK(brightpearl): the same product on two rows makes two notes, of which one id is told."""
    reference, order = goods.effect.reference, goods.ref("order")
    return {
        key: note
        for key, note in notes.items()
        if note.userBatchReference == reference and note.orderId == order
    }


def read_back(posted: Sequence[Posted], account: Account) -> list[ReadBack]:
    notes = account.client.goods_in_of_orders(
        wanted(each.intent, ReceiveGoodsIn).ref("order") for each in posted
    )
    return [_compare(wanted(each.intent, ReceiveGoodsIn), notes, account) for each in posted]


def _compare(
    goods: Wanted[ReceiveGoodsIn], notes: Mapping[int, GoodsInNote], account: Account
) -> ReadBack:
    mine = _mine(goods, notes)
    if not mine:
        return ReadBack(missing=True)
    places = _place_differences(goods, _moved(mine), account)
    return ReadBack((*_quantity_differences(goods, mine), *places))


def _moved(notes: Mapping[int, GoodsInNote]) -> list[GoodsMoved]:
    return [moved for note in notes.values() for moved in note.goodsMoved]


def _quantity_differences(
    goods: Wanted[ReceiveGoodsIn], notes: Mapping[int, GoodsInNote]
) -> list[Difference]:
    meant: dict[str, Decimal] = {}
    names: dict[str, str] = {}
    for line in goods_of(goods.effect):
        meant[line.product_id] = meant.get(line.product_id, Decimal(0)) + line.quantity
        names[line.product_id] = line.sku
    found: dict[str, Decimal] = {}
    for moved in _moved(notes):
        product = str(moved.productId)
        found[product] = found.get(product, Decimal(0)) + moved.quantity
    return [
        Difference(
            f"lines[{names.get(product, product)}].quantity",
            plain(meant.get(product, Decimal(0))),
            plain(found.get(product, Decimal(0))),
        )
        for product in sorted(meant.keys() | found.keys())
        if meant.get(product, Decimal(0)) != found.get(product, Decimal(0))
    ]


def _place_differences(
    goods: Wanted[ReceiveGoodsIn], moved: Sequence[GoodsMoved], account: Account
) -> list[Difference]:
    warehouse = int(goods.effect.warehouse_id)
    differences = []
    for line in goods_of(goods.effect):
        place = account.location(warehouse, LOCATIONS[line.disposition])
        found = {
            each.destinationLocationId for each in moved if str(each.productId) == line.product_id
        }
        if found and place not in found:
            field = f"lines[{line.sku}].location"
            differences.append(Difference(field, str(place), ", ".join(map(str, sorted(found)))))
    return differences


RECIPE = Recipe(drafts=drafts, understand=understand, look_up=look_up, read_back=read_back)
