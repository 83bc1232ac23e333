"""The sold and the returned rows of one Sitoo order, each with its totals and tenders.

QUIRK(sitoo): one order may hold both; only the sign of a row's quantity tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from integrations.canonical.orders import OrderLine, Tender
from integrations.connectors.sitoo.assumed import (
    DISCOUNT_ITEM,
    EXCHANGE,
    GROSS_INCLUDES_ROUNDING,
    NO_SKU,
)
from integrations.connectors.sitoo.schemas import Order, OrderItem, Payment

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Half:
    """The sold or the returned rows; amounts are positive in both."""

    items: Sequence[OrderItem]
    lines: tuple[OrderLine, ...]
    net: Decimal
    tax: Decimal
    rounding: Decimal
    gross: Decimal
    tenders: tuple[Tender, ...] = ()

    @property
    def due(self) -> Decimal:
        """What its tenders must add up to."""
        return self.gross + self.rounding


def split(items: Sequence[OrderItem]) -> tuple[list[OrderItem], list[OrderItem]]:
    """Sold and returned rows. A row of quantity 0 stays with the sale if there is one."""
    merged = _with_discount_rows(items)
    returned = [item for item in merged if item.quantity < 0]
    sold = [item for item in merged if item.quantity > 0]
    idle = [item for item in merged if item.quantity == 0]
    if returned and not sold:
        return [], returned + idle
    return [item for item in merged if item.quantity >= 0], returned


def _with_discount_rows(items: Sequence[OrderItem]) -> list[OrderItem]:
    """Discount rows added into the product row before them, where Sitoo says they belong."""
    merged: list[OrderItem] = []
    for item in items:
        if item.orderitemtype != DISCOUNT_ITEM or not merged:
            merged.append(item)
            continue
        owner = merged.pop()
        totals = {
            "moneyitemtotal_net": owner.moneyitemtotal_net + item.moneyitemtotal_net,
            "moneyitemtotal_vat": owner.moneyitemtotal_vat + item.moneyitemtotal_vat,
        }
        merged.append(owner.model_copy(update=totals))
    return merged


def whole(order: Order, items: Sequence[OrderItem], *, sign: int) -> Half:
    """An order that is only a sale or only a return: the order's own totals."""
    return Half(
        items=items,
        lines=tuple(_line(item, order, sign=sign) for item in items),
        net=_net(order) * sign,
        tax=_tax(order) * sign,
        rounding=order.moneytotal_gross_roundoff * sign,
        gross=_gross(order) * sign,
        tenders=tuple(
            _tender(index, payment, sign=sign) for index, payment in enumerate(order.payments)
        ),
    )


def mixed(
    order: Order, sold: Sequence[OrderItem], returned: Sequence[OrderItem]
) -> tuple[Half, Half]:
    """The return by its rows, the sale by the rest of the order's totals; cash rounding on the
    side that the money went to."""
    back = tuple(_line(item, order, sign=-1) for item in returned)
    credit_net = sum((line.net for line in back), ZERO)
    credit_tax = sum((line.tax for line in back), ZERO)
    credit_gross = credit_net + credit_tax
    pays = order.moneytotal_gross_all >= 0
    rounding = order.moneytotal_gross_roundoff
    credit = Half(
        items=returned,
        lines=back,
        net=credit_net,
        tax=credit_tax,
        rounding=ZERO if pays else -rounding,
        gross=credit_gross,
    )
    sale = Half(
        items=sold,
        lines=tuple(_line(item, order, sign=1) for item in sold),
        net=_net(order) + credit_net,
        tax=_tax(order) + credit_tax,
        rounding=rounding if pays else ZERO,
        gross=_gross(order) + credit_gross,
    )
    return _with_tenders(order, sale, credit)


def _with_tenders(order: Order, sale: Half, credit: Half) -> tuple[Half, Half]:
    """Money in to the sale, money out to the return, and the rest as an exchange between them.

    Where that leaves nothing to exchange (change was given), all money is on the side that it
    went to and the whole of the other side is exchanged.
    """
    paid_in = [(i, p) for i, p in enumerate(order.payments) if p.moneyamount >= 0]
    paid_out = [(i, p) for i, p in enumerate(order.payments) if p.moneyamount < 0]
    exchanged = credit.due + sum((payment.moneyamount for _, payment in paid_out), ZERO)
    if exchanged < 0:
        everything = list(enumerate(order.payments))
        pays = order.moneytotal_gross_all >= 0
        paid_in, paid_out = (everything, []) if pays else ([], everything)
        exchanged = credit.due if pays else sale.due
    between = _exchange(len(order.payments), exchanged)
    to_sale = tuple(_tender(index, payment, sign=1) for index, payment in paid_in) + between
    to_credit = tuple(_tender(index, payment, sign=-1) for index, payment in paid_out) + between
    return replace(sale, tenders=to_sale), replace(credit, tenders=to_credit)


def _exchange(index: int, amount: Decimal) -> tuple[Tender, ...]:
    return (Tender(index=index, name=EXCHANGE, amount=amount),) if amount else ()


def _tender(index: int, payment: Payment, *, sign: int) -> Tender:
    """QUIRK(sitoo): `virtual-payment` is no money but the other order of an exchange."""
    is_virtual = text(payment.additionaldata, "virtual-payment") == "true"
    return Tender(
        index=index,
        name=EXCHANGE if is_virtual else payment.name,
        code="" if payment.externalid is None else str(payment.externalid),
        amount=payment.moneyamount * sign,
        reference=payment.refid,
    )


def _line(item: OrderItem, order: Order, *, sign: int) -> OrderLine:
    quantity = _quantity(item) * sign
    return OrderLine(
        line_id=str(item.orderitemid),
        sku=item.sku or NO_SKU,
        name=item.productname or item.sku,
        quantity=quantity,
        net=item.moneyitemtotal_net * sign,
        tax=item.moneyitemtotal_vat * sign,
        tax_rate=item.vatvalue,
        discount_net=item.moneydiscount * quantity,
        is_gift_card=bool(text(item.additionaldata, "giftcard-cardnumber")),
        condition_code=_condition(item, order) if sign < 0 else "",
        original_line_id=text(item.additionaldata, "pos-originalsales-orderitemid")
        if sign < 0
        else "",
    )


def _quantity(item: OrderItem) -> Decimal:
    """QUIRK(sitoo): weighed goods have quantity 1 or -1 and their weight in a string beside it."""
    if item.decimalunitquantity is None:
        return Decimal(item.quantity)
    if item.decimalquantitytotal is not None:
        return item.decimalquantitytotal
    return item.decimalunitquantity * item.quantity


def _condition(item: OrderItem, order: Order) -> str:
    return text(item.additionaldata, "reasoncode-return") or reason(order)


def _net(order: Order) -> Decimal:
    """With fees: the grand total has them too, and rows that do not will be noticed."""
    return order.moneytotal_net if order.moneyfinal_net is None else order.moneyfinal_net


def _tax(order: Order) -> Decimal:
    return order.moneytotal_vat if order.moneyfinal_vat is None else order.moneyfinal_vat


def _gross(order: Order) -> Decimal:
    """Before cash rounding."""
    rounded_off = order.moneytotal_gross_roundoff if GROSS_INCLUDES_ROUNDING else ZERO
    return order.moneytotal_gross_all - rounded_off


def reason(order: Order) -> str:
    """Why the goods came back, as chosen for the whole return."""
    return text(order.additionaldata, "refundreasoncode-reasoncode")


def text(extra: Mapping[str, Any], key: str) -> str:
    """A value of additionaldata; empty when it is not there."""
    value = extra.get(key)
    return "" if value is None else str(value)
