"""An order as it was meant against the order as it reads back."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from integrations.canonical.effects import CreateOrder, EffectLine
from integrations.canonical.money import minor_unit
from integrations.connectors.brightpearl import assumed
from integrations.connectors.brightpearl.recipes.base import plain
from integrations.connectors.brightpearl.schemas import Order, OrderRow
from integrations.ports import Difference

NET_UNIT = Decimal(1).scaleb(-assumed.NET_PLACES)
TAX_UNIT = Decimal(1).scaleb(-assumed.TAX_PLACES)


def match_rows(lines: Iterable[EffectLine], order: Order) -> dict[str, int]:
    """Row id of each line: by our reference on the row, else by product and quantity."""
    rows = {key: row for key, row in order.orderRows.items() if not row.composition.bundleChild}
    named = {row.externalRef: key for key, row in rows.items() if row.externalRef}
    matches: dict[str, int] = {}
    others: list[EffectLine] = []
    for line in lines:
        if line.line_id in named:
            matches[line.line_id] = named[line.line_id]
        else:
            others.append(line)
    free = {key: row for key, row in rows.items() if key not in matches.values()}
    for line in others:
        key = next((key for key, row in sorted(free.items()) if _is_like(line, row)), None)
        if key is not None:
            matches[line.line_id] = key
            del free[key]
    return matches


def read_lines(matches: Mapping[str, int], order: Order) -> list[list[str]]:
    """The order's rows as they stand there: our line (or ""), name, quantity, net and tax."""
    lines = {row: line for line, row in matches.items()}
    return [
        [
            lines.get(key, ""),
            row.productSku or row.productName,
            plain(row.quantity.magnitude),
            plain(row.rowValue.rowNet.value),
            plain(row.rowValue.rowTax.value),
        ]
        for key, row in sorted(order.orderRows.items())
        if not row.composition.bundleChild
    ]


def order_differences(effect: CreateOrder, order: Order) -> tuple[Difference, ...]:
    """Everything that reads back other than it was meant, the order's totals first."""
    return (*total_differences(effect, order), *_place(effect, order), *_lines(effect, order))


def total_differences(effect: CreateOrder, order: Order) -> Iterator[Difference]:
    """Net, tax and gross of the whole order, to the minor unit of its currency."""
    net = sum((line.net for line in effect.lines), Decimal(0))
    tax = sum((line.tax for line in effect.lines), Decimal(0))
    slack = _slack(effect)
    totals = order.totalValue
    pairs = (
        ("net", net, totals.net),
        ("tax", tax, totals.taxAmount),
        ("gross", net + tax, totals.total),
    )
    for field, meant, found in pairs:
        if abs(_rounded(meant, effect.currency) - found) > slack:
            yield _money(field, meant, found)


def _slack(effect: CreateOrder) -> Decimal:
    """Amounts finer than the minor unit are rounded there, per row, in a way nobody documents."""
    unit = minor_unit(effect.currency)
    fine = sum(1 for line in effect.lines if line.net % unit or line.tax % unit)
    return unit * fine


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def _place(effect: CreateOrder, order: Order) -> Iterator[Difference]:
    if order.currency.orderCurrencyCode != effect.currency:
        yield Difference("currency", effect.currency, order.currency.orderCurrencyCode, True)
    if order.warehouseId and str(order.warehouseId) != effect.warehouse_id:
        yield Difference("warehouse", effect.warehouse_id, str(order.warehouseId))


def _lines(effect: CreateOrder, order: Order) -> Iterator[Difference]:
    matches = match_rows(effect.lines, order)
    for line in effect.lines:
        row = order.orderRows.get(matches.get(line.line_id, 0))
        if row is None:
            meant = f"{plain(line.quantity)} for {plain(line.net)}"
            yield Difference(f"lines[{line.sku}]", meant, "none", is_money=True)
        else:
            yield from _line(line, row)
    for key, row in order.orderRows.items():
        if key not in matches.values() and not row.composition.bundleChild:
            found = f"{plain(row.quantity.magnitude)} for {plain(row.rowValue.rowNet.value)}"
            name = row.productSku or row.productName or str(key)
            yield Difference(f"lines[{name}]", "none", found, is_money=True)


def _line(line: EffectLine, row: OrderRow) -> Iterator[Difference]:
    field = f"lines[{line.sku}]"
    if line.product_id and str(row.productId) != line.product_id:
        yield Difference(f"{field}.product", line.product_id, str(row.productId))
    if row.quantity.magnitude != line.quantity:
        yield Difference(f"{field}.quantity", plain(line.quantity), plain(row.quantity.magnitude))
    if abs(row.rowValue.rowNet.value - line.net) >= NET_UNIT:
        yield _money(f"{field}.net", line.net, row.rowValue.rowNet.value)
    if abs(row.rowValue.rowTax.value - line.tax) >= TAX_UNIT:
        yield _money(f"{field}.tax", line.tax, row.rowValue.rowTax.value)


def _money(field: str, meant: Decimal, found: Decimal) -> Difference:
    return Difference(field, format(meant, "f"), format(found, "f"), is_money=True)


def _is_like(line: EffectLine, row: OrderRow) -> bool:
    product = line.product_id or str(assumed.FREE_TEXT_PRODUCT)
    return str(row.productId) == product and row.quantity.magnitude == line.quantity
