"""What a sale and a return write alike at the ERP: document, lines, goods and money. Pure."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from integrations.canonical.effects import (
    CloseOrder,
    CreateOrder,
    EffectLine,
    GoodsLine,
    PaidPart,
    TakePayment,
)
from integrations.canonical.orders import Tender
from integrations.flows import lanes
from integrations.flows.decisions import Planned
from integrations.flows.receipts import CASH, Codes, Receipt, ReceiptPolicy

Document = TypeVar("Document", bound=CreateOrder)
QUARANTINE = "quarantine"  # the disposition of goods that nobody may sell


def document(
    kind: type[Document],
    receipt: Receipt,
    codes: Codes,
    *,
    on: date,
    policy: ReceiptPolicy,
    ref: str,
    dispositions: Mapping[str, str] | None = None,
) -> Document:
    """The order or credit itself, amounts unmodified; with its payments where it goes whole."""
    is_whole = policy.erp_style == "whole"
    return kind(
        external_ref=ref,
        reference=receipt.number,
        contact_id=codes.contact if receipt.customer.is_anonymous else "",
        customer=receipt.customer,
        warehouse_id=codes.warehouse,
        status_id=codes.status,
        channel_id=codes.channel_id,
        price_list_id=policy.price_list,
        placed_at=receipt.placed_at,
        tax_date=on,
        currency=receipt.currency,
        lines=effect_lines(receipt, codes, dispositions or {}),
        payments=_paid_parts(receipt, codes) if is_whole else (),
        is_whole=is_whole,
    )


def _paid_parts(receipt: Receipt, codes: Codes) -> tuple[PaidPart, ...]:
    return tuple(
        PaidPart(
            method_code=codes.methods[tender.index][0], amount=amount, reference=tender.reference
        )
        for tender, amount in amounts_to_post(receipt)
    )


def goods_lines(
    receipt: Receipt, codes: Codes, dispositions: Mapping[str, str] | None = None
) -> tuple[GoodsLine, ...]:
    """What moves: the stocked lines, returned ones with where they go."""
    return tuple(
        GoodsLine.model_validate(
            {
                "line_id": line.line_id,
                "sku": line.sku,
                "product_id": codes.items[line.sku].product_id,
                "quantity": line.quantity,
                "disposition": dispositions[line.line_id] if dispositions else "restock",
            }
        )
        for line in receipt.lines
        if codes.items[line.sku].is_stocked
    )


def money(
    receipt: Receipt,
    codes: Codes,
    *,
    pay: type[TakePayment],
    close: type[CloseOrder],
    on: date,
    key: str,
    ref: str,
) -> list[Planned]:
    """One payment or refund a tender, then the invoice."""
    word = "payment" if pay is TakePayment else "refund"
    steps = [
        Planned(
            f"{key}:{word}:{tender.index}",
            pay(
                transaction_ref=f"{ref}:{word[0].upper()}{tender.index}",
                method_code=codes.methods[tender.index][0],
                amount=amount,
                currency=receipt.currency,
                paid_at=receipt.placed_at,
                note=f"{receipt.number} {tender.name}",
            ),
            lanes.PAYMENTS,
            step=2,
            link_kind=f"payment:{tender.index}",
            value=amount,
        )
        for tender, amount in amounts_to_post(receipt)
    ]
    closing = Planned(f"{key}:close", close(tax_date=on), lanes.STATUSES, step=4, link_kind="close")
    return [*steps, closing]


def effect_lines(
    receipt: Receipt, codes: Codes, dispositions: Mapping[str, str]
) -> tuple[EffectLine, ...]:
    """The receipt's lines in the ERP's codes, amounts unmodified, and a rounding line if needed."""
    lines = [
        EffectLine(
            line_id=line.line_id,
            sku=line.sku,
            product_id=codes.items[line.sku].product_id,
            name=line.name,
            quantity=line.quantity,
            net=line.net,
            tax=line.tax,
            tax_code=codes.tax_codes[line.tax_rate],
            is_stocked=codes.items[line.sku].is_stocked,
            warehouse_id=codes.quarantine if dispositions.get(line.line_id) == QUARANTINE else "",
        )
        for line in receipt.lines
    ]
    net = receipt.stated_net - sum(line.net for line in receipt.lines)
    tax = receipt.stated_tax - sum(line.tax for line in receipt.lines)
    if net or tax:  # at most one minor unit a line: `faults` refused more
        lines.append(_rounding_line(lines[0], net=net, tax=tax))
    return tuple(lines)


def _rounding_line(pattern: EffectLine, *, net: Decimal, tax: Decimal) -> EffectLine:
    return EffectLine(
        line_id="rounding",
        sku="",
        product_id="",
        name="Rounding",
        quantity=Decimal(1),
        net=net,
        tax=tax,
        tax_code=pattern.tax_code,
        is_stocked=False,
    )


def amounts_to_post(receipt: Receipt) -> list[tuple[Tender, Decimal]]:
    """Tenders with what each pays of the order's own total.

    Cash rounding is taken off the cash, or where no tender is called so off the first one large
    enough: the ERP order carries no rounding, the day journal does.
    """
    rounded = _rounded_tender(receipt) if receipt.rounding else None
    amounts = [
        (tender, tender.amount - (receipt.rounding if tender is rounded else 0))
        for tender in receipt.tenders
    ]
    return [(tender, amount) for tender, amount in amounts if amount > 0]


def _rounded_tender(receipt: Receipt) -> Tender | None:
    large_enough = [tender for tender in receipt.tenders if tender.amount > receipt.rounding]
    cash = [tender for tender in large_enough if tender.name.casefold() == CASH]
    return next(iter([*cash, *large_enough]), None)
