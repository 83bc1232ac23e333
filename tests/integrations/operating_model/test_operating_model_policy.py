from decimal import Decimal

from integrations.operating_model import LinkPolicy
from integrations.operating_model.policy import AccountingMode, Cadence, SafetyStock


def test_tills_are_booked_by_day_journal_unless_somebody_decides_otherwise():
    policy = LinkPolicy()

    assert policy.accounting_mode is AccountingMode.DAILY_JOURNAL
    assert policy.stock.cadence is Cadence.HYBRID


def test_the_larger_of_two_safety_figures_holds():
    safety = SafetyStock.model_validate(
        {"default": "5", "by_sku": {"MUG": "2"}, "by_location": {"7": "3"}}
    )

    assert safety.of("MUG", "7") == 3
    assert safety.of("MUG", "8") == 2
    assert safety.of("CUP", "8") == 5


def test_one_location_may_have_its_own_cadence():
    policy = LinkPolicy.model_validate(
        {"stock": {"by_location": {"7": {"cadence": "interval", "interval_minutes": 15}}}}
    )

    assert policy.stock.pace("7").cadence is Cadence.INTERVAL
    assert policy.stock.pace("8").cadence is Cadence.HYBRID


def test_a_policy_survives_its_row():
    policy = LinkPolicy.model_validate({"stock": {"safety_stock": {"default": "0.500"}}})

    stored = policy.model_dump(mode="json")

    assert stored["stock"]["safety_stock"]["default"] == "0.5"
    assert LinkPolicy.model_validate(stored) == policy
    assert policy.stock.safety_stock.of("A", "B") == Decimal("0.5")
