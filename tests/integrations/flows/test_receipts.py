"""Amounts that sales and returns have in common."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.canonical.orders import SalesOrder
from integrations.flows.receipt_effects import amounts_to_post, effect_lines
from integrations.flows.receipts import needs, rate_text, resolve
from integrations.mapping.lookups import Need
from tests.factories.receipts import line, paid, sale
from tests.integrations.flows.kit import DAY, lookups, policy

PENNIES = st.integers(1, 100_000).map(lambda pennies: Decimal(pennies) / 100)


@st.composite
def cash_rounded(draw: st.DrawFn) -> SalesOrder:
    """A sale with up to four tenders whose sum was rounded to the next five pence."""
    due = draw(st.integers(5, 100_000))
    paid_in_all = (due + 2) // 5 * 5
    cuts = sorted(draw(st.lists(st.integers(1, paid_in_all), max_size=3)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, paid_in_all], strict=True) if b > a]
    return sale(
        lines=(line(gross=str(Decimal(due) / 100)),),
        rounding=Decimal(paid_in_all - due) / 100,
        tenders=tuple(
            paid("Cash", str(Decimal(part) / 100), index=index) for index, part in enumerate(parts)
        ),
    )


@given(cash_rounded())
def test_what_is_posted_pays_the_order_exactly(order: SalesOrder) -> None:
    posted = sum((amount for _, amount in amounts_to_post(order)), Decimal(0))

    assert posted == order.stated_gross


@given(cash_rounded())
def test_nothing_is_posted_twice_and_nothing_below_zero(order: SalesOrder) -> None:
    posted = amounts_to_post(order)

    assert all(amount > 0 for _, amount in posted)
    assert len({tender.index for tender, _ in posted}) == len(posted)


def test_cash_bears_the_rounding_and_the_card_pays_what_the_terminal_took() -> None:
    tenders = (paid("Card", "5.00"), paid("Cash", "6.95", index=1))
    order = sale(lines=(line(gross="11.98"),), rounding=Decimal("-0.03"), tenders=tenders)

    posted = {tender.name: amount for tender, amount in amounts_to_post(order)}

    assert posted == {"Card": Decimal("5.00"), "Cash": Decimal("6.98")}


def test_without_cash_the_first_tender_large_enough_bears_it() -> None:
    tenders = (paid("Token", "0.02"), paid("Coins", "11.98", index=1))
    order = sale(lines=(line(gross="11.97"),), rounding=Decimal("0.03"), tenders=tenders)

    posted = {tender.name: amount for tender, amount in amounts_to_post(order)}

    assert posted == {"Token": Decimal("0.02"), "Coins": Decimal("11.95")}


def test_a_tender_of_nothing_pays_nothing() -> None:
    order = sale(tenders=(paid(), paid("Voucher", "0.00", index=1)))

    assert [tender.name for tender, _ in amounts_to_post(order)] == ["Card"]


@given(st.lists(PENNIES, min_size=1, max_size=6), st.sampled_from([Decimal(20), Decimal(0)]))
def test_the_lines_of_an_order_add_up_to_what_the_till_stated(
    prices: list[Decimal], rate: Decimal
) -> None:
    rows = tuple(
        line("SOCK", str(price), line_id=str(n), tax_rate=rate) for n, price in enumerate(prices)
    )
    order = sale(lines=rows)
    codes, _ = resolve(order, lookups(), on=DAY, order_kind="sale", policy=policy())
    assert codes is not None

    made = effect_lines(order, codes, {})

    assert sum(each.net for each in made) == order.stated_net
    assert sum(each.tax for each in made) == order.stated_tax


@pytest.mark.parametrize(
    ("rate", "text"), [("20.000", "20"), ("5.50", "5.5"), ("0", "0"), ("100", "100")]
)
def test_a_rate_is_written_as_in_mapping_rows(rate: str, text: str) -> None:
    assert rate_text(Decimal(rate)) == text


def test_a_receipt_needs_every_row_that_its_effects_depend_on() -> None:
    order = sale(tenders=(paid(), paid("Voucher", "0.00", index=1)))

    assert needs(order, order_kind="sale") == {
        Need("store-warehouse", "3"),
        Need("order-status", "sale"),
        Need("tax-code", "20"),
        Need("payment-type", "Card"),
        Need("sku-alias", "SOCK"),
        Need("return-condition", ""),
    }
