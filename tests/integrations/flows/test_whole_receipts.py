"""What an ERP receives that takes a receipt whole: one order or credit with its payments inside."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.effects import CreateCredit, CreateOrder, PaidPart
from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.flows import sales_credit_to_erp, sales_order_to_erp
from integrations.flows.decisions import Decision, Post
from integrations.flows.receipts import AccountingMode
from integrations.flows.sales_credit_to_erp import Original
from integrations.mapping.lookups import Lookups, Need, Row
from tests.factories.receipts import line, paid, refund, sale
from tests.integrations.flows.kit import DAY, causes, lookups, operations, policy

SOLD = Original(gross=Decimal("12.00"), credited=Decimal(0), is_planned=True)
STATUSES = (Need("order-status", "sale"), Need("order-status", "return"))


def known(*, without: tuple[Need, ...] = (), **place: str) -> Lookups:
    """An ERP that names its own statuses and books tenders by itself; `place` adds to the store."""
    found = lookups(without=(*STATUSES, *without))
    rows = dict(found.rows)
    for need, (row,) in found.rows.items():
        if need.table == "payment-type":
            rows[need] = (Row({"method": row.target["method"]}),)
        if need.table == "store-warehouse":
            rows[need] = (Row({**row.target, **place}),)
    return replace(found, rows=rows)


def sold(
    order: SalesOrder, found: Lookups | None = None, mode: AccountingMode = "daily_journal"
) -> Decision:
    rules = policy(mode, style="whole")
    return sales_order_to_erp.decide(order, found or known(), on=DAY, policy=rules)


def returned(credit: SalesCredit, found: Lookups | None = None) -> Decision:
    rules = policy(style="whole")
    return sales_credit_to_erp.decide(credit, found or known(), on=DAY, policy=rules, original=SOLD)


def effect(decision: Decision) -> Any:
    assert isinstance(decision, Post), decision
    (step,) = decision.steps
    return step.effect


@pytest.mark.parametrize("mode", ["daily_journal", "per_order"])
def test_a_sale_is_one_order_whatever_the_accounting_mode(mode: AccountingMode) -> None:
    assert operations(sold(sale(), mode=mode)) == ["create-order"]


def test_a_return_is_one_credit() -> None:
    assert operations(returned(refund())) == ["create-credit"]


def test_split_payments_travel_inside_each_in_its_own_method() -> None:
    order = sale(tenders=(paid("Card", "7.01"), paid("Cash", "4.99", index=1)))

    created = effect(sold(order))

    assert created.payments == (
        PaidPart(method_code="CARD", amount=Decimal("7.01"), reference=order.tenders[0].reference),
        PaidPart(method_code="CASH", amount=Decimal("4.99"), reference=order.tenders[1].reference),
    )


def test_what_is_paid_is_the_total_of_the_order_though_cash_was_rounded() -> None:
    order = sale(
        lines=(line(gross="11.97"),), rounding=Decimal("0.03"), tenders=(paid("Cash", "12.00"),)
    )

    created = effect(sold(order))

    assert sum(part.amount for part in created.payments) == Decimal("11.97")
    assert sum(row.net + row.tax for row in created.lines) == Decimal("11.97")


def test_the_money_paid_back_travels_inside_the_credit() -> None:
    created = effect(returned(refund(tenders=(paid("Cash"),))))

    assert [(part.method_code, part.amount) for part in created.payments] == [
        ("CASH", Decimal("12.00"))
    ]


def test_it_proves_its_own_movement_and_an_order_with_goods_notes_does_not() -> None:
    in_steps = sales_order_to_erp.decide(sale(), lookups(), on=DAY, policy=policy())
    assert isinstance(in_steps, Post)

    assert effect(sold(sale())).proves_movement
    assert [step.effect.proves_movement for step in in_steps.steps] == [False, True, False]
    assert not in_steps.steps[0].effect.model_dump()["payments"]


def test_damaged_goods_go_to_the_place_that_the_store_keeps_for_them() -> None:
    credit = refund(lines=(line(condition_code="DAMAGED"),))

    created = effect(returned(credit, known(quarantine="W3Q")))

    assert isinstance(created, CreateCredit)
    assert (created.warehouse_id, created.lines[0].warehouse_id) == ("W3", "W3Q")


def test_damaged_goods_wait_while_the_store_has_no_place_for_them() -> None:
    credit = refund(lines=(line(condition_code="DAMAGED"),))

    assert causes(returned(credit)) == {("MAP_OPS_MISSING", "3")}


def test_goods_for_sale_go_back_to_where_they_came_from() -> None:
    created = effect(returned(refund(), known(quarantine="W3Q")))

    assert [row.warehouse_id for row in created.lines] == [""]


def test_everything_that_is_missing_is_named_at_once() -> None:
    without = (Need("tax-code", "20"), Need("payment-type", "card"))

    found = causes(sold(sale(lines=(line("HAT", "12.00"),)), known(without=without)))

    assert found == {
        ("MAP_TAX_MISSING", "20"),
        ("PAYMENT_UNMAPPED", "Card"),
        ("SKU_UNMAPPED", "HAT"),
    }


def test_the_key_is_the_one_that_an_order_in_steps_has() -> None:
    whole, in_steps = (
        sales_order_to_erp.decide(sale(), lookups(), on=DAY, policy=policy(style=style))
        for style in ("whole", "steps")
    )

    assert isinstance(whole, Post)
    assert isinstance(in_steps, Post)
    assert whole.steps[0].key == in_steps.steps[0].key
    assert isinstance(whole.steps[0].effect, CreateOrder)
