"""Who owns a case."""

from decimal import Decimal

from monitoring.routing import Routable, Rule, route

CASE = Routable("SKU_UNMAPPED", "sitoo-brightpearl", "LDS01", Decimal("50.00"), "GBP")


def team(*rules: Rule) -> str:
    return route(CASE, rules, default="MER").team


def test_without_rules_a_case_belongs_to_its_types_team():
    assert team() == "MER"


def test_the_last_matching_rule_wins():
    assert team(Rule(1, "OPS"), Rule(2, "FIN", type_key="SKU_UNMAPPED")) == "FIN"


def test_a_rule_matches_only_when_all_its_conditions_do():
    assert team(Rule(1, "STORE", store_code="LDS01", link="another")) == "MER"


def test_a_rule_on_value_matches_from_that_value_on():
    assert team(Rule(1, "FIN", least_value=Decimal("50.00"), currency="GBP")) == "FIN"
    assert team(Rule(1, "FIN", least_value=Decimal("50.01"), currency="GBP")) == "MER"


def test_a_rule_on_value_ignores_other_currencies():
    assert team(Rule(1, "FIN", least_value=Decimal(1), currency="EUR")) == "MER"


def test_the_answer_names_the_rule():
    assert route(CASE, [Rule(7, "OPS")], default="MER").rule_id == 7
