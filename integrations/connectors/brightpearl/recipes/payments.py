"""Money in and out. Unique there by transactionRef and method, so a second post is refused.

Source: "Customer payment / POST", "Customer payment / search" (both ids take id sets).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integrations.canonical.effects import RefundPayment, TakePayment
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.idsets import chunks, encode
from integrations.connectors.brightpearl.recipes.base import (
    Draft,
    Recipe,
    created_id,
    each,
    plain,
    vendor_id,
    wanted,
)
from integrations.connectors.brightpearl.search import Row, instant, number_of, text_of
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

PATH = "/accounting-service/customer-payment"
NOTE_LENGTH = 255


def drafts(intents: Sequence[Intent], account: Account) -> list[Draft]:
    return each(intents, _message)


def _message(intent: Intent) -> Message:
    payment = wanted(intent, TakePayment)
    effect = payment.effect
    body = {
        "transactionRef": effect.transaction_ref,
        "paymentMethodCode": effect.method_code,
        "paymentType": _kind(effect),
        "orderId": payment.ref("order"),
        "currencyIsoCode": effect.currency,
        "amountPaid": format(effect.amount, "f"),
        "paymentDate": instant(effect.paid_at),
        **({"journalRef": effect.note[:NOTE_LENGTH]} if effect.note else {}),
    }
    return Message("POST", PATH, body, f"POST {PATH}", key=intent.key)


def _kind(effect: TakePayment) -> str:
    """QUIRK(brightpearl): there is no refund type; money out is a PAYMENT on the credit."""
    return "PAYMENT" if isinstance(effect, RefundPayment) else "RECEIPT"


def understand(intent: Intent, response: Any) -> Done:
    return Done(str(created_id(response)))


def look_up(intents: Sequence[Intent], account: Account) -> list[LookUp]:
    """All payments of the orders concerned, in one search for up to a hundred orders."""
    orders = {wanted(intent, TakePayment).ref("order") for intent in intents}
    rows = _search(account, "orderId", orders)
    return [_verdict(wanted(intent, TakePayment).effect, intent, rows) for intent in intents]


def _verdict(effect: TakePayment, intent: Intent, rows: Sequence[Row]) -> LookUp:
    mine = [row for row in rows if _is_same(effect, row)]
    if not mine:
        return Absent()
    if len(mine) > 1:
        return Unclear(f"Brightpearl has {len(mine)} payments {effect.transaction_ref}.")
    wrong = _differences(effect, wanted(intent, TakePayment).ref("order"), mine[0])
    if wrong:
        return Unclear(
            f"Payment {effect.transaction_ref} is there, but its {wrong[0].field} is "
            f"{wrong[0].found}, not {wrong[0].meant}."
        )
    return Found(text_of(mine[0], "paymentId"))


def _is_same(effect: TakePayment, row: Row) -> bool:
    return (
        text_of(row, "transactionRef") == effect.transaction_ref
        and text_of(row, "paymentMethodCode") == effect.method_code
    )


def read_back(posted: Sequence[Posted], account: Account) -> list[ReadBack]:
    """By payment ids, a hundred in one search."""
    ids = {vendor_id(each.external_ref, "payment") for each in posted}
    rows = {number_of(row, "paymentId"): row for row in _search(account, "paymentId", ids)}
    return [_compare(each, rows) for each in posted]


def _compare(posted: Posted, rows: dict[int, Row]) -> ReadBack:
    row = rows.get(vendor_id(posted.external_ref, "payment"))
    if row is None:
        return ReadBack(missing=True)
    payment = wanted(posted.intent, TakePayment)
    detail = {"receipt_journal": number_of(row, "journalId"), "read": _read(row)}
    return ReadBack(tuple(_differences(payment.effect, payment.ref("order"), row)), detail)


def _read(row: Row) -> list[str]:
    """The payment as it stands there: method, amount and currency."""
    amount = abs(Decimal(text_of(row, "amountPaid") or "0"))
    return [text_of(row, "paymentMethodCode"), plain(amount), text_of(row, "currencyCode")]


def _differences(effect: TakePayment, order: int, row: Row) -> list[Difference]:
    """QUIRK(brightpearl): the search may show money out as a negative amount."""
    amount = abs(Decimal(text_of(row, "amountPaid") or "0"))
    differences = []
    if amount != effect.amount:
        differences.append(
            Difference("amount", format(effect.amount, "f"), format(amount, "f"), is_money=True)
        )
    texts = (
        ("order", str(order), text_of(row, "orderId")),
        ("method", effect.method_code, text_of(row, "paymentMethodCode")),
        ("type", _kind(effect), text_of(row, "paymentType")),
        ("currency", effect.currency, text_of(row, "currencyCode")),
    )
    differences += [
        Difference(field, meant, found, is_money=field in ("type", "currency"))
        for field, meant, found in texts
        if meant != found
    ]
    return differences


def _search(account: Account, column: str, ids: set[int]) -> list[Row]:
    return [
        row for chunk in chunks(ids) for row in account.client.payments([(column, encode(chunk))])
    ]


RECIPE = Recipe(drafts=drafts, understand=understand, look_up=look_up, read_back=read_back)
