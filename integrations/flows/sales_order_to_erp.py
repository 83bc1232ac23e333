"""A completed till sale becomes one ERP order: goods out at the store, tenders as payments."""

from datetime import date
from decimal import Decimal

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
from integrations.flows.receipts import (
    Codes,
    ReceiptPolicy,
    amounts_to_post,
    effect_lines,
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
    codes, missing = resolve(order, lookups, on=on, order_kind="sale")
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
    steps = [_create(order, codes, on=on, policy=policy, key=key, ref=ref)]
    goods = tuple(
        GoodsLine(
            line_id=line.line_id,
            sku=line.sku,
            product_id=codes.items[line.sku].product_id,
            quantity=line.quantity,
        )
        for line in order.lines
        if codes.items[line.sku].is_stocked
    )
    if goods:
        steps += _goods_out(order, codes, goods, key=key)
    if policy.accounting_mode == "per_order":
        steps += _payments(order, codes, key=key, ref=ref)
        close = CloseOrder(tax_date=on)
        steps.append(Planned(f"{key}:close", close, lanes.STATUSES, step=4, link_kind="close"))
    return steps


def _create(
    order: SalesOrder, codes: Codes, *, on: date, policy: ReceiptPolicy, key: str, ref: str
) -> Planned:
    effect = CreateOrder(
        external_ref=ref,
        reference=order.number,
        contact_id=codes.contact if order.customer.is_anonymous else "",
        customer=order.customer,
        warehouse_id=codes.warehouse,
        status_id=codes.status,
        channel_id=codes.channel_id,
        price_list_id=policy.price_list,
        placed_at=order.placed_at,
        tax_date=on,
        currency=order.currency,
        lines=effect_lines(order, codes),
    )
    return Planned(f"{key}:order", effect, lanes.SALES, link_kind="order", value=order.stated_gross)


def _goods_out(
    order: SalesOrder, codes: Codes, goods: tuple[GoodsLine, ...], *, key: str
) -> list[Planned]:
    issue = IssueGoodsOut(warehouse_id=codes.warehouse, release_at=order.placed_at, lines=goods)
    ship = ShipGoodsOut(shipped_at=order.placed_at)
    return [
        Planned(f"{key}:goods-out", issue, lanes.SALES, step=2, link_kind="goods_out"),
        Planned(f"{key}:ship", ship, lanes.SALES, step=3, link_kind="shipped"),
    ]


def _payments(order: SalesOrder, codes: Codes, *, key: str, ref: str) -> list[Planned]:
    return [
        Planned(
            f"{key}:payment:{tender.index}",
            TakePayment(
                transaction_ref=f"{ref}:P{tender.index}",
                method_code=codes.methods[tender.index][0],
                amount=Decimal(amount),
                currency=order.currency,
                paid_at=order.placed_at,
                note=f"{order.number} {tender.name}",
            ),
            lanes.PAYMENTS,
            step=2,
            link_kind=f"payment:{tender.index}",
            value=amount,
        )
        for tender, amount in amounts_to_post(order)
    ]
