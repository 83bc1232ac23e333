"""Sales orders and sales credits: whole, with their rows, or not at all.

Source: "Sales order / POST", "Sales credit / POST"; read back with "Order / GET".
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.canonical.effects import CloseOrder, CreateCredit, CreateOrder, EffectLine
from integrations.connectors.brightpearl import assumed
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.recipes.base import (
    Draft,
    Recipe,
    created_id,
    each,
    noon,
    vendor_id,
    wanted,
    whole,
)
from integrations.connectors.brightpearl.recipes.close import compare_closed
from integrations.connectors.brightpearl.recipes.compare import (
    match_rows,
    order_differences,
    read_lines,
    total_differences,
)
from integrations.connectors.brightpearl.schemas import Order
from integrations.connectors.brightpearl.search import instant, number_of, period, text_of
from integrations.connectors.errors import UnsupportedError
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

ORDER_TYPES = {CreateOrder: "1", CreateCredit: "3"}  # order-search's orderTypeId
COLUMNS = ("columns", "orderId,orderTypeId,externalRef,createdOn")
WORTH_A_WINDOW = 3  # look-ups: below that, each asks by its own reference
WINDOW = timedelta(hours=1)  # a longer one would hold more pages than there are look-ups


def drafts(intents: Sequence[Intent], account: Account) -> list[Draft]:
    return each(intents, lambda intent: _message(intent, account))


def _message(intent: Intent, account: Account) -> Message:
    effect = wanted(intent, CreateOrder).effect
    resource = "sales-credit" if isinstance(effect, CreateCredit) else "sales-order"
    path = f"/order-service/{resource}"
    body = _body(effect, account) | _parent(intent)
    return Message("POST", path, body, f"POST {path}", key=intent.key)


def _body(effect: CreateOrder, account: Account) -> dict[str, Any]:
    contact = (
        vendor_id(effect.contact_id, "contact")
        if effect.contact_id
        else account.contact(effect.customer)
    )
    body: dict[str, Any] = {
        "customer": {"id": contact},
        "ref": effect.reference,
        "externalRef": effect.external_ref,
        "placedOn": instant(effect.placed_at),
        "taxDate": noon(effect.tax_date),
        "warehouseId": vendor_id(effect.warehouse_id, "warehouse"),
        "currency": {"code": effect.currency},
        "rows": [_row(line) for line in effect.lines],
    }
    options = {
        "statusId": effect.status_id,
        "channelId": effect.channel_id,
        "priceListId": effect.price_list_id,
        "installedIntegrationInstanceId": str(account.config.instance_id or ""),
    }
    chosen = {name: vendor_id(value, name) for name, value in options.items() if value}
    return body | chosen


def _row(line: EffectLine) -> dict[str, Any]:
    """QUIRK(brightpearl): `net` and `tax` are row totals; without a product the name is the row."""
    if line.is_stocked:
        whole(line.quantity, what=line.sku)
    if round(line.net, assumed.NET_PLACES) != line.net:
        raise UnsupportedError(f"Brightpearl keeps {assumed.NET_PLACES} decimals of {line.net}.")
    goods = (
        {"productId": vendor_id(line.product_id, "product")}
        if line.product_id
        else {"name": line.name}
    )
    nominal = {"nominalCode": line.nominal_code} if line.nominal_code else {}
    return {
        **goods,
        "quantity": format(line.quantity, "f"),
        "taxCode": line.tax_code,
        "net": format(line.net, "f"),
        "tax": format(line.tax, "f"),
        **nominal,
        "externalRef": line.line_id,
    }


def _parent(intent: Intent) -> dict[str, Any]:
    original = str(intent.refs.get("original_order") or "")
    is_credit = isinstance(intent.effect, CreateCredit)
    return {"parentId": vendor_id(original, "order")} if is_credit and original else {}


def understand(intent: Intent, response: Any) -> Done:
    return Done(str(created_id(response)))


def look_up(intents: Sequence[Intent], account: Account) -> list[LookUp]:
    """By externalRef and type: one window search finds most, what it misses is asked one by one."""
    known = _in_window(intents, account) if len(intents) >= WORTH_A_WINDOW else {}
    matches = [known.get(_name(intent)) or _by_reference(intent, account) for intent in intents]
    single = [ids[0] for ids in matches if len(ids) == 1]
    orders = account.client.orders(single) if single else {}
    return [_verdict(intent, ids, orders) for intent, ids in zip(intents, matches, strict=True)]


Name = tuple[str, str]  # order type, externalRef


def _name(intent: Intent) -> Name:
    effect = wanted(intent, CreateOrder).effect
    return ORDER_TYPES[type(effect)], effect.external_ref


def _in_window(intents: Sequence[Intent], account: Account) -> dict[Name, list[int]]:
    """Orders made since the first attempt, by name; only good for finding, not for absence."""
    starts = [intent.since for intent in intents]
    begun: list[datetime] = [start for start in starts if start]
    if len(begun) < len(starts) or account.now() - min(begun) > WINDOW:
        return {}
    window = ("createdOn", period(min(begun) - assumed.CLOCK_MARGIN))
    types = ("orderTypeId", ",".join(sorted({_name(intent)[0] for intent in intents})))
    found: dict[Name, list[int]] = {}
    for row in account.client.order_search([types, window, COLUMNS]):
        name = (text_of(row, "orderTypeId"), text_of(row, "externalRef"))
        found.setdefault(name, []).append(number_of(row, "orderId"))
    return found


def _by_reference(intent: Intent, account: Account) -> list[int]:
    """QUIRK(brightpearl): what STRING filters mean by equal is not documented, so compare again."""
    order_type, reference = _name(intent)
    rows = account.client.order_search(
        [("orderTypeId", order_type), ("externalRef", reference), COLUMNS]
    )
    return [number_of(row, "orderId") for row in rows if text_of(row, "externalRef") == reference]


def _verdict(intent: Intent, ids: Sequence[int], orders: dict[int, Order]) -> LookUp:
    if not ids:
        return Absent()
    if len(ids) > 1:
        return Unclear(f"Brightpearl has {len(ids)} orders under this reference: {ids}.")
    order = orders.get(ids[0])
    if order is None:
        return Unclear(f"Brightpearl lists order {ids[0]} but does not show it.")
    effect = wanted(intent, CreateOrder).effect
    wrong = next(total_differences(effect, order), None)
    if wrong:
        return Unclear(
            f"Order {order.id} has our reference, but its {wrong.field} is {wrong.found}, "
            f"not {wrong.meant}."
        )
    return Found(str(order.id), _detail(effect, order))


def read_back(posted: Sequence[Posted], account: Account) -> list[ReadBack | None]:
    """Orders, credits and their closing, from the same reading of each order."""
    orders = account.client.orders(_order_id(each) for each in posted)
    return [_compare(each, orders.get(_order_id(each))) for each in posted]


def _order_id(posted: Posted) -> int:
    """A closing is read on its order, whatever was kept as its reference."""
    if isinstance(posted.intent.effect, CloseOrder):
        return wanted(posted.intent, CloseOrder).ref("order")
    return vendor_id(posted.external_ref, "order")


def _compare(posted: Posted, order: Order | None) -> ReadBack | None:
    """None while the rows are not visible yet, which may take the vendor a second."""
    if order is None:
        return ReadBack(missing=True)
    if isinstance(posted.intent.effect, CloseOrder):
        return compare_closed(order)
    if not order.orderRows:
        return None
    effect = wanted(posted.intent, CreateOrder).effect
    differences = (*order_differences(effect, order), *_parent_difference(posted.intent, order))
    return ReadBack(differences, _detail(effect, order))


def _parent_difference(intent: Intent, order: Order) -> Iterator[Difference]:
    meant = _parent(intent).get("parentId")
    if meant and order.parentOrderId != meant:
        yield Difference("original order", str(meant), str(order.parentOrderId))


def _detail(effect: CreateOrder, order: Order) -> dict[str, Any]:
    invoice = {"invoice": order.invoice} if order.invoice else {}
    rows = match_rows(effect.lines, order)
    return {"rows": rows, "read": read_lines(rows, order), **invoice}


RECIPE = Recipe(drafts=drafts, understand=understand, look_up=look_up, read_back=read_back)
