"""An order that stands still beyond its capture, and nothing says why."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.public import Connection, Transfer
from monitoring.value import Assumptions, stopped
from tests.conftest import NOW
from tests.monitoring import rows

KEY = "ORDER_STUCK"
HOUR = timedelta(hours=1)


@pytest.fixture
def sale(db):
    """In the ERP since now; its goods-out note waits for something."""
    sale = rows.receipt(state="posting", received_at=NOW - HOUR, planned_at=NOW - HOUR)
    rows.transfer(document=sale, state="posted", external_ref="SO-1", posted_at=NOW)
    rows.transfer(document=sale, operation="issue-goods-out", step=2, waiting=True)
    return sale


def test_it_is_found_when_its_patience_ends_and_not_a_second_earlier(look, sale):
    assert look(KEY, NOW + HOUR - timedelta(seconds=1)) == []
    found = look(KEY, NOW + HOUR)

    assert [each.count for each in found] == [1]
    assert f"Receipt {sale}" in found[0].title
    assert "at Brightpearl: “In the ERP”. It waits for its goods leaving stock." in found[0].title


def test_it_clears_when_the_order_moves_on(look, sale):
    Transfer.objects.filter(operation="issue-goods-out").update(
        state="posted", external_ref="GON-1", posted_at=NOW + HOUR, waiting=False
    )

    assert look(KEY, NOW + HOUR) == []


def test_it_is_not_also_a_sale_that_has_not_reached_the_erp(look, sale):
    assert look("SALE_NOT_POSTED", NOW + 24 * HOUR) == []


def test_orders_of_one_stage_are_one_cause(look, sale):
    other = rows.receipt(state="posting", received_at=NOW - HOUR)
    rows.transfer(document=other, state="posted", external_ref="SO-2", posted_at=NOW)
    rows.transfer(document=other, operation="ship-goods-out", step=3, waiting=True)

    found = look(KEY, NOW + HOUR)

    assert [each.count for each in found] == [2]
    assert found[0].title.startswith("2 sales have stopped")


def test_a_posted_order_that_nobody_reads_back_is_found(look, db):
    sale = rows.receipt(state="posted")
    rows.transfer(
        document=sale, state="posted", external_ref="SO-1", posted_at=NOW, verify_after=NOW
    )

    assert "It waits for the reading that proves it" in look(KEY, NOW + HOUR)[0].title


@pytest.mark.parametrize("explained", ["hold", "trouble", "paused", "unknown", "due"])
def test_what_another_exception_explains_is_left_to_it(look, sale, explained):
    step = Transfer.objects.filter(operation="issue-goods-out")
    if explained == "hold":
        rows.hold("SALE_NOT_POSTED", str(sale), document=sale, transfer=step.get())
    elif explained == "trouble":
        Connection.objects.filter(role="erp").update(trouble="unavailable", trouble_since=NOW)
    elif explained == "paused":
        Connection.objects.filter(role="erp").update(state="paused")
    elif explained == "unknown":
        step.update(state="unknown", waiting=False)
    else:
        step.update(waiting=False, not_before=NOW)

    assert look(KEY, NOW + 24 * HOUR) == []


def test_what_was_put_off_after_a_failure_is_not_explained_by_a_queue(look, sale):
    Transfer.objects.filter(operation="issue-goods-out").update(
        waiting=False, not_before=NOW + 2 * HOUR
    )

    assert len(look(KEY, NOW + HOUR)) == 1


@pytest.mark.parametrize(("age", "value"), [(HOUR, "100.13"), (72 * HOUR, "106.00")])
def test_its_value_is_the_orders_and_a_call_that_grows_likely_over_two_days(age, value):
    stake = stopped({"GBP": Decimal(100)}, age=age, count=1, figures=Assumptions())

    assert stake.value == Decimal(value)
    assert not stake.is_exact
