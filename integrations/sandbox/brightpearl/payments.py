"""Customer payments: money in on orders, money out on credits, unique by reference and method."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import Order, Payment
from integrations.sandbox.brightpearl.formats import (
    ZERO,
    four,
    read_decimal,
    read_int,
    read_text,
    read_time,
)
from integrations.sandbox.brightpearl.journals import Posting, post_automatic
from integrations.sandbox.brightpearl.replies import (
    BAD_PAYMENT,
    DUPLICATE_PAYMENT,
    Reply,
    done,
    invalid,
    not_found,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body
from integrations.sandbox.brightpearl.search import Column, Table, find, wanted_ids, window
from integrations.sandbox.brightpearl.world import World
from integrations.sandbox.core.http import Request

KINDS = ("RECEIPT", "PAYMENT", "AUTH", "CAPTURE", "VOID")
MONEY_KINDS = ("RECEIPT", "PAYMENT", "CAPTURE")

_text = partial(read_text, code=BAD_PAYMENT)


def post_payment(world: World, request: Request) -> Reply:
    """Record a payment on an order or credit. A known reference and method is refused."""
    body = read_body(request)
    order = _order(world, body)
    kind = _kind(body)
    payment = Payment(
        id=0,
        order_id=order.id,
        method=_method(body),
        kind=kind,
        transaction_ref=_text(body.get("transactionRef"), "transactionRef", limit=64),
        transaction_code=_text(body.get("transactionCode"), "transactionCode", limit=64),
        currency=_currency(body, order),
        paid=_amount(body, "amountPaid") if kind in MONEY_KINDS else ZERO,
        authorised=_amount(body, "amountAuthorized"),
        paid_on=read_time(body.get("paymentDate"), "paymentDate", code=BAD_PAYMENT),
        created_on=world.now,
        expires=_expiry(body, kind),
        journal_id=None,
    )
    _refuse_duplicate(world, payment)
    _store(world, order, payment, body)
    return response(payment.id)


def delete_payment(world: World, request: Request, *, payment_id: str) -> Reply:
    """Remove a payment; its reference may be used again."""
    payment = world.payments.pop(read_int(payment_id, "payment id"), None)
    if payment is None:
        raise not_found(f"Payment {payment_id}")
    world.payment_keys.pop((payment.transaction_ref, payment.method), None)
    order = world.orders[payment.order_id]
    order.payments.remove(payment.id)
    order.paid -= _towards(order, payment)
    world.touch(order)
    world.record("customer-payment-deleted", payment.id, "", _summary(order, payment))
    return done()


def _order(world: World, body: Mapping[str, Any]) -> Order:
    order = world.orders.get(read_int(body.get("orderId"), "orderId", code=BAD_PAYMENT))
    if order is None:
        raise invalid(BAD_PAYMENT, f"Order {body.get('orderId')} does not exist")
    return order


def _kind(body: Mapping[str, Any]) -> str:
    kind = body.get("paymentType")
    if kind not in KINDS:
        raise invalid(BAD_PAYMENT, f"paymentType must be one of {', '.join(KINDS)}")
    return str(kind)


def _method(body: Mapping[str, Any]) -> str:
    """QUIRK: the method need not exist; without one no journal is booked."""
    method = _text(body.get("paymentMethodCode"), "paymentMethodCode", limit=36)
    if not method:
        raise invalid(BAD_PAYMENT, "You have not supplied a paymentMethodCode")
    return method


def _currency(body: Mapping[str, Any], order: Order) -> str:
    code = _text(body.get("currencyIsoCode"), "currencyIsoCode", limit=3)
    if code != order.currency:
        raise invalid(BAD_PAYMENT, f"Order {order.id} is in {order.currency}, not {code!r}")
    return code


def _amount(body: Mapping[str, Any], name: str) -> Decimal:
    amount = read_decimal(body.get(name, ZERO), name, code=BAD_PAYMENT)
    if amount < 0:
        raise invalid(BAD_PAYMENT, f"{name} must not be negative")
    return amount


def _expiry(body: Mapping[str, Any], kind: str) -> Any:
    if kind != "AUTH":
        return None
    return read_time(body.get("authorizationExpiry"), "authorizationExpiry", code=BAD_PAYMENT)


def _refuse_duplicate(world: World, payment: Payment) -> None:
    key = (payment.transaction_ref, payment.method)
    if payment.transaction_ref and key in world.payment_keys:
        raise invalid(
            DUPLICATE_PAYMENT,
            f"Payment {world.payment_keys[key]} already has transactionRef"
            f" {payment.transaction_ref} with method {payment.method}",
        )


def _store(world: World, order: Order, payment: Payment, body: Mapping[str, Any]) -> None:
    payment.id = world.new_id("payment")
    world.payments[payment.id] = payment
    if payment.transaction_ref:
        world.payment_keys[payment.transaction_ref, payment.method] = payment.id
    if body.get("journalId") is not None:
        payment.journal_id = read_int(body["journalId"], "journalId", code=BAD_PAYMENT)
    else:
        payment.journal_id = _book(world, order, payment)
    order.payments.append(payment.id)
    order.paid += _towards(order, payment)
    world.touch(order)
    world.record("customer-payment", payment.id, payment.transaction_ref, _summary(order, payment))


def _towards(order: Order, payment: Payment) -> Decimal:
    """How much the payment settles: money in counts for an order, money out for a credit."""
    inward = payment.kind != "PAYMENT"
    return payment.paid if inward == (order.type_code == "SO") else -payment.paid


def _book(world: World, order: Order, payment: Payment) -> int | None:
    """The automatic receipt journal, when the method is known and money moved."""
    method = world.payment_methods.get(payment.method)
    if method is None:
        return None
    amount = payment.paid if payment.kind != "PAYMENT" else -payment.paid
    posting = Posting(
        kind="SR",
        day=payment.paid_on.date(),
        description=payment.transaction_ref,
        currency=payment.currency,
        order_id=order.id,
        contact_id=order.contact_id,
    )
    amounts = {method.nominal: amount, world.settings.receivables_nominal: -amount}
    return post_automatic(world, posting, amounts)


def _summary(order: Order, payment: Payment) -> dict[str, Any]:
    return {
        "paymentId": payment.id,
        "orderId": order.id,
        "orderType": order.type_code,
        "orderExternalRef": order.external_ref,
        "method": payment.method,
        "type": payment.kind,
        "amount": payment.paid,
        "currency": payment.currency,
        "transactionRef": payment.transaction_ref,
        "paymentDate": payment.paid_on,
    }


PAYMENTS = Table(
    columns=(
        Column("paymentId", "IDSET", lambda row: row[0].id),
        Column("transactionRef", "STRING", lambda row: row[0].transaction_ref or None),
        Column("transactionCode", "STRING", lambda row: row[0].transaction_code or None),
        Column("paymentMethodCode", "STRING", lambda row: row[0].method),
        Column("paymentType", "STRING", lambda row: row[0].kind),
        Column("orderId", "IDSET", lambda row: row[0].order_id),
        Column("currencyId", "INTEGER", lambda row: row[1]),
        Column("currencyCode", "STRING", lambda row: row[0].currency),
        Column("amountAuthorized", "DECIMAL", lambda row: four(row[0].authorised)),
        Column("amountPaid", "DECIMAL", lambda row: four(row[0].paid)),
        Column("expires", "PERIOD", lambda row: row[0].expires),
        Column("paymentDate", "PERIOD", lambda row: row[0].paid_on),
        Column("createdOn", "PERIOD", lambda row: row[0].created_on),
        Column("journalId", "INTEGER", lambda row: row[0].journal_id),
    )
)


def search_payments(world: World, request: Request) -> Reply:
    """Find payments, most often by order or by when they were created."""
    payments = _candidates(world, request)
    rows = [(one, world.currencies[one.currency].id) for one in payments]
    return find(PAYMENTS, rows, request.query, zone=world.settings.zone, references={})


def _candidates(world: World, request: Request) -> list[Payment]:
    if (ids := wanted_ids(request.query, "orderId")) is not None:
        orders = [world.orders[one] for one in ids if one in world.orders]
        return [world.payments[one] for order in orders for one in order.payments]
    everything = list(world.payments.values())
    return list(window(everything, request.query, "createdOn", lambda one: one.created_on))
