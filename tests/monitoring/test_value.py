"""What a fault puts at risk."""

from datetime import timedelta
from decimal import Decimal

import pytest

from monitoring import value
from monitoring.value import DEFAULTS, Assumptions
from tests.conftest import NOW

FIGURES = Assumptions()


def test_what_waits_is_worth_its_gross_exactly():
    stake = value.waiting({"GBP": Decimal("0.01")}, count=1, figures=FIGURES)

    assert (stake.value, stake.currency, stake.is_exact) == (Decimal("0.01"), "GBP", True)
    assert stake.formula == "£0.01 = gross value of 1 record waiting"


def test_other_currencies_are_named_and_never_added():
    totals = {"EUR": Decimal("7.00"), "GBP": Decimal("40.00")}

    stake = value.waiting(totals, count=3, figures=FIGURES)

    assert (stake.value, stake.currency, stake.is_exact) == (40, "GBP", False)
    assert stake.formula.endswith("; and €7.00, not converted")


def test_nothing_at_stake_is_zero_in_the_ledger_currency():
    stake = value.waiting({}, count=0, figures=Assumptions(currency="EUR"))

    assert (stake.value, stake.currency) == (0, "EUR")


def test_missing_tax_codes_put_the_tax_at_risk_as_well():
    stake = value.waiting_with_tax(
        {"GBP": Decimal("12.00")}, {"GBP": Decimal("2.00")}, count=1, figures=FIGURES
    )

    assert stake.value == 14


def test_an_unknown_outcome_is_worth_half_and_a_quarter_of_an_hour():
    stake = value.unknown({"GBP": Decimal("100.00")}, count=2, figures=FIGURES)

    assert stake.value == Decimal("65.00")  # 50.00 + 2 × 15 min × 0.50
    assert not stake.is_exact


def test_promising_too_little_risks_no_oversell():
    stake = value.overpromised(Decimal(-3), price=Decimal(10), figures=FIGURES)

    assert stake.value == 0


def test_promising_too_much_risks_margin_and_the_cost_of_an_oversell():
    stake = value.overpromised(Decimal(2), price=Decimal(10), figures=FIGURES)

    assert stake.value == 58  # 2 × (40 % of 10 + 25)


def test_an_administrators_figure_replaces_the_default():
    figures = Assumptions(changed={"oversell-cost": Decimal(100)})

    stake = value.overpromised(Decimal(1), price=Decimal(0), figures=figures)

    assert stake.value == 100


def test_silence_grows_with_the_hours_and_holds_what_waits():
    stake = value.silence(Decimal(1000), timedelta(hours=2), held=Decimal("50.00"), figures=FIGURES)

    assert stake.value == 250  # 1,000 × 2 h × 10 % + 50


def test_estimates_are_rounded_to_the_minor_unit_of_their_currency():
    stake = value.gaps(missing=3, average=Decimal("33.3333"), currency="JPY")

    assert stake.value == 100


def ranked(amount: int, severity: str, hours: Decimal) -> Decimal:
    deadline = NOW + timedelta(minutes=int(hours * 60))
    return value.rank(
        Decimal(amount), severity=severity, deadline=deadline, now=NOW, figures=FIGURES
    )


def test_a_penny_never_outranks_an_expensive_item():
    assert ranked(900, "medium", Decimal(8)) > ranked(9, "high", Decimal(4))


def test_a_system_without_figures_of_its_own_still_comes_early():
    assert ranked(0, "critical", Decimal("0.5")) > ranked(300, "high", Decimal(4))


def test_a_deadline_that_has_passed_counts_as_a_quarter_of_an_hour_away():
    assert ranked(100, "high", Decimal(-5)) == 400


@pytest.mark.parametrize("severity", ["critical", "high", "medium", "low"])
def test_every_severity_has_a_floor(severity):
    assert DEFAULTS[f"floor-{severity}"] > 0
