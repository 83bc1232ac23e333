"""One click is taken back whole, and never over what somebody else did since."""

from datetime import timedelta

import pytest

from integrations.public import AuditEntry
from monitoring import public
from monitoring.models import CaseEvent, ExceptionCase
from monitoring.public import TriageError
from tests.conftest import NOW
from tests.monitoring import rows

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=9, seconds=59)


@pytest.fixture
def cases():
    for subject in ("Klarna", "Swish"):
        rows.hold("PAYMENT_UNMAPPED", subject)
    public.refresh_cases(now=NOW)
    return list(ExceptionCase.objects.order_by("pk"))


def state():
    fields = ("state", "assignee_id", "team__code", "snoozed_until", "closed_at", "team_chosen")
    return list(ExceptionCase.objects.order_by("pk").values_list(*fields, "acknowledged_at"))


def claim(case, user):
    public.claim(case_id=case.pk, by=user, now=NOW)


def snooze(case, user):
    public.snooze(case_id=case.pk, until=NOW + timedelta(hours=4), by=user, now=NOW)


def move(case, user):
    public.move(case_id=case.pk, team="OPS", by=user, reason="theirs", now=NOW)


def resolve(case, user):
    public.resolve(case_id=case.pk, by=user, reason="mapped", now=NOW)


def assign(case, user):
    public.assign(case_id=case.pk, to=user, by=user, now=NOW)


@pytest.mark.parametrize("do", [claim, snooze, move, resolve, assign])
def test_a_whole_click_is_taken_back(cases, ops_user, do):
    before = state()
    for case in cases:
        do(case, ops_user)
    changed = state()

    restored = public.undo(by=ops_user, at=NOW, now=SOON)

    assert changed != before
    assert restored == 2
    assert state() == before
    assert CaseEvent.objects.filter(kind="undone").count() == 2
    assert AuditEntry.objects.filter(action="case.undone").count() == 2


def test_after_ten_minutes_it_stays(cases, ops_user):
    claim(cases[0], ops_user)

    with pytest.raises(TriageError, match="any more"):
        public.undo(by=ops_user, at=NOW, now=SOON + timedelta(seconds=1))


def test_what_somebody_did_since_is_not_undone(cases, ops_user, finance_user):
    for case in cases:
        claim(case, ops_user)
    public.assign(case_id=cases[0].pk, to=finance_user, by=finance_user, now=NOW)

    assert public.undo(by=ops_user, at=NOW, now=SOON) == 1

    first, second = ExceptionCase.objects.order_by("pk")
    assert (first.assignee, second.assignee) == (finance_user, None)


def test_only_the_last_click_can_be_taken_back_and_only_by_who_did_it(
    cases, ops_user, finance_user
):
    claim(cases[0], ops_user)
    later = NOW + timedelta(minutes=1)
    public.assign(case_id=cases[1].pk, to=ops_user, by=ops_user, now=later)

    for who, at in ((ops_user, NOW), (finance_user, later)):
        with pytest.raises(TriageError):
            public.undo(by=who, at=at, now=SOON)
    assert public.undo(by=ops_user, at=later, now=SOON) == 1


def test_a_dismissal_is_not_offered(cases, ops_user):
    public.dismiss(case_id=cases[0].pk, by=ops_user, reason="test sale", now=NOW)

    assert public.last_batch(ops_user, now=SOON) is None


def test_a_case_that_was_verified_since_is_not_opened_again(cases, ops_user):
    resolve(cases[0], ops_user)
    rows.close(public.occurrences(cases[0].pk).get().hold, NOW)
    public.refresh_cases(now=NOW)

    restored = public.undo(by=ops_user, at=NOW, now=SOON)

    assert restored == 0
    assert ExceptionCase.objects.get(pk=cases[0].pk).verified


def test_taking_back_twice_does_it_once(cases, ops_user):
    claim(cases[0], ops_user)
    public.undo(by=ops_user, at=NOW, now=SOON)

    with pytest.raises(TriageError):
        public.undo(by=ops_user, at=NOW, now=SOON)
