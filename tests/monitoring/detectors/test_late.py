"""Receipts that wait without a hold."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.public import ChannelLevel, Link
from tests.conftest import NOW
from tests.monitoring import rows

KINDS = [("sale", "SALE_NOT_POSTED"), ("return", "RETURN_NOT_CREDITED")]


@pytest.mark.parametrize(("kind", "key"), KINDS)
def test_a_parked_receipt_is_found_after_four_hours_and_not_a_second_earlier(look, kind, key):
    rows.receipt(kind=kind, state="parked", received_at=NOW, reason="Its sale has not come.")

    assert look(key, NOW + timedelta(hours=4, seconds=-1)) == []
    found = look(key, NOW + timedelta(hours=4))

    assert [each.summary for each in found] == ["Its sale has not come."]


def test_a_link_may_have_more_patience(look):
    rows.receipt(state="parked", received_at=NOW)
    Link.objects.update(policy={"parked_hours": 24})

    assert look("SALE_NOT_POSTED", NOW + timedelta(hours=23)) == []
    assert len(look("SALE_NOT_POSTED", NOW + timedelta(hours=24))) == 1


def test_sales_on_their_way_are_late_together_after_half_an_hour(look):
    for _ in range(3):
        rows.receipt(state="posting", received_at=NOW, planned_at=NOW)

    assert look("SALE_NOT_POSTED", NOW + timedelta(minutes=30, seconds=-1)) == []
    found = look("SALE_NOT_POSTED", NOW + timedelta(minutes=30))

    assert [each.count for each in found] == [3]
    assert "3 sales on the way to Brightpearl" in found[0].title


def test_a_late_sale_clears_when_it_is_posted(look):
    document = rows.receipt(state="posting", received_at=NOW)
    document.state = "posted"
    document.save()

    assert look("SALE_NOT_POSTED", NOW + timedelta(days=1)) == []


def test_a_sale_with_a_hold_is_a_case_of_its_cause_only(look):
    document = rows.receipt(state="posting", received_at=NOW)
    rows.hold("SKU_UNMAPPED", "LB-1", document=document)

    assert look("SALE_NOT_POSTED", NOW + timedelta(days=1)) == []


def test_what_waits_for_a_system_that_is_down_is_counted_there(look):
    rows.ledger(trouble="unavailable", trouble_since=NOW, trouble_sentence="No answer.")
    rows.receipt(state="posting", received_at=NOW)

    assert look("SALE_NOT_POSTED", NOW + timedelta(days=1)) == []
    assert [each.count for each in look("SYSTEM_SILENT", NOW + timedelta(days=1))] == [1]


def test_a_sale_of_last_units_cannot_wait_and_costs_an_oversell(look):
    sale = rows.receipt(state="posting", gross=Decimal("12.00"))
    rows.line(sale, "SOCK", location_code="3")
    level = ChannelLevel.objects.create(
        connection=sale.connection, location_code="3", sku="SOCK", desired=Decimal(3)
    )
    later = NOW + timedelta(minutes=30)

    plenty = look("SALE_NOT_POSTED", later)[0]
    level.desired = Decimal(2)
    level.save()
    last = look("SALE_NOT_POSTED", later)[0]

    assert (plenty.severity, plenty.stake.value) == (None, Decimal("12.00"))
    assert (last.severity, last.stake.value) == ("critical", Decimal("37.00"))
