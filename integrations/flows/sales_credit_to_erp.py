"""Goods coming back at a till become one sales credit, with restock or quarantine by condition."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.canonical.effects import (
    CloseCredit,
    CreateCredit,
    ReceiveGoodsIn,
    RefundPayment,
)
from integrations.canonical.orders import SalesCredit
from integrations.flows import lanes
from integrations.flows.decisions import (
    Blocked,
    Decision,
    Obstacle,
    Park,
    Planned,
    Post,
    Skip,
)
from integrations.flows.receipt_effects import QUARANTINE, document, goods_lines, money
from integrations.flows.receipts import (
    Codes,
    ReceiptPolicy,
    faults,
    invalid,
    resolve,
    unmapped,
)
from integrations.mapping.lookups import Lookups, Need

FLOW = "sales-credit-to-erp"


@dataclass(frozen=True, slots=True)
class Original:
    """What is known of the sale that is being returned."""

    gross: Decimal
    credited: Decimal  # by other returns
    is_planned: bool  # its effects exist; the credit can wait for its order
    obstacles: tuple[Obstacle, ...] = ()  # what holds the sale


def decide(
    credit: SalesCredit,
    lookups: Lookups,
    *,
    on: date,
    policy: ReceiptPolicy,
    original: Original | None,
) -> Decision:
    """Decide what the ERP should receive for a return. `original` None: not (yet) known here."""
    if credit.is_cancelled:
        return Skip("Cancelled at the till before it was transferred.")
    if credit.is_open:
        return Skip("Not completed at the till yet; its completed version follows.")
    if credit.original_external_id and original is None:
        reason = f"Waits for its sale {credit.original_external_id}."
        return Park(reason, waits_for=credit.original_external_id)
    obstacles = faults(credit, currency=policy.currency)
    if original is not None:
        obstacles += _original_faults(credit, original)
    dispositions, unclassified = _dispositions(credit, lookups, on=on)
    codes, missing = resolve(credit, lookups, on=on, order_kind="return", policy=policy)
    if codes is not None:
        missing = _nowhere_to_keep(credit, codes, dispositions, policy)
    if missing or obstacles or unclassified or codes is None:
        return Blocked(tuple(dict.fromkeys([*obstacles, *unclassified, *missing])))
    return Post(
        flow=FLOW,
        steps=tuple(_steps(credit, codes, dispositions, on=on, policy=policy)),
        products={
            line.line_id: (
                codes.items[line.sku].product_id,
                codes.items[line.sku].is_stocked,
                dispositions[line.line_id],
            )
            for line in credit.lines
        },
        methods=codes.methods,
    )


def _original_faults(credit: SalesCredit, original: Original) -> list[Obstacle]:
    if original.obstacles:
        return list(original.obstacles)
    if not original.is_planned:
        return [invalid(credit, "Its sale was not transferred.", field="original_external_id")]
    left = original.gross - original.credited
    if credit.stated_gross > left:
        sentence = f"{credit.stated_gross} is refunded, only {left} of its sale is left to refund."
        return [invalid(credit, sentence, field="stated_gross")]
    return []


def _dispositions(
    credit: SalesCredit, lookups: Lookups, *, on: date
) -> tuple[dict[str, str], list[Obstacle]]:
    """Line id → restock or quarantine, and an obstacle for each line nobody classified."""
    found, obstacles = {}, []
    for line in credit.lines:
        if not line.condition_code:
            sentence = f"Return {credit.number} does not say in which condition the goods are."
            obstacles.append(
                Obstacle("RETURN_NOT_CREDITED", credit.number, sentence, field="condition_code")
            )
            continue
        need = Need("return-condition", line.condition_code)
        row = lookups.find(need, on)
        if row is None:
            obstacles.append(unmapped(need))
        else:
            found[line.line_id] = row.target["disposition"]
    return found, obstacles


def _nowhere_to_keep(
    credit: SalesCredit, codes: Codes, dispositions: dict[str, str], policy: ReceiptPolicy
) -> list[Obstacle]:
    """A credit that moves its stock by itself must say where goods lie that nobody may sell."""
    kept_apart = policy.erp_style == "whole" and QUARANTINE in dispositions.values()
    if not kept_apart or codes.quarantine:
        return []
    place = credit.location_code
    sentence = f"Stock location “{place}” of the tills has no place for goods not to be sold."
    table, field = "store-warehouse", "quarantine"
    return [Obstacle("MAP_OPS_MISSING", place, sentence, table=table, field=field)]


def _steps(
    credit: SalesCredit,
    codes: Codes,
    dispositions: dict[str, str],
    *,
    on: date,
    policy: ReceiptPolicy,
) -> list[Planned]:
    ref = f"{policy.channel}:{credit.external_id}"
    key = f"{FLOW}:{ref}"
    create = document(
        CreateCredit, credit, codes, on=on, policy=policy, ref=ref, dispositions=dispositions
    )
    steps = [
        Planned(f"{key}:credit", create, lanes.SALES, link_kind="order", value=credit.stated_gross)
    ]
    if create.is_whole:
        return steps
    goods = goods_lines(credit, codes, dispositions)
    if goods:
        receive = ReceiveGoodsIn(
            reference=f"{ref}:IN",
            warehouse_id=codes.warehouse,
            received_at=credit.placed_at,
            currency=credit.currency,
            lines=goods,
        )
        steps.append(Planned(f"{key}:goods-in", receive, lanes.SALES, step=2, link_kind="goods_in"))
    if policy.accounting_mode == "per_order":
        steps += money(credit, codes, pay=RefundPayment, close=CloseCredit, on=on, key=key, ref=ref)
    return steps
