"""Which codes of a target a receipt's money rests on. Pure.

What a change of a mapping would move is the difference of two such sums.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from integrations.canonical.effects import CreateOrder
from integrations.canonical.orders import SalesCredit
from integrations.flows.decisions import Post
from integrations.flows.receipts import Receipt

LEDGER = ("payment-type", "nominal")


class Bearing(NamedTuple):
    """One code of one column of a mapping table."""

    table: str
    field: str
    code: str


def bearings(receipt: Receipt, post: Post) -> dict[Bearing, Decimal]:
    """Money by code, in the receipt's currency: a sale's is positive, a return's negative.

    Tenders rest on GL accounts and payment methods; lines, with tax, on everything else.
    """
    sign = -1 if isinstance(receipt, SalesCredit) else 1
    found: dict[Bearing, Decimal] = {}
    for bearing, amount in (*_tenders(receipt, post), *_document(receipt, post)):
        if bearing.code:
            found[bearing] = found.get(bearing, Decimal(0)) + sign * amount
    return found


def _tenders(receipt: Receipt, post: Post) -> Iterator[tuple[Bearing, Decimal]]:
    for tender in receipt.tenders:
        if tender.index in post.methods:
            method, nominal = post.methods[tender.index]
            yield Bearing("payment-type", "nominal", nominal), tender.amount
            yield Bearing("payment-type", "method", method), tender.amount


def _document(receipt: Receipt, post: Post) -> Iterator[tuple[Bearing, Decimal]]:
    effect = post.steps[0].effect
    assert isinstance(effect, CreateOrder)
    yield Bearing("store-warehouse", "warehouse", effect.warehouse_id), receipt.stated_gross
    yield Bearing("store-warehouse", "contact", effect.contact_id), receipt.stated_gross
    yield Bearing("store-warehouse", "channel", effect.channel_id), receipt.stated_gross
    yield Bearing("order-status", "status", effect.status_id), receipt.stated_gross
    for line in effect.lines:
        yield Bearing("tax-code", "code", line.tax_code), line.net + line.tax
        yield Bearing("sku-alias", "sku", line.product_id), line.net + line.tax
        yield Bearing("store-warehouse", "quarantine", line.warehouse_id), line.net + line.tax
        _, _, disposition = post.products.get(line.line_id, ("", False, ""))
        yield Bearing("return-condition", "disposition", disposition), line.net + line.tax
