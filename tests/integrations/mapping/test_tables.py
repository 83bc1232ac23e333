from datetime import date
from decimal import Decimal

import pytest

from integrations.mapping.lookups import Lookups, Need, Row
from integrations.mapping.tables import TABLES
from integrations.mapping.validation import row_problems

DAY = date(2026, 3, 28)


@pytest.mark.parametrize(
    ("table", "one", "other"),
    [
        ("payment-type", "Gift card", "GIFT  CARD "),
        ("tax-code", "20", "20.000"),
        ("tax-code", "5.5", "5.50"),
        ("tax-code", "0", "0.00"),
        ("tax-code", "100", "1E+2"),
    ],
)
def test_two_spellings_of_one_value_have_one_key(table, one, other):
    assert TABLES[table].source_key(one) == TABLES[table].source_key(other)


def test_skus_that_differ_in_case_are_different_skus():
    assert TABLES["sku-alias"].source_key("mug") != TABLES["sku-alias"].source_key("MUG")


def test_a_lookup_finds_another_spelling():
    lookups = Lookups(rows={Need("payment-type", "cash"): (Row({"nominal": "1210"}),)})

    row = lookups.find(Need("payment-type", "CASH"), DAY)

    assert row is not None
    assert row.target["nominal"] == "1210"


def test_a_row_is_in_force_from_its_own_date():
    rows = (Row({"nominal": "2"}, date(2026, 4, 1)), Row({"nominal": "1"}))
    lookups = Lookups(rows={Need("journal-account", "vat"): rows})

    found, _ = lookups.resolve([Need("journal-account", "vat")], on=date(2026, 3, 31))
    later, _ = lookups.resolve([Need("journal-account", "vat")], on=date(2026, 4, 1))

    assert [row["nominal"] for row in (*found.values(), *later.values())] == ["1", "2"]


def test_the_stamp_changes_when_a_target_it_used_changes():
    need, other = Need("tax-code", "20"), Need("tax-code", "5")
    before = Lookups(rows={need: (Row({"code": "T20"}),), other: (Row({"code": "T5"}),)})
    edited = Lookups(rows={need: (Row({"code": "T1"}, None, 2),), other: (Row({"code": "T5"}),)})

    assert before.stamp([need], on=DAY) != edited.stamp([need], on=DAY)
    assert before.stamp([other], on=DAY) == edited.stamp([other], on=DAY)


@pytest.mark.parametrize(
    ("table", "source", "target", "field", "sentence"),
    [
        ("payment-type", "Cash", {"method": "CASH"}, "nominal", "GL account is missing."),
        ("payment-type", " ", {"method": "a", "nominal": "b"}, "source", "is empty"),
        ("order-status", "sales", {"status": "1"}, "source", "Did you mean “sale”?"),
        ("return-condition", "9", {"disposition": "restok"}, "disposition", "“restock”"),
        ("tax-code", "20", {"code": "T20", "cod": "x"}, "cod", "Did you mean “code”?"),
        ("tax-code", "20", {"code": "T\u202e20"}, "code", "must be text"),
    ],
)
def test_an_incomplete_row_is_refused_by_column(table, source, target, field, sentence):
    (problem,) = row_problems(TABLES[table], source, target)

    assert problem.field == field
    assert sentence in problem.sentence


def test_a_code_that_the_vendor_does_not_have_is_answered_with_the_nearest():
    (problem,) = row_problems(
        TABLES["tax-code"], "20", {"code": "T2O"}, known=lambda field, value: {"T20", "T5"}
    )

    assert problem.sentence == "Tax code “T2O” does not exist there. Did you mean “T20”?"


def test_a_rate_is_stored_in_one_spelling():
    assert TABLES["tax-code"].clean_source(f"{Decimal('20.000')}") == "20"
