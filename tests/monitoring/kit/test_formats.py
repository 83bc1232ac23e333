from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from monitoring.kit import formats

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("1204.5", "GBP", "£1,204.50"),
        ("-0.01", "GBP", "−£0.01"),
        ("0.005", "GBP", "£0.005"),
        ("1200", "JPY", "JPY\u202f1,200"),
        ("1.5", "KWD", "KWD\u202f1.500"),
        ("0.0000", "EUR", "€0.00"),
    ],
)
def test_money_is_written_with_its_currency(value: str, currency: str, text: str) -> None:
    assert formats.money(Decimal(value), currency) == text


def test_unknown_is_a_dash_and_never_zero() -> None:
    assert formats.money(None, "GBP") == formats.quantity(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"), [("4.000", "4"), ("0.250", "0.25"), ("-12", "−12"), ("1000", "1,000")]
)
def test_quantities_lose_idle_zeros(value: str, text: str) -> None:
    assert formats.quantity(Decimal(value)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2, "just now"),
        (40, "40 s ago"),
        (11_400, "3 h 10 m ago"),
        (86_400 * 5, "5 d ago"),
        (-7200, "in 2 h"),
    ],
)
def test_times_are_told_from_now(seconds: int, text: str) -> None:
    assert formats.relative(NOW - timedelta(seconds=seconds), now=NOW) == text


def test_the_absolute_time_is_the_stores_on_both_sides_of_the_clock_change() -> None:
    before, after = NOW, NOW + timedelta(hours=1)

    assert formats.absolute(before, "Europe/London") == "Sun 29 Mar 2026 00:30:00 GMT"
    assert formats.absolute(after, "Europe/London") == "Sun 29 Mar 2026 02:30:00 BST"
