"""What people do to a case."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.public import AuditEntry, Hold
from monitoring import public
from monitoring.models import ExceptionCase, Team
from monitoring.public import TriageError, refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def case():
    rows.hold("PAYMENT_UNMAPPED", "Klarna")
    refresh_cases(now=NOW)
    return ExceptionCase.objects.get()


def test_claiming_keeps_the_team_and_stops_the_first_clock(case, ops_user):
    public.claim(case_id=case.pk, by=ops_user, now=NOW)

    case.refresh_from_db()
    assert (case.assignee, case.team.code) == (ops_user, "FIN")
    assert (case.state, case.acknowledged_at) == ("acknowledged", NOW)
    assert list(public.cases_in_tab("mine", ops_user)) == [case]


def test_two_people_cannot_claim_the_same_case(case, ops_user, finance_user):
    public.claim(case_id=case.pk, by=ops_user, now=NOW)

    with pytest.raises(TriageError, match="Somebody else has it"):
        public.claim(case_id=case.pk, by=finance_user, now=NOW)

    case.refresh_from_db()
    assert case.assignee == ops_user


def test_every_change_has_an_actor_a_time_and_a_before_and_after(case, ops_user):
    public.assign(case_id=case.pk, to=ops_user, by=ops_user, reason="on shift", now=LATER)

    entry = AuditEntry.objects.get(action="case.assigned")
    assert (entry.actor, entry.at, entry.reason) == (ops_user, LATER, "on shift")
    assert entry.before["assignee"] is None
    assert entry.after["assignee"] == ops_user.pk


def test_acknowledging_twice_keeps_the_first_time(case, ops_user):
    public.acknowledge(case_id=case.pk, by=ops_user, now=NOW)
    public.acknowledge(case_id=case.pk, by=ops_user, now=LATER)

    case.refresh_from_db()
    assert case.acknowledged_at == NOW


def test_a_team_that_a_person_chose_is_kept_by_the_rules(case, ops_user):
    public.move(case_id=case.pk, team="OPS", by=ops_user, reason="their payment type", now=NOW)

    refresh_cases(now=LATER)

    case.refresh_from_db()
    assert case.team.code == "OPS"


def test_my_team_sees_its_cases(case, finance_user, ops_user):
    Team.objects.get(code="FIN").members.add(finance_user)

    assert list(public.cases_in_tab("team", finance_user)) == [case]
    assert list(public.cases_in_tab("team", ops_user)) == []


def test_a_snoozed_case_leaves_the_list_until_its_time(case, ops_user):
    public.snooze(case_id=case.pk, until=NOW + timedelta(hours=2), by=ops_user, now=NOW)

    assert list(public.cases_in_tab("all", ops_user)) == []
    assert list(public.cases_in_tab("snoozed", ops_user)) == [case]
    assert list(public.open_cases()) == [case]


@pytest.mark.parametrize("hours", [-1, 0, 24 * 4])
def test_a_snooze_ends_in_the_future_and_within_the_types_limit(case, ops_user, hours):
    with pytest.raises(TriageError):
        public.snooze(case_id=case.pk, until=NOW + timedelta(hours=hours), by=ops_user, now=NOW)


def test_a_case_said_to_be_right_comes_back_when_it_is_not(case, ops_user):
    public.resolve(case_id=case.pk, by=ops_user, reason="mapped it", now=NOW)

    refresh_cases(now=LATER)

    case.refresh_from_db()
    assert (case.state, case.reopened) == ("open", 1)


def test_a_case_said_to_be_right_is_verified_when_it_is(case, ops_user):
    public.resolve(case_id=case.pk, by=ops_user, reason="mapped it", now=NOW)
    rows.close(Hold.objects.get(), NOW)

    refresh_cases(now=LATER)

    case.refresh_from_db()
    assert (case.state, case.verified) == ("resolved", True)
    assert case.timeline.last().kind == "verified"


def test_dismissing_needs_a_reason(case, ops_user):
    with pytest.raises(TriageError, match="Say why"):
        public.dismiss(case_id=case.pk, by=ops_user, reason=" ", now=NOW)


def test_dismissing_settles_what_was_held_and_stays_dismissed(case, ops_user):
    number = public.dismiss(case_id=case.pk, by=ops_user, reason="test sale", now=NOW)

    refresh_cases(now=LATER)

    case.refresh_from_db()
    assert (number, case.state, case.verified) == (1, "dismissed", True)
    assert Hold.objects.get().closed_reason


def test_something_new_of_a_dismissed_cause_opens_it_again(case, ops_user):
    public.dismiss(case_id=case.pk, by=ops_user, reason="test sale", now=NOW)
    rows.hold("PAYMENT_UNMAPPED", "Klarna", opened_at=LATER)

    refresh_cases(now=LATER)

    case.refresh_from_db()
    assert (case.state, case.occurrences) == ("open", 1)


def test_a_dismissed_fact_is_not_shown_again_while_it_lasts(ops_user):
    rows.ledger(trouble="unavailable", trouble_since=NOW)
    refresh_cases(now=LATER)
    silent = ExceptionCase.objects.get()
    public.dismiss(case_id=silent.pk, by=ops_user, reason="planned outage", now=LATER)

    refresh_cases(now=LATER + timedelta(minutes=1))

    silent.refresh_from_db()
    assert silent.state == "dismissed"


def test_a_closed_case_cannot_be_claimed_but_commented(case, ops_user):
    public.resolve(case_id=case.pk, by=ops_user, reason="mapped it", now=NOW)

    with pytest.raises(TriageError):
        public.claim(case_id=case.pk, by=ops_user, now=NOW)
    public.comment(case_id=case.pk, text="It was the new terminal.", by=ops_user, now=LATER)

    assert case.timeline.last().sentence == "It was the new terminal."


def test_changing_a_figure_is_recorded_and_counts_from_the_next_refresh(case, admin_user):
    public.change_figure(
        key="floor-high", value=Decimal(900), by=admin_user, reason="louder", now=NOW
    )
    before = case.rank
    refresh_cases(now=LATER)

    case.refresh_from_db()
    assert case.rank > before
    assert AuditEntry.objects.get(action="figure.change").after == {"value": "900"}


def test_the_tester_says_who_would_own_it():
    answer = public.who_would_own(public.Routable("PAYMENT_UNMAPPED"))

    assert (answer.team, answer.rule_id) == ("FIN", None)
