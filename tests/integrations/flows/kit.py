"""Lookups of a small shop, complete unless told otherwise."""

from collections.abc import Mapping
from datetime import date

from integrations.flows.decisions import Blocked, Decision, Post
from integrations.flows.receipts import AccountingMode, ErpStyle, ReceiptPolicy
from integrations.mapping.lookups import Item, Lookups, Need, Row

DAY = date(2026, 3, 28)
TARGETS: Mapping[Need, Mapping[str, str]] = {
    Need("store-warehouse", "3"): {"warehouse": "W3", "contact": "C1"},
    Need("order-status", "sale"): {"status": "4"},
    Need("order-status", "return"): {"status": "5"},
    Need("tax-code", "20"): {"code": "T20"},
    Need("tax-code", "0"): {"code": "T0"},
    Need("payment-type", "card"): {"method": "CARD", "nominal": "1210"},
    Need("payment-type", "cash"): {"method": "CASH", "nominal": "1220"},
    Need("return-condition", "NEW"): {"disposition": "restock"},
    Need("return-condition", "DAMAGED"): {"disposition": "quarantine"},
}


def item(sku: str, *, stocked: bool = True, product_id: str = "") -> Item:
    return Item(product_id or f"p-{sku}", sku, sku.title(), is_stocked=stocked)


def lookups(*items: Item, without: tuple[Need, ...] = ()) -> Lookups:
    """Every mapping but those in `without`; socks and a jacket unless other items are given."""
    rows = {need: (Row(target),) for need, target in TARGETS.items() if need not in without}
    by_sku: dict[str, tuple[Item, ...]] = {}
    for each in items or (item("SOCK"), item("JACKET")):
        by_sku[each.sku] = (*by_sku.get(each.sku, ()), each)
    return Lookups(rows, by_sku)


def policy(mode: AccountingMode = "daily_journal", style: ErpStyle = "steps") -> ReceiptPolicy:
    return ReceiptPolicy(channel="tills", accounting_mode=mode, currency="GBP", erp_style=style)


def causes(decision: Decision) -> set[tuple[str, str]]:
    """(kind, subject) of everything that stands in the way."""
    assert isinstance(decision, Blocked), decision
    return {(each.kind, each.subject) for each in decision.obstacles}


def operations(decision: Decision) -> list[str]:
    """What is to be done, in order of step."""
    assert isinstance(decision, Post), decision
    return [p.effect.operation for p in sorted(decision.steps, key=lambda p: p.step)]
