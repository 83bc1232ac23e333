"""A completed till sale becomes one ERP order: goods out at the store, tenders as payments."""

from datetime import date

from integrations.canonical.effects import (
    CloseOrder,
    CreateOrder,
    GoodsLine,
    IssueGoodsOut,
    ShipGoodsOut,
    TakePayment,
)
from integrations.canonical.orders import OrderOrigin, SalesOrder
from integrations.flows import lanes
from integrations.flows.decisions import Blocked, Decision, Planned, Post, Skip
from integrations.flows.receipt_effects import document, goods_lines, money
from integrations.flows.receipts import (
    Codes,
    ReceiptPolicy,
    faults,
    resolve,
)
from integrations.mapping.lookups import Lookups

FLOW = "sales-order-to-erp"


def decide(order: SalesOrder, lookups: Lookups, *, on: date, policy: ReceiptPolicy) -> Decision:
    """Decide what the ERP should receive for a sale of trading day `on`. Sends nothing."""
    if order.is_cancelled:
        return Skip("Cancelled at the till before it was transferred.")
    if order.is_open:
        return Skip("Not completed at the till yet; its completed version follows.")
    if order.origin is not OrderOrigin.TILL:
        return Skip("Belongs to an online order, which the ERP has already.")
    obstacles = faults(order, currency=policy.currency)
    codes, missing = resolve(order, lookups, on=on, order_kind="sale", policy=policy)
    if obstacles or codes is None:
        return Blocked(tuple(obstacles + missing))
    return Post(
        flow=FLOW,
        steps=tuple(_steps(order, codes, on=on, policy=policy)),
        products={
            line.line_id: (codes.items[line.sku].product_id, codes.items[line.sku].is_stocked, "")
            for line in order.lines
        },
        methods=codes.methods,
    )


def _steps(order: SalesOrder, codes: Codes, *, on: date, policy: ReceiptPolicy) -> list[Planned]:
    ref = f"{policy.channel}:{order.external_id}"
    key = f"{FLOW}:{ref}"
    create = document(CreateOrder, order, codes, on=on, policy=policy, ref=ref)
    steps = [
        Planned(f"{key}:order", create, lanes.SALES, link_kind="order", value=order.stated_gross)
    ]
    if create.is_whole:
        return steps
    goods = goods_lines(order, codes)
    if goods:
        steps += _goods_out(order, codes, goods, key=key)
    if policy.accounting_mode == "per_order":
        steps += money(order, codes, pay=TakePayment, close=CloseOrder, on=on, key=key, ref=ref)
    return steps


def _goods_out(
    order: SalesOrder, codes: Codes, goods: tuple[GoodsLine, ...], *, key: str
) -> list[Planned]:
    issue = IssueGoodsOut(warehouse_id=codes.warehouse, release_at=order.placed_at, lines=goods)
    ship = ShipGoodsOut(shipped_at=order.placed_at)
    return [
        Planned(f"{key}:goods-out", issue, lanes.SALES, step=2, link_kind="goods_out"),
        Planned(f"{key}:ship", ship, lanes.SALES, step=3, link_kind="shipped"),
    ]
