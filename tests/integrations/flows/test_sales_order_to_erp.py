"""What the ERP should receive for a sale: every step, every obstacle."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.effects import CreateOrder, IssueGoodsOut, TakePayment
from integrations.canonical.orders import OrderOrigin, SalesOrder
from integrations.flows.decisions import Blocked, Decision, Post, Skip
from integrations.flows.receipts import AccountingMode
from integrations.flows.sales_order_to_erp import decide
from integrations.mapping.lookups import Lookups, Need
from tests.factories.receipts import line, paid, sale
from tests.integrations.flows.kit import DAY, causes, item, lookups, operations, policy


def decided(
    order: SalesOrder, known: Lookups | None = None, mode: AccountingMode = "daily_journal"
) -> Decision:
    return decide(order, known or lookups(), on=DAY, policy=policy(mode))


def effects(decision: Decision, kind: type[Any]) -> list[Any]:
    assert isinstance(decision, Post), decision
    return [p.effect for p in decision.steps if isinstance(p.effect, kind)]


def test_with_a_daily_journal_the_order_moves_stock_and_carries_no_money() -> None:
    assert operations(decided(sale())) == ["create-order", "issue-goods-out", "ship-goods-out"]


def test_per_order_each_tender_is_a_payment_and_the_order_is_closed() -> None:
    order = sale(tenders=(paid("Card", "7.00"), paid("Cash", "5.00", index=1)))

    decision = decided(order, mode="per_order")

    assert sorted(operations(decision)) == sorted(
        ["create-order", "issue-goods-out", "take-payment", "take-payment"]
        + ["ship-goods-out", "close-order"]
    )
    assert operations(decision)[-1] == "close-order"


def test_split_payments_go_to_their_own_methods_and_add_up() -> None:
    order = sale(tenders=(paid("Card", "7.01"), paid("Cash", "4.99", index=1)))

    payments = effects(decided(order, mode="per_order"), TakePayment)

    assert [(p.method_code, p.amount) for p in payments] == [
        ("CARD", Decimal("7.01")),
        ("CASH", Decimal("4.99")),
    ]


def test_two_tenders_of_the_same_kind_stay_two_payments() -> None:
    order = sale(tenders=(paid("Card", "6.00"), paid("Card", "6.00", index=1)))

    payments = effects(decided(order, mode="per_order"), TakePayment)

    assert len({p.transaction_ref for p in payments}) == 2


def test_a_tender_of_nothing_needs_no_account() -> None:
    order = sale(tenders=(paid(), paid("Voucher", "0.00", index=1)))

    assert isinstance(decided(order), Post)


def test_amounts_are_those_of_the_till_to_the_last_decimal() -> None:
    order = sale(lines=(line(gross="0.01"),), tenders=(paid(amount="0.01"),))

    (created,) = effects(decided(order), CreateOrder)

    assert (created.lines[0].net, created.lines[0].tax) == (order.lines[0].net, order.lines[0].tax)


def test_a_penny_between_lines_and_total_becomes_a_line_of_its_own() -> None:
    order = sale(stated_net=Decimal("10.01"), stated_tax=Decimal("1.99"))

    (created,) = effects(decided(order), CreateOrder)

    rounding = created.lines[-1]
    assert (rounding.name, rounding.net, rounding.tax) == (
        "Rounding",
        Decimal("0.01"),
        Decimal("-0.01"),
    )
    assert not rounding.is_stocked


def test_a_known_shopper_is_named_and_an_anonymous_one_is_the_walk_in_customer() -> None:
    (anonymous,) = effects(decided(sale()), CreateOrder)
    (named,) = effects(decided(sale(customer={"email": "ann@example.com"})), CreateOrder)

    assert (anonymous.contact_id, named.contact_id) == ("C1", "")
    assert named.customer.email == "ann@example.com"


def test_only_stocked_lines_go_out() -> None:
    order = sale(lines=(line(), line("FEE", "1.00")))
    known = lookups(item("SOCK"), item("FEE", stocked=False))

    (issued,) = effects(decided(order, known), IssueGoodsOut)

    assert [each.sku for each in issued.lines] == ["SOCK"]


def test_an_order_without_stocked_lines_has_no_goods_note() -> None:
    known = lookups(item("SOCK", stocked=False))

    assert operations(decided(sale(), known)) == ["create-order"]


def test_keys_name_the_flow_the_source_and_the_receipt() -> None:
    decision = decided(sale())

    assert isinstance(decision, Post)
    assert decision.steps[0].key == "sales-order-to-erp:tills:1001:order"
    assert len({step.key for step in decision.steps}) == len(decision.steps)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_cancelled": True}, "Cancelled"),
        ({"is_open": True}, "Not completed"),
        ({"origin": OrderOrigin.CLICK_AND_COLLECT}, "online order"),
    ],
    ids=["cancelled", "open", "click and collect"],
)
def test_what_is_not_a_till_sale_is_skipped_with_its_reason(
    fields: dict[str, Any], reason: str
) -> None:
    decision = decided(sale(**fields))

    assert isinstance(decision, Skip)
    assert reason in decision.reason


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        (Need("payment-type", "card"), ("PAYMENT_UNMAPPED", "Card")),
        (Need("tax-code", "20"), ("MAP_TAX_MISSING", "20")),
        (Need("store-warehouse", "3"), ("MAP_OPS_MISSING", "3")),
        (Need("order-status", "sale"), ("MAP_OPS_MISSING", "sale")),
    ],
    ids=lambda value: value.table if isinstance(value, Need) else None,
)
def test_an_unmapped_value_holds_the_sale_and_names_the_value(
    missing: Need, cause: tuple[str, str]
) -> None:
    assert causes(decided(sale(), lookups(without=(missing,)))) == {cause}


def test_an_unknown_product_holds_the_whole_sale() -> None:
    order = sale(lines=(line(), line("GHOST", "5.00")))

    assert causes(decided(order)) == {("SKU_UNMAPPED", "GHOST")}


def test_a_sku_of_two_products_is_not_guessed() -> None:
    known = lookups(item("SOCK"), item("SOCK", product_id="other"))

    assert causes(decided(sale(), known)) == {("SKU_AMBIGUOUS", "SOCK")}


def test_half_a_piece_of_something_that_is_counted_is_refused() -> None:
    order = sale(lines=(line(quantity=Decimal("0.5")),))

    decision = decided(order)

    assert isinstance(decision, Blocked)
    assert decision.obstacles[0].field == "lines[SOCK].quantity"


def test_everything_that_is_wrong_is_named_in_one_visit() -> None:
    order = sale(currency="EUR", lines=(line("GHOST"),), tenders=(paid("Voucher", "1.00"),))
    known = lookups(without=(Need("tax-code", "20"),))

    found = causes(decided(order, known))

    assert found == {
        ("VALIDATION_FAILED", "R-1001"),
        ("SKU_UNMAPPED", "GHOST"),
        ("PAYMENT_UNMAPPED", "Voucher"),
        ("MAP_TAX_MISSING", "20"),
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"currency": "EUR"}, "currency"),
        ({"tenders": (paid(amount="11.99"),)}, "tenders"),
        ({"stated_net": Decimal("9.00"), "stated_gross": Decimal("12.00")}, "stated_net"),
        ({"lines": (line(quantity=Decimal(0)),)}, "lines[SOCK].quantity"),
        ({"tenders": (paid(amount="13.00"), paid("Cash", "-1.00", index=1))}, "tenders"),
    ],
    ids=["currency", "underpaid", "totals", "no quantity", "opposite sign"],
)
def test_a_receipt_that_does_not_add_up_names_the_field(fields: dict[str, Any], field: str) -> None:
    decision = decided(sale(**fields))

    assert isinstance(decision, Blocked)
    assert field in [each.field for each in decision.obstacles]
    assert causes(decision) == {("VALIDATION_FAILED", "R-1001")}


def test_a_negative_price_is_refused() -> None:
    odd = line().model_copy(update={"net": Decimal("-10.00"), "tax": Decimal("-2.00")})
    order = sale(lines=(odd,), tenders=())

    assert ("VALIDATION_FAILED", "R-1001") in causes(decided(order))


def test_a_receipt_without_lines_is_refused() -> None:
    order = sale().model_copy(update={"lines": ()})

    decision = decided(order)

    assert isinstance(decision, Blocked)
    assert "lines" in [each.field for each in decision.obstacles]
