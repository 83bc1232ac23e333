"""Systems that are quiet, queues that are long, outcomes that nobody knows."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.public import StreamCursor, Sweep, Transfer
from monitoring.models import DetectorRun
from tests.conftest import NOW
from tests.monitoring import rows

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def test_a_refused_password_is_found_at_once(look):
    rows.ledger(
        trouble="unauthorised", trouble_since=NOW, trouble_sentence="The token is no longer valid."
    )

    found = look("SYSTEM_SILENT")

    assert [each.title for each in found] == [
        "Brightpearl refuses us for 0 s. The token is no longer valid."
    ]


def test_a_system_may_be_out_of_reach_for_a_minute(look):
    rows.ledger(trouble="unavailable", trouble_since=NOW)

    assert look("SYSTEM_SILENT", NOW + MINUTE - SECOND) == []
    assert len(look("SYSTEM_SILENT", NOW + MINUTE)) == 1


@pytest.mark.parametrize("state", ["paused", "disabled"])
def test_a_system_that_we_paused_is_quiet_on_purpose(look, state):
    rows.ledger(state=state, trouble="unavailable", trouble_since=NOW)

    assert look("SYSTEM_SILENT", NOW + timedelta(days=1)) == []


def test_silence_clears_when_the_system_answers(look):
    system = rows.ledger(trouble="unavailable", trouble_since=NOW)
    system.trouble, system.trouble_since = "", None
    system.save()

    assert look("SYSTEM_SILENT", NOW + timedelta(days=1)) == []


def test_silence_is_worth_the_trade_that_depends_on_the_system(look):
    rows.ledger(trouble="unavailable", trouble_since=NOW)
    rows.receipt(gross=Decimal("1680.00"))  # 10.00 an hour over a week

    found = look("SYSTEM_SILENT", NOW + timedelta(hours=2))

    assert found[0].stake.value == 2  # 10.00 × 2 h × 10 %


def test_a_stream_may_be_overdue_for_ten_minutes(look):
    StreamCursor.objects.create(connection=rows.till(), stream="orders", due_at=NOW)

    assert look("SYSTEM_SILENT", NOW + 10 * MINUTE - SECOND) == []
    found = look("SYSTEM_SILENT", NOW + 10 * MINUTE)

    assert [each.subject for each in found] == ["stream orders"]


def test_our_own_work_that_stopped_is_found(look):
    Sweep.objects.create(name="plan", every_seconds=10, due_at=NOW)

    assert look("SYSTEM_SILENT", NOW + 10 * MINUTE - SECOND) == []
    assert [each.subject for each in look("SYSTEM_SILENT", NOW + 10 * MINUTE)] == ["work plan"]


def standing_still(count, *, every=10):
    for number in range(count):
        Sweep.objects.create(name=f"lane:{number}", every_seconds=every, due_at=NOW)


def test_when_nobody_works_that_is_one_cause_with_the_feeds_that_nobody_reads(look):
    standing_still(4)
    StreamCursor.objects.create(connection=rows.till(), stream="orders", due_at=NOW)

    assert look("SYSTEM_SILENT", NOW + 10 * MINUTE - SECOND) == []
    [found] = look("SYSTEM_SILENT", NOW + 10 * MINUTE)

    assert found.title == "Our own background work has not run for 10 m."
    assert "4 pieces of it stood still" in found.summary


def test_three_lanes_that_stopped_are_three_causes(look):
    standing_still(3)

    assert len(look("SYSTEM_SILENT", NOW + 10 * MINUTE)) == 3


def test_work_that_runs_once_a_day_is_not_late_after_ten_minutes(look):
    standing_still(4, every=24 * 60 * 60)

    assert look("SYSTEM_SILENT", NOW + 10 * MINUTE) == []


def test_work_that_somebody_is_doing_has_not_stopped(look):
    later = NOW + timedelta(hours=1)
    Sweep.objects.create(name="plan", every_seconds=10, due_at=NOW, leased_until=later + SECOND)

    assert look("SYSTEM_SILENT", later) == []


def test_a_check_that_keeps_failing_is_found_after_five_minutes(look):
    DetectorRun.objects.create(type_key="SKU_UNMAPPED", failing_since=NOW, last_error="KeyError")

    assert look("SYSTEM_SILENT", NOW + 5 * MINUTE - SECOND) == []
    assert len(look("SYSTEM_SILENT", NOW + 5 * MINUTE)) == 1


def test_a_sale_may_be_due_for_a_minute(look):
    rows.transfer(due_order=NOW, value=Decimal("12.00"))

    assert look("THROUGHPUT_LAG", NOW + MINUTE - SECOND) == []
    found = look("THROUGHPUT_LAG", NOW + MINUTE)

    assert [(each.subject, each.count, each.stake.value) for each in found] == [("outbox", 1, 12)]


def test_several_late_lanes_of_one_system_are_one_cause(look):
    rows.transfer(due_order=NOW)
    rows.transfer(due_order=NOW, lane=Transfer.Lane.PAYMENTS)

    found = look("THROUGHPUT_LAG", NOW + timedelta(hours=1))

    assert [each.count for each in found] == [2]
    assert found[0].summary.startswith("1 of sales and 1 of payments.")


def test_what_may_wait_is_late_later(look):
    rows.transfer(due_order=NOW, lane=Transfer.Lane.AUDIT)

    assert look("THROUGHPUT_LAG", NOW + timedelta(minutes=59)) == []
    assert len(look("THROUGHPUT_LAG", NOW + timedelta(minutes=60))) == 1


def test_a_queue_clears_when_it_is_sent(look):
    sent = rows.transfer(due_order=NOW)
    Transfer.objects.filter(pk=sent.pk).update(state="posted", external_ref="1029")

    assert look("THROUGHPUT_LAG", NOW + timedelta(hours=1)) == []


def test_work_for_a_system_in_trouble_is_not_a_slow_queue(look):
    rows.ledger(trouble="unavailable", trouble_since=NOW)
    rows.transfer(due_order=NOW)

    assert look("THROUGHPUT_LAG", NOW + timedelta(hours=1)) == []


def test_facts_that_nobody_looked_at_are_found_after_a_minute(look):
    rows.event()

    assert look("THROUGHPUT_LAG", NOW + MINUTE - SECOND) == []
    assert [each.subject for each in look("THROUGHPUT_LAG", NOW + MINUTE)] == ["inbox"]


def test_a_vendor_may_throttle_us_for_five_minutes(look):
    rows.ledger(trouble="throttled", trouble_since=NOW)

    assert look("THROUGHPUT_LAG", NOW + 5 * MINUTE - SECOND) == []
    assert [each.subject for each in look("THROUGHPUT_LAG", NOW + 5 * MINUTE)] == ["vendor limit"]


def test_a_look_up_has_a_quarter_of_an_hour_to_answer(look):
    rows.transfer(state="unknown", first_sent_at=NOW, value=Decimal("100.00"))

    assert look("OUTCOME_UNKNOWN", NOW + 15 * MINUTE - SECOND) == []
    found = look("OUTCOME_UNKNOWN", NOW + 15 * MINUTE)

    assert found[0].title == "It is not known whether 1 write to Brightpearl arrived."
    assert found[0].stake.value == Decimal("57.50")


def test_an_unknown_outcome_with_a_hold_is_found_once(look):
    sent = rows.transfer(state="unknown", first_sent_at=NOW)
    rows.hold("OUTCOME_UNKNOWN", "R-1", transfer=sent)

    assert len(look("OUTCOME_UNKNOWN", NOW + timedelta(hours=1))) == 1
