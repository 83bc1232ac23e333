"""An order's rows and charges with their tax, to the penny.

The shop states each row after all discounts with tax (`discounted_total_inc_tax`) and its tax in
`/taxes`; net is the difference. Odd fractions of a penny go where the remainder is largest, so that
rows and totals agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from integrations.canonical.money import Money, minor_unit, round_money
from integrations.canonical.orders import LineRole, OrderLine
from integrations.connectors.bigcommerce.assumed import (
    FEE_SKU,
    HANDLING_SKU,
    NO_SKU,
    SHIPPING_SKU,
    SHIPPING_TAKES_THE_REST,
    WRAPPING_SKU,
)
from integrations.connectors.bigcommerce.schemas import ZERO, Fee, Order, Tax
from integrations.connectors.bigcommerce.schemas import OrderLine as WireLine

GIFT_CERTIFICATE = "giftcertificate"
# `line_item_type` of a tax, by what the row is.
TAX_KINDS = {
    LineRole.SHIPPING: "shipping",
    LineRole.HANDLING: "handling",
    LineRole.WRAPPING: "gift-wrapping",
}


@dataclass(frozen=True, slots=True)
class _Row:
    """One row before it is cut to pennies; amounts are row totals."""

    line_id: str
    sku: str
    name: str
    role: LineRole
    quantity: Decimal
    gross: Decimal
    tax: Decimal
    rate: Decimal
    full_net: Decimal = ZERO  # before discount, where the shop says so
    is_gift_card: bool = False


def order_lines(order: Order, taxes: Sequence[Tax]) -> tuple[OrderLine, ...]:
    """Goods first, then what is charged beside them; only charges that cost something."""
    goods = [_goods(line, taxes) for line in order.consignments.lines]
    beside = [row for row in _charges(order, taxes) if row.gross or row.tax]
    rows = _with_shipping_discount(order, [*goods, *beside])
    return tuple(_line(row) for row in _to_pennies(order, rows))


def _goods(line: WireLine, taxes: Sequence[Tax]) -> _Row:
    own = [tax for tax in taxes if tax.order_product_id == str(line.id)]
    own = [tax for tax in own if tax.line_item_type in ("", "item")]
    return _Row(
        line_id=str(line.id),
        sku=line.sku or NO_SKU,
        name=line.name or line.sku,
        role=LineRole.GOODS,
        quantity=Decimal(line.quantity),
        gross=_paid(line),
        tax=_sum(own),
        rate=_rate(own),
        full_net=line.total_ex_tax,
        is_gift_card=line.type == GIFT_CERTIFICATE,
    )


def _paid(line: WireLine) -> Decimal:
    """After all discounts. QUIRK(bigcommerce): older orders do not state it."""
    if line.discounted_total_inc_tax is not None:
        return line.discounted_total_inc_tax
    return line.total_inc_tax - sum((each.amount for each in line.applied_discounts), ZERO)


def _charges(order: Order, taxes: Sequence[Tax]) -> list[_Row]:
    wrapped = order.consignments.lines
    wrapping = sum((line.wrapping_cost_inc_tax for line in wrapped), ZERO)
    wrapping_tax = sum((line.wrapping_cost_tax for line in wrapped), ZERO)
    return [
        _charge(
            LineRole.SHIPPING,
            SHIPPING_SKU,
            order.shipping_cost_inc_tax,
            order.shipping_cost_tax,
            taxes,
        ),
        _charge(
            LineRole.HANDLING,
            HANDLING_SKU,
            order.handling_cost_inc_tax,
            order.handling_cost_tax,
            taxes,
        ),
        _charge(
            LineRole.WRAPPING,
            WRAPPING_SKU,
            order.wrapping_cost_inc_tax or wrapping,
            order.wrapping_cost_tax or wrapping_tax,
            taxes,
        ),
        *(_fee(fee) for fee in order.fees),
    ]


def _charge(
    role: LineRole, sku: str, gross: Decimal, stated_tax: Decimal, taxes: Sequence[Tax]
) -> _Row:
    """The tax by its own rows, which know of discounts; without rows as the order states it."""
    own = [tax for tax in taxes if tax.line_item_type == TAX_KINDS[role]]
    return _Row(
        line_id=role.value,
        sku=sku,
        name=role.value.capitalize(),
        role=role,
        quantity=Decimal(1),
        gross=gross,
        tax=_sum(own) if own else stated_tax,
        rate=_rate(own),
        full_net=gross - stated_tax,
    )


def _fee(fee: Fee) -> _Row:
    return _Row(
        line_id=f"fee-{fee.id}",
        sku=FEE_SKU,
        name=fee.display_name_customer or "Fee",
        role=LineRole.FEE,
        quantity=Decimal(1),
        gross=fee.cost_inc_tax,
        tax=fee.cost_tax,
        rate=_implied_rate(fee.cost_inc_tax, fee.cost_tax),
        full_net=fee.cost_inc_tax - fee.cost_tax,
    )


def _sum(taxes: Sequence[Tax]) -> Decimal:
    return sum((tax.line_amount for tax in taxes), ZERO)


def _rate(taxes: Sequence[Tax]) -> Decimal:
    """Percent; several taxes on one row add up. No rows: none is known."""
    return sum({(tax.name, tax.rate): tax.rate for tax in taxes}.values(), ZERO)


def _implied_rate(gross: Decimal, tax: Decimal) -> Decimal:
    """QUIRK(bigcommerce): fees have no tax rows, only an amount."""
    net = gross - tax
    return (tax * 100 / net).quantize(Decimal("0.1")) if net and tax else ZERO


def _with_shipping_discount(order: Order, rows: list[_Row]) -> list[_Row]:
    missing = sum((row.gross for row in rows), ZERO) - order.total_inc_tax
    if not SHIPPING_TAKES_THE_REST or missing <= _tolerance(order, rows):
        return rows
    return [
        replace(row, gross=row.gross - missing)
        if row.role is LineRole.SHIPPING and row.gross >= missing
        else row
        for row in rows
    ]


def _to_pennies(order: Order, rows: list[_Row]) -> list[_Row]:
    currency, allowed = order.default_currency_code, _tolerance(order, rows)
    gross = _shared([row.gross for row in rows], order.total_inc_tax, currency, allowed)
    tax = _shared([row.tax for row in rows], order.total_tax, currency, allowed)
    return [replace(row, gross=g, tax=t) for row, g, t in zip(rows, gross, tax, strict=True)]


def _shared(
    amounts: Sequence[Decimal], total: Decimal, currency: str, allowed: Decimal
) -> list[Decimal]:
    """Whole pennies that add up to `total`, when they already nearly do; else only rounded, so
    that a real difference stays to be seen."""
    if not amounts or min(amounts) < 0 or abs(sum(amounts, ZERO) - total) > allowed:
        return [round_money(amount, currency) for amount in amounts]
    shares = Money(amount=round_money(total, currency), currency=currency).allocate(amounts)
    return [share.amount for share in shares]


def _tolerance(order: Order, rows: Sequence[_Row]) -> Decimal:
    """Half a penny a row is rounding; more is a difference."""
    return minor_unit(order.default_currency_code) * len(rows) / 2


def _line(row: _Row) -> OrderLine:
    net = row.gross - row.tax
    return OrderLine(
        line_id=row.line_id,
        sku=row.sku,
        name=row.name,
        quantity=row.quantity,
        net=net,
        tax=row.tax,
        tax_rate=row.rate,
        discount_net=max(row.full_net - net, ZERO),
        role=row.role,
        is_gift_card=row.is_gift_card,
    )
