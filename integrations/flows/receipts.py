"""What a sale and a return have in common on their way to the ERP. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from integrations.canonical.money import minor_unit
from integrations.canonical.orders import OrderLine, SalesCredit, SalesOrder
from integrations.flows.decisions import Obstacle
from integrations.mapping.lookups import Item, Lookups, Need
from integrations.mapping.tables import TABLES

Receipt = SalesOrder | SalesCredit
AccountingMode = Literal["per_order", "daily_journal"]
ErpStyle = Literal["steps", "whole"]
CASH = "cash"  # what tills call the tender that is rounded to coins, whatever the case


@dataclass(frozen=True, slots=True)
class ReceiptPolicy:
    """What a link decided about receipts."""

    channel: str  # the connection slug: part of every key
    accounting_mode: AccountingMode
    currency: str  # the ledger's; nothing is converted implicitly
    price_list: str = ""
    erp_style: ErpStyle = "steps"  # whole: one order with its payments, and nothing after it


@dataclass(frozen=True, slots=True)
class Codes:
    """Everything a receipt needs translated, or what is missing."""

    warehouse: str
    quarantine: str  # where returned goods go that nobody may sell; "" the ERP knows by itself
    contact: str
    channel_id: str
    status: str
    items: dict[str, Item]
    tax_codes: dict[Decimal, str]
    methods: dict[int, tuple[str, str]]


def unmapped(need: Need) -> Obstacle:
    """The obstacle that a missing mapping row is."""
    table = TABLES[need.table]
    return Obstacle(
        kind=table.hold,
        subject=need.value,
        sentence=table.sentence.format(value=need.value),
        table=need.table,
    )


def invalid(receipt: Receipt, sentence: str, *, field: str) -> Obstacle:
    return Obstacle(
        kind="VALIDATION_FAILED", subject=receipt.number, sentence=sentence, field=field
    )


def rate_text(rate: Decimal) -> str:
    """20.000 → "20", 5.50 → "5.5": how a rate is written in mapping rows."""
    return f"{rate.normalize():f}"


def faults(receipt: Receipt, *, currency: str) -> list[Obstacle]:
    """Every rule that the receipt breaks, all at once. Amounts are checked, never mended."""
    found = []
    if receipt.currency != currency:
        sentence = f"It is in {receipt.currency}, the ledger is in {currency}."
        found.append(invalid(receipt, sentence, field="currency"))
    if not receipt.lines:
        found.append(invalid(receipt, "It has no lines.", field="lines"))
    for line in receipt.lines:
        found += _line_faults(receipt, line)
    found += _total_faults(receipt)
    return found


def _line_faults(receipt: Receipt, line: OrderLine) -> Iterable[Obstacle]:
    where = f"lines[{line.line_id}]"
    if line.quantity <= 0:
        yield invalid(
            receipt, f"Line {line.sku} has quantity {line.quantity:f}.", field=f"{where}.quantity"
        )
    if line.net < 0 or line.tax < 0:
        yield invalid(receipt, f"Line {line.sku} has a negative price.", field=f"{where}.net")


def _total_faults(receipt: Receipt) -> Iterable[Obstacle]:
    allowed = minor_unit(receipt.currency) * max(1, len(receipt.lines))
    net = sum((line.net for line in receipt.lines), Decimal(0))
    tax = sum((line.tax for line in receipt.lines), Decimal(0))
    if abs(net - receipt.stated_net) > allowed or abs(tax - receipt.stated_tax) > allowed:
        yield invalid(
            receipt,
            f"Its lines add up to {net} + {tax} tax, it states "
            f"{receipt.stated_net} + {receipt.stated_tax}.",
            field="stated_net",
        )
    paid = sum((tender.amount for tender in receipt.tenders), Decimal(0))
    due = receipt.stated_gross + receipt.rounding
    if paid != due:
        yield invalid(receipt, f"{due} is due, its tenders add up to {paid}.", field="tenders")
    if any(tender.amount < 0 for tender in receipt.tenders):
        yield invalid(receipt, "One of its tenders has the opposite sign.", field="tenders")


def needs(receipt: Receipt, *, order_kind: str) -> set[Need]:
    """Every mapping row that a receipt's effects may depend on."""
    return {
        Need("store-warehouse", receipt.location_code),
        Need("order-status", order_kind),
        *(Need("tax-code", rate_text(line.tax_rate)) for line in receipt.lines),
        *(Need("payment-type", tender.name) for tender in receipt.tenders if tender.amount),
        *(Need("sku-alias", line.sku) for line in receipt.lines),
        *(Need("return-condition", line.condition_code) for line in receipt.lines),
    }


def resolve(
    receipt: Receipt, lookups: Lookups, *, on: date, order_kind: str, policy: ReceiptPolicy
) -> tuple[Codes | None, list[Obstacle]]:
    """Codes for the whole receipt; None with the obstacles when anything is missing.

    An ERP that takes receipts whole sets their status, and books their tenders, by itself.
    """
    place = Need("store-warehouse", receipt.location_code)
    status = Need("order-status", order_kind)
    statuses = [status] if policy.erp_style == "steps" else []
    taxes = {line.tax_rate: Need("tax-code", rate_text(line.tax_rate)) for line in receipt.lines}
    tenders = {t.index: Need("payment-type", t.name) for t in receipt.tenders if t.amount}
    wanted = [place, *statuses, *taxes.values(), *tenders.values()]
    found, missing = lookups.resolve(wanted, on=on)
    obstacles = [unmapped(need) for need in missing]
    items, sku_obstacles = _items(receipt, lookups, on=on)
    obstacles += sku_obstacles
    if obstacles:
        return None, obstacles
    return Codes(
        warehouse=found[place]["warehouse"],
        quarantine=found[place].get("quarantine", ""),
        contact=found[place].get("contact", ""),
        channel_id=found[place].get("channel", ""),
        status=found[status]["status"] if statuses else "",
        items=items,
        tax_codes={rate: found[need]["code"] for rate, need in taxes.items()},
        methods={
            index: (found[need]["method"], found[need].get("nominal", ""))
            for index, need in tenders.items()
        },
    ), []


def _items(
    receipt: Receipt, lookups: Lookups, *, on: date
) -> tuple[dict[str, Item], list[Obstacle]]:
    items, obstacles = {}, []
    for line in receipt.lines:
        matches = lookups.item(line.sku, on=on)
        if not matches:
            obstacles.append(unmapped(Need("sku-alias", line.sku)))
        elif len(matches) > 1:
            sentence = f"SKU “{line.sku}” is {len(matches)} different products in the ERP."
            obstacles.append(Obstacle("SKU_AMBIGUOUS", line.sku, sentence, table="sku-alias"))
        elif matches[0].is_stocked and line.quantity != line.quantity.to_integral_value():
            sentence = f"{line.quantity:f} of {line.sku}: the ERP counts it in whole units."
            obstacles.append(invalid(receipt, sentence, field=f"lines[{line.line_id}].quantity"))
        else:
            items[line.sku] = matches[0]
    return items, list(dict.fromkeys(obstacles))
