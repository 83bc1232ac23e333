"""Money: exact, in one currency, and split without losing a penny."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.canonical.money import (
    CurrencyMismatchError,
    Money,
    minor_unit,
    round_money,
    total,
)

CURRENCIES = st.sampled_from(["GBP", "EUR", "JPY", "KWD"])
WEIGHTS = st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=12)


@st.composite
def amounts(draw: st.DrawFn) -> Money:
    """Whole minor units of some currency, of either sign."""
    currency = draw(CURRENCIES)
    units = draw(st.integers(-(10**9), 10**9))
    return Money(amount=units * minor_unit(currency), currency=currency)


@given(amounts(), WEIGHTS)
def test_the_parts_of_a_split_add_up_to_the_whole(whole: Money, weights: list[Decimal]) -> None:
    parts = whole.allocate(weights)

    assert total(parts, currency=whole.currency) == whole
    assert len(parts) == len(weights)


@given(amounts(), WEIGHTS)
def test_no_part_is_further_than_a_minor_unit_from_its_exact_share(
    whole: Money, weights: list[Decimal]
) -> None:
    if not sum(weights):
        weights = [Decimal(1)] * len(weights)
    parts = whole.allocate(weights)

    for part, weight in zip(parts, weights, strict=True):
        exact = whole.amount * weight / sum(weights)
        assert abs(part.amount - exact) < minor_unit(whole.currency)


@given(amounts(), WEIGHTS)
def test_every_part_is_a_whole_number_of_minor_units(whole: Money, weights: list[Decimal]) -> None:
    for part in whole.allocate(weights):
        assert part == part.rounded()


def test_the_odd_penny_goes_to_the_largest_remainder_and_then_to_the_first() -> None:
    third = Money(amount=Decimal("10.00"), currency="GBP").allocate([Decimal(1)] * 3)

    assert [part.amount for part in third] == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]


@pytest.mark.parametrize("weights", [[], [Decimal(1), Decimal(-1)]], ids=["none", "negative"])
def test_a_split_without_sense_is_refused(weights: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(amount=Decimal(1), currency="GBP").allocate(weights)


@pytest.mark.parametrize(
    ("currency", "unit"),
    [("GBP", "0.01"), ("JPY", "1"), ("KWD", "0.001")],
)
def test_each_currency_has_its_own_minor_unit(currency: str, unit: str) -> None:
    assert minor_unit(currency) == Decimal(unit)


def test_yen_are_never_divided_by_a_hundred() -> None:
    assert round_money(Decimal("1250"), "JPY") == 1250


def test_a_half_is_rounded_up() -> None:
    assert round_money(Decimal("0.125"), "GBP") == Decimal("0.13")


@pytest.mark.parametrize("operation", [Money.__add__, Money.__sub__], ids=["sum", "difference"])
def test_two_currencies_do_not_meet_in_one_sum(operation: Any) -> None:
    pounds, euros = (Money(amount=Decimal(1), currency=c) for c in ("GBP", "EUR"))

    with pytest.raises(CurrencyMismatchError, match="GBP and EUR"):
        operation(pounds, euros)


def test_the_sum_of_nothing_is_nothing_in_its_currency() -> None:
    assert total([], currency="GBP") == Money(amount=Decimal(0), currency="GBP")


def test_a_credit_larger_than_the_sale_is_negative() -> None:
    sold, returned = (Money(amount=Decimal(a), currency="GBP") for a in ("0.01", "0.02"))

    assert (sold - returned).amount == Decimal("-0.01")


def test_signs_are_kept() -> None:
    credit = -(Money(amount=Decimal("0.10"), currency="GBP") * 3)

    assert str(credit) == "-0.30 GBP"
