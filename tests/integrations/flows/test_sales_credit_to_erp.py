"""What the ERP should receive for a return: money, goods by their condition, and its sale."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.effects import CreateCredit, ReceiveGoodsIn, RefundPayment
from integrations.canonical.orders import SalesCredit
from integrations.flows.decisions import Blocked, Decision, Obstacle, Park, Post, Skip
from integrations.flows.receipts import AccountingMode
from integrations.flows.sales_credit_to_erp import Original, decide
from integrations.mapping.lookups import Lookups, Need
from tests.factories.receipts import line, paid, refund
from tests.integrations.flows.kit import DAY, causes, item, lookups, operations, policy

SOLD = Original(gross=Decimal("12.00"), credited=Decimal(0), is_planned=True)


def decided(
    credit: SalesCredit,
    known: Lookups | None = None,
    *,
    mode: AccountingMode = "daily_journal",
    original: Original | None = SOLD,
) -> Decision:
    return decide(credit, known or lookups(), on=DAY, policy=policy(mode), original=original)


def effects(decision: Decision, kind: type[Any]) -> list[Any]:
    assert isinstance(decision, Post), decision
    return [p.effect for p in decision.steps if isinstance(p.effect, kind)]


def test_with_a_daily_journal_a_return_is_a_credit_and_goods_in() -> None:
    assert operations(decided(refund())) == ["create-credit", "receive-goods-in"]


def test_per_order_the_money_goes_out_and_the_credit_is_closed() -> None:
    decision = decided(refund(), mode="per_order")

    assert operations(decision) == [
        "create-credit",
        "receive-goods-in",
        "refund-payment",
        "close-credit",
    ]


def test_a_refund_to_another_tender_goes_to_that_tenders_method() -> None:
    credit = refund(tenders=(paid("Cash"),))

    (money,) = effects(decided(credit, mode="per_order"), RefundPayment)

    assert (money.method_code, money.amount) == ("CASH", Decimal("12.00"))


@pytest.mark.parametrize(
    ("condition", "disposition"), [("NEW", "restock"), ("DAMAGED", "quarantine")]
)
def test_the_condition_decides_whether_goods_go_back_on_sale(
    condition: str, disposition: str
) -> None:
    credit = refund(lines=(line(condition_code=condition),))

    decision = decided(credit)

    (received,) = effects(decision, ReceiveGoodsIn)
    assert received.lines[0].disposition == disposition
    assert isinstance(decision, Post)
    assert decision.products["SOCK"][2] == disposition


def test_without_a_condition_it_is_held_and_says_so() -> None:
    decision = decided(refund(lines=(line(),)))

    assert causes(decision) == {("RETURN_NOT_CREDITED", "R-2001")}
    assert isinstance(decision, Blocked)
    assert "condition" in decision.obstacles[0].sentence


def test_an_unmapped_condition_names_the_condition() -> None:
    credit = refund(lines=(line(condition_code="WORN"),))

    assert causes(decided(credit)) == {("RETURN_NOT_CREDITED", "WORN")}


def test_amounts_of_a_credit_are_positive() -> None:
    (created,) = effects(decided(refund()), CreateCredit)

    assert (created.lines[0].net, created.lines[0].tax) == (Decimal("10.00"), Decimal("2.00"))


def test_a_service_is_credited_and_brings_no_goods_back() -> None:
    known = lookups(item("SOCK", stocked=False))

    assert operations(decided(refund(), known)) == ["create-credit"]


def test_a_return_whose_sale_is_not_known_yet_is_parked_for_it() -> None:
    decision = decided(refund(), original=None)

    assert isinstance(decision, Park)
    assert decision.waits_for == "1001"


def test_a_return_without_a_receipt_is_credited_on_its_own() -> None:
    credit = refund(original_external_id="")

    assert isinstance(decided(credit, original=None), Post)


def test_no_more_is_credited_than_is_left_of_the_sale() -> None:
    partly = Original(gross=Decimal("12.00"), credited=Decimal("0.01"), is_planned=True)

    decision = decided(refund(), original=partly)

    assert causes(decision) == {("VALIDATION_FAILED", "R-2001")}
    assert isinstance(decision, Blocked)
    assert "only 11.99" in decision.obstacles[0].sentence


def test_the_last_penny_of_a_sale_can_be_credited() -> None:
    partly = Original(gross=Decimal("24.00"), credited=Decimal("12.00"), is_planned=True)

    assert isinstance(decided(refund(), original=partly), Post)


def test_what_holds_the_sale_holds_its_return() -> None:
    cause = Obstacle("PAYMENT_UNMAPPED", "Voucher", "It has no account.", table="payment-type")
    held = Original(Decimal("12.00"), Decimal(0), is_planned=False, obstacles=(cause,))

    assert causes(decided(refund(), original=held)) == {("PAYMENT_UNMAPPED", "Voucher")}


def test_a_return_of_a_sale_that_was_never_transferred_is_held() -> None:
    gone = Original(Decimal("12.00"), Decimal(0), is_planned=False)

    assert causes(decided(refund(), original=gone)) == {("VALIDATION_FAILED", "R-2001")}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"is_cancelled": True}, "Cancelled"), ({"is_open": True}, "Not completed")],
    ids=["cancelled", "open"],
)
def test_what_is_not_a_finished_return_is_skipped(fields: dict[str, Any], reason: str) -> None:
    decision = decided(refund(**fields))

    assert isinstance(decision, Skip)
    assert reason in decision.reason


def test_every_obstacle_is_named_at_once() -> None:
    credit = refund(lines=(line("GHOST"),), currency="EUR")
    known = lookups(without=(Need("payment-type", "card"), Need("order-status", "return")))

    assert causes(decided(credit, known)) == {
        ("VALIDATION_FAILED", "R-2001"),
        ("RETURN_NOT_CREDITED", "R-2001"),
        ("SKU_UNMAPPED", "GHOST"),
        ("PAYMENT_UNMAPPED", "Card"),
        ("MAP_OPS_MISSING", "return"),
    }
