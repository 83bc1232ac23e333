"""Findings become cases."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.public import Hold
from monitoring import registry
from monitoring.models import CaseEvent, CaseOccurrence, DetectorRun, ExceptionCase, Team
from monitoring.services.cases import refresh_cases
from monitoring.services.routing_rules import RuleLine, replace_rules
from tests.conftest import NOW
from tests.monitoring import rows

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def only_case() -> ExceptionCase:
    return ExceptionCase.objects.get()


def story(case: ExceptionCase) -> list[str]:
    return list(case.timeline.values_list("kind", flat=True))


def test_one_cause_is_one_case_however_many_receipts_it_holds_up():
    for _ in range(37):
        rows.hold("PAYMENT_UNMAPPED", "Klarna", table="payment-type")

    refresh_cases(now=NOW)

    case = only_case()
    assert case.title == "Payment type “Klarna” has no GL account in Brightpearl."
    assert (case.occurrences, case.value_at_risk) == (37, Decimal("444.00"))
    assert case.value_is_exact
    assert case.team.code == "FIN"


def test_a_receipt_with_two_holds_of_one_cause_counts_once():
    document = rows.receipt(state="held", gross=Decimal("30.00"))
    rows.hold("SKU_UNMAPPED", "LB-1", document=document)
    rows.hold("SKU_UNMAPPED", "LB-1", document=document)

    refresh_cases(now=NOW)

    assert only_case().value_at_risk == 30
    assert only_case().occurrences == 1
    assert only_case().records.count() == 2


def test_the_summary_names_receipt_store_and_goods():
    document = rows.receipt(state="held", number="R-77")
    rows.line(document, "RJ-NVY-M")
    rows.hold("SKU_UNMAPPED", "RJ-NVY-M", document=document)

    refresh_cases(now=NOW)

    assert only_case().summary == "Holds up 1 record: receipt R-77 at LDS01 (RJ-NVY-M)."


def test_refreshing_again_changes_nothing():
    rows.hold("SKU_UNMAPPED", "LB-1")
    refresh_cases(now=NOW)
    before = ExceptionCase.objects.values().get()

    refresh_cases(now=NOW)

    assert ExceptionCase.objects.values().get() == before
    assert CaseEvent.objects.count() == 1


def test_a_growing_cause_stays_one_case_with_new_figures():
    rows.hold("SKU_UNMAPPED", "LB-1")
    refresh_cases(now=NOW)
    rows.hold("SKU_UNMAPPED", "LB-1")

    refresh_cases(now=LATER)

    assert only_case().occurrences == 2
    assert only_case().value_at_risk == 24
    assert only_case().last_seen == LATER


def test_a_case_clears_and_says_so_when_its_cause_goes_away():
    held = rows.hold("SKU_UNMAPPED", "LB-1")
    refresh_cases(now=NOW)
    rows.close(held, LATER)

    refresh_cases(now=LATER)

    case = only_case()
    assert (case.state, case.verified, case.occurrences) == ("resolved", True, 0)
    assert story(case) == ["opened", "cleared"]
    assert not CaseOccurrence.objects.filter(cleared_at__isnull=True).exists()


def test_a_cause_that_returns_reopens_its_case_with_new_clocks():
    rows.close(rows.hold("SKU_UNMAPPED", "LB-1"), NOW)
    rows.hold("SKU_UNMAPPED", "LB-1")
    refresh_cases(now=NOW)
    rows.close(Hold.objects.get(closed_at__isnull=True), LATER)
    refresh_cases(now=LATER)
    rows.hold("SKU_UNMAPPED", "LB-1")

    refresh_cases(now=LATER + timedelta(days=2))

    case = only_case()
    assert (case.state, case.reopened, case.verified) == ("open", 1, False)
    assert case.first_seen == NOW
    assert case.opened_at == LATER + timedelta(days=2)
    assert story(case) == ["opened", "cleared", "reopened"]


def test_every_open_hold_is_in_exactly_one_open_case_whatever_its_kind():
    kinds = [*registry.TYPES, "CREDIT_BLOCKED", "SOMETHING_NEW"]
    for kind in kinds:
        rows.hold(kind, "Leeds")
        rows.hold(kind, "Leeds", link=None)
        rows.hold(kind, "York", table="store-warehouse")
    rows.close(rows.hold("SKU_UNMAPPED", "gone"), NOW)

    refresh_cases(now=NOW)

    named = CaseOccurrence.objects.filter(
        cleared_at__isnull=True, case__closed_at__isnull=True, hold__isnull=False
    )
    holds = Hold.objects.filter(closed_at__isnull=True)
    assert sorted(named.values_list("hold_id", flat=True)) == sorted(
        holds.values_list("pk", flat=True)
    )


def test_no_case_is_without_a_team_and_the_teams_add_up():
    for kind in registry.TYPES:
        rows.hold(kind, "Leeds")

    refresh_cases(now=NOW)

    by_team = [ExceptionCase.objects.of_teams([team.code]).count() for team in Team.objects.all()]
    assert sum(by_team) == ExceptionCase.objects.queue().count() > 0


def test_a_changed_routing_rule_moves_open_cases_and_says_so(admin_user):
    rows.hold("PAYMENT_UNMAPPED", "Klarna")
    refresh_cases(now=NOW)

    replace_rules([RuleLine(team="OPS", type_key="PAYMENT_UNMAPPED")], by=admin_user, now=LATER)

    assert only_case().team.code == "OPS"
    assert story(only_case()) == ["opened", "routed"]


def test_a_routing_table_with_mistakes_changes_nothing_and_names_them_all(admin_user):
    lines = [RuleLine(team="NOBODY"), RuleLine(team="OPS", link="missing")]

    with pytest.raises(ValueError, match=r"Rule 1: .*NOBODY.*\nRule 2: .*missing"):
        replace_rules(lines, by=admin_user, now=NOW)


def test_a_snoozed_case_wakes_when_its_time_is_over():
    rows.hold("SKU_UNMAPPED", "LB-1")
    refresh_cases(now=NOW)
    ExceptionCase.objects.update(state="snoozed", snoozed_until=LATER)

    refresh_cases(now=LATER - timedelta(seconds=1))
    asleep = only_case().state
    refresh_cases(now=LATER)

    assert (asleep, only_case().state) == ("snoozed", "open")
    assert story(only_case()) == ["opened", "woke"]


def test_a_detector_that_fails_does_not_stop_the_others(monkeypatch):
    class Broken:
        TYPE = registry.TYPES["SKU_UNMAPPED"]

        @staticmethod
        def gather(**_):
            raise RuntimeError("no such column")

    monkeypatch.setitem(registry.DETECTORS, "SKU_UNMAPPED", Broken)
    rows.hold("PAYMENT_UNMAPPED", "Klarna")

    done = refresh_cases(now=NOW)

    assert done.failed == ("SKU_UNMAPPED",)
    assert only_case().type_key == "PAYMENT_UNMAPPED"
    assert DetectorRun.objects.get(type_key="SKU_UNMAPPED").failing_since == NOW


def test_a_run_that_was_overtaken_reads_again_before_it_writes(monkeypatch):
    rows.hold("SKU_UNMAPPED", "LB-1")
    detector = registry.DETECTORS["SKU_UNMAPPED"]
    calls = []

    class Overtaken:
        TYPE = detector.TYPE
        detect = staticmethod(detector.detect)

        @staticmethod
        def gather(**options):
            facts = detector.gather(**options)
            calls.append(1)
            if len(calls) == 1:  # another run finishes while this one reads
                DetectorRun.objects.filter(type_key="SKU_UNMAPPED").update(turns=99)
                rows.close(Hold.objects.get(), NOW)
            return facts

    monkeypatch.setitem(registry.DETECTORS, "SKU_UNMAPPED", Overtaken)

    refresh_cases(now=NOW, types=["SKU_UNMAPPED"])

    assert len(calls) == 2
    assert not ExceptionCase.objects.exists()


def test_the_number_of_queries_does_not_grow_with_what_is_held(django_assert_max_num_queries):
    for number in range(60):
        rows.hold("SKU_UNMAPPED", f"LB-{number % 7}")
    refresh_cases(now=NOW)
    for number in range(60):
        rows.hold("SKU_UNMAPPED", f"LB-{number % 7}")

    with django_assert_max_num_queries(30):
        refresh_cases(now=LATER, types=["SKU_UNMAPPED"])
