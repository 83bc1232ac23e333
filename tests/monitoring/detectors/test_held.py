"""Types whose causes are open holds: they fire at once, say whose it is, and clear."""

from datetime import timedelta
from decimal import Decimal

import pytest

from monitoring import registry
from monitoring.findings import Severity
from tests.conftest import NOW
from tests.monitoring import rows

HELD = sorted(key for key, each in registry.TYPES.items() if each.takes_holds)


@pytest.mark.parametrize("key", HELD)
def test_an_open_hold_is_a_finding_at_once(look, key):
    rows.hold(key, "Klarna")

    found = look(key)

    assert [each.subject for each in found] == ["Klarna"]
    assert "Klarna" in found[0].title
    assert found[0].count == 1


@pytest.mark.parametrize("key", HELD)
def test_nothing_is_found_while_nothing_is_held(look, key):
    rows.receipt()

    assert look(key) == []


@pytest.mark.parametrize("key", HELD)
def test_it_clears_when_its_hold_is_closed(look, key):
    held = rows.hold(key, "Klarna")
    rows.close(held, NOW)

    assert look(key) == []


def test_the_same_value_on_two_links_is_two_causes(look):
    other = rows.pair().__class__.objects.create(
        slug="second", template="sitoo-brightpearl", channel=rows.till(), owner=rows.ledger()
    )
    rows.hold("SKU_UNMAPPED", "LB-1")
    rows.hold("SKU_UNMAPPED", "LB-1", link=other)

    assert len({each.fingerprint for each in look("SKU_UNMAPPED")}) == 2


def test_the_same_value_in_two_tables_is_two_causes(look):
    rows.hold("MAP_OPS_MISSING", "3", table="store-warehouse")
    rows.hold("MAP_OPS_MISSING", "3", table="order-status")

    assert len({each.fingerprint for each in look("MAP_OPS_MISSING")}) == 2


def test_a_cause_in_one_store_names_it_and_in_two_stores_does_not(look):
    rows.hold("SKU_UNMAPPED", "LB-1")
    rows.hold("SKU_UNMAPPED", "LB-2")
    rows.hold("SKU_UNMAPPED", "LB-2", document=rows.receipt(store_code="YRK01", state="held"))

    assert {each.subject: each.store_code for each in look("SKU_UNMAPPED")} == {
        "LB-1": "LDS01",
        "LB-2": "",
    }


def test_a_missing_tax_code_counts_the_tax_too(look):
    document = rows.receipt(state="held", gross=Decimal("12.00"), tax=Decimal("2.00"))
    rows.hold("MAP_TAX_MISSING", "20", document=document)

    assert look("MAP_TAX_MISSING")[0].stake.value == 14


def test_a_failed_sale_names_receipt_target_and_reason(look):
    document = rows.receipt(state="held", number="R-9")
    rows.hold("SALE_NOT_POSTED", "R-9", document=document, sentence="Warehouse 9 is unknown.")

    title = look("SALE_NOT_POSTED")[0].title

    assert title == "Sale R-9 is not in Brightpearl. Warehouse 9 is unknown."


def test_a_sentence_that_names_its_receipt_is_not_led_by_its_name(look):
    rows.hold("RETURN_NOT_CREDITED", "R-9", sentence="Return R-9 does not name its condition.")

    assert look("RETURN_NOT_CREDITED")[0].title == "Return R-9 does not name its condition."


def test_a_wrong_item_is_more_urgent_than_a_wrong_note(look):
    rows.hold("READBACK_MISMATCH", "R-1", field="lines[1].product_id")
    rows.hold("READBACK_MISMATCH", "R-2", field="total")

    severities = {each.subject: each.severity for each in look("READBACK_MISMATCH")}

    assert severities == {"R-1": Severity.CRITICAL, "R-2": Severity.HIGH}


def test_a_journal_is_most_urgent_while_the_month_is_closed(look):
    rows.hold("JOURNAL_FAILED", "2026-03-27")

    assert look("JOURNAL_FAILED")[0].severity == Severity.HIGH
    assert look("JOURNAL_FAILED", NOW + timedelta(days=5))[0].severity == Severity.CRITICAL


def test_a_refused_level_is_worth_what_is_promised_too_much(look):
    sent = rows.transfer(
        operation="set-level", sku="LB-1", location_code="3", state="held", connection=rows.till()
    )
    rows.level("LB-1", told=5, desired=2)
    rows.item("LB-1", price_net=Decimal("10.00"))
    rows.hold("STOCK_PUSH_FAILED", "LB-1", transfer=sent)

    assert look("STOCK_PUSH_FAILED")[0].stake.value == 87  # 3 × (40 % of 10 + 25)


def test_a_held_publication_is_one_case_for_all_its_levels(look):
    for number in range(30):
        sent = rows.transfer(operation="set-level", sku=f"LB-{number}", state="held")
        rows.hold("STOCK_WRITE_HELD", "sitoo-brightpearl", transfer=sent)

    found = look("STOCK_WRITE_HELD", NOW + timedelta(hours=1))

    assert [each.count for each in found] == [30]
    assert found[0].title.startswith("30 stock levels held")


def test_kinds_without_a_type_of_their_own_are_shown_as_incomplete_records(look):
    rows.hold("CREDIT_BLOCKED", "R-1")
    rows.hold("PAYMENT_UNMAPPED", "Klarna")

    assert [each.subject for each in look("VALIDATION_FAILED")] == ["R-1"]


def test_a_held_record_that_gives_no_reason_is_found(look):
    rows.transfer(state="held", value=Decimal("9.00"))
    rows.receipt(state="held")
    rows.event(state="held")

    subjects = sorted(each.subject for each in look("VALIDATION_FAILED"))

    assert subjects == [
        "message without a reason",
        "receipt without a reason",
        "transfer without a reason",
    ]


def test_a_changed_version_of_a_held_receipt_has_its_reason(look):
    document = rows.receipt(external_id="20415")
    rows.event(external_id="20415", version="2", state="held")
    rows.hold("VALIDATION_FAILED", "R-1", document=document)

    assert [each.subject for each in look("VALIDATION_FAILED")] == ["R-1"]


def test_a_message_may_wait_for_another_for_four_hours(look):
    rows.event(state="parked")

    before = look("VALIDATION_FAILED", NOW + timedelta(hours=4, seconds=-1))
    after = look("VALIDATION_FAILED", NOW + timedelta(hours=4))

    assert (len(before), len(after)) == (0, 1)
