"""Closing: an order becomes "invoice pending" at once and gets its number a little later."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import Order
from integrations.sandbox.brightpearl.formats import ZERO, read_int, read_text, read_time, section
from integrations.sandbox.brightpearl.journals import Posting, post_automatic
from integrations.sandbox.brightpearl.replies import BAD_ORDER, Reply, done, invalid
from integrations.sandbox.brightpearl.requests import read_body, read_optional_body
from integrations.sandbox.brightpearl.reservations import release_reservation
from integrations.sandbox.brightpearl.world import World
from integrations.sandbox.core.http import Request

PENDING = "pending"


def is_invoiced(order: Order) -> bool:
    """Whether accounting has assigned an invoice number."""
    return order.invoice not in ("", PENDING)


def close_sales_order(world: World, request: Request, *, order_id: str) -> Reply:
    """Invoice a sales order, soon."""
    return _close(world, request, "SO", order_id)


def close_sales_credit(world: World, request: Request, *, order_id: str) -> Reply:
    """Invoice a sales credit, soon."""
    return _close(world, request, "SC", order_id)


def _close(world: World, request: Request, type_code: str, order_id: str) -> Reply:
    """May be repeated while pending; refused once invoiced."""
    order = world.order(read_int(order_id, "order id"), type_code)
    body = read_optional_body(request)
    if is_invoiced(order):
        raise invalid(BAD_ORDER, f"Order {order.id} has already been invoiced: {order.invoice}")
    if order.status_id == world.settings.cancelled_status:
        raise invalid(BAD_ORDER, f"Order {order.id} is cancelled")
    if body.get("taxDate"):
        order.tax_date = read_time(body["taxDate"], "taxDate", code=BAD_ORDER)
    if order.invoice != PENDING:
        order.invoice = PENDING
        world.touch(order)
        world.later(world.now + world.settings.invoice_delay, partial(_invoice, world, order))
        world.record("close", order.id, str(order.id), _summary(order))
    return done()


def _summary(order: Order) -> Mapping[str, Any]:
    return {"orderId": order.id, "type": order.type_code, "externalRef": order.external_ref}


def _invoice(world: World, order: Order) -> None:
    prefix = "SI" if order.type_code == "SO" else "SC"
    settings = world.settings
    order.invoice = f"{prefix}-{world.new_id(prefix)}"
    order.invoiced_on = world.now
    invoiced = {"SO": settings.invoiced_status, "SC": settings.invoiced_credit_status}
    order.status_id = invoiced[order.type_code]
    post_invoice_journal(world, order)
    world.touch(order, event="order.modified.order-status")


def put_status(world: World, request: Request, *, order_id: str) -> Reply:
    """Change an order's status. Cancelling is refused once goods or money have moved."""
    order = world.order(read_int(order_id, "order id"))
    body = read_body(request)
    status_id = read_int(body.get("orderStatusId"), "orderStatusId", code=BAD_ORDER)
    status = world.statuses.get(status_id)
    if status is None or status.type_code != order.type_code:
        raise invalid(BAD_ORDER, f"Invalid orderStatusId for this order: {status_id}")
    if status_id == world.settings.cancelled_status:
        _cancel(world, order)
    order.status_id = status_id
    note = read_text(section(body, "orderNote").get("text"), "orderNote.text", limit=10_000)
    if note:
        order.notes.append(note)
    world.touch(order, event="order.modified.order-status")
    world.record("order-status", order.id, "", {"orderId": order.id, "statusId": status_id})
    return done()


def _cancel(world: World, order: Order) -> None:
    if order.goods_out:
        raise invalid(BAD_ORDER, "An order with goods-out notes cannot be cancelled")
    if order.invoice:
        raise invalid(BAD_ORDER, "An invoiced order cannot be cancelled")
    if order.paid:
        raise invalid(BAD_ORDER, "An order with payments cannot be cancelled")
    release_reservation(world, order)


def post_invoice_journal(world: World, order: Order) -> None:
    """Book an invoice, or a credit the other way round: debtors against revenue and VAT."""
    settings = world.settings
    sign = 1 if order.type_code == "SO" else -1
    amounts: dict[str, Decimal] = {settings.receivables_nominal: sign * order.gross}
    for row in order.rows.values():
        amounts[row.nominal] = amounts.get(row.nominal, ZERO) - sign * row.net
    amounts[settings.tax_nominal] = amounts.get(settings.tax_nominal, ZERO) - sign * order.tax
    posting = Posting(
        kind="SI" if order.type_code == "SO" else "SC",
        day=order.tax_date.date(),
        description=order.invoice,
        currency=order.currency,
        invoice_ref=order.invoice,
        order_id=order.id,
        channel_id=order.channel_id or None,
        contact_id=order.contact_id,
    )
    post_automatic(world, posting, amounts)
