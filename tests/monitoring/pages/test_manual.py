"""People read what they run by, and tick what they looked at."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.public import AuditEntry, Retailer
from monitoring.models import (
    CheckTick,
    ExceptionCase,
    ManualReading,
    ManualRevision,
    RoutingRule,
    Team,
)
from monitoring.public import refresh_cases
from monitoring.services.duties import DutyError, record_revisions, tick
from tests.conftest import NOW
from tests.monitoring import rows

MANUAL, CHECKLIST = "/manual/", "/manual/checklist/"


@pytest.fixture
def retailer(db: None) -> Retailer:
    rows.pair()
    owners = {"products": "brightpearl", "prices": "brightpearl", "finance": "brightpearl"}
    stock = {"inventory": {"default": "brightpearl"}}
    return Retailer.objects.create(name="Harbour", currency="GBP", owners={**owners, **stock})


def body(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def read(client: Client, chapter: str) -> Any:
    page = body(client, MANUAL)
    form = page.split(f'name="chapter" value="{chapter}"')[1]
    digest = form.split('name="digest" value="')[1].split('"')[0]
    return client.post("/manual/understood/", {"chapter": chapter, "digest": digest})


def test_the_manual_names_the_real_systems(ops: Client, retailer: Retailer) -> None:
    page = body(ops, MANUAL)

    assert "Where truth sits" in page
    assert "It becomes one order in Brightpearl" in page
    assert 'class="chart chart--map"' in page


def test_a_chapter_says_since_when_it_is_true(ops: Client, retailer: Retailer) -> None:
    fresh = body(ops, MANUAL)
    made = record_revisions(now=timezone.now() - timedelta(days=3))
    same = record_revisions(now=timezone.now())

    assert (made, same) == (3, 0)
    assert fresh.count("Changed within the last minute") == 3
    assert body(ops, MANUAL).count("3 d ago") == 3


def test_a_reader_is_told_what_changed_since(ops: Client, retailer: Retailer) -> None:
    read(ops, "truth")
    known = body(ops, MANUAL)

    Retailer.objects.update(owners={**retailer.owners, "products": "sitoo"})

    assert "You read and understood this" in known
    assert "changed since you read it" not in known
    assert "changed since you read it" in body(ops, MANUAL)


def test_nobody_ticks_what_they_did_not_read(ops: Client, retailer: Retailer) -> None:
    ops.post("/manual/understood/", {"chapter": "truth", "digest": "older"})
    ops.post("/manual/understood/", {"chapter": "nonsense", "digest": ""})

    assert not ManualReading.objects.exists()


def test_a_revision_is_kept_for_each_change(retailer: Retailer) -> None:
    record_revisions(now=NOW)
    Retailer.objects.update(owners={**retailer.owners, "products": "sitoo"})

    record_revisions(now=NOW + timedelta(hours=1))

    assert ManualRevision.objects.filter(chapter="truth").count() == 2
    assert ManualRevision.objects.filter(chapter="sales").count() == 1


def test_each_alert_says_how_such_cases_ended(ops: Client, ops_user: Any) -> None:
    held = rows.hold("PAYMENT_UNMAPPED", "Klarna")
    refresh_cases(now=timezone.now() - timedelta(hours=1))
    rows.close(held, timezone.now())
    refresh_cases(now=timezone.now())

    page = body(ops, "/manual/alerts/payment-unmapped/")

    assert "1 stayed mended; half took no longer than 1 h" in page
    assert "First check." in page
    assert ops.get("/manual/alerts/no-such-thing/").status_code == 404


def test_the_matrix_follows_the_rules(ops: Client, retailer: Retailer) -> None:
    finance = Team.objects.get(code="FIN")
    RoutingRule.objects.create(position=1, least_value=500, currency="GBP", team=finance)

    assert "from £500.00" in body(ops, "/manual/owners/")


def test_a_tick_keeps_who_was_first(
    ops: Client, ops_user: Any, user_in: Any, retailer: Any
) -> None:
    sent = {"role": "operator", "key": "team"}
    ops.post(f"{CHECKLIST}tick/", sent)

    tick(role="operator", key="team", today=timezone.now().date(), by=user_in(name="eve"), now=NOW)

    assert CheckTick.objects.get().ticked_by == ops_user
    assert "olive" in body(ops, CHECKLIST)


def test_a_tick_taken_back_is_recorded(ops: Client, retailer: Any) -> None:
    sent = {"role": "operator", "key": "team"}
    ops.post(f"{CHECKLIST}tick/", sent)

    ops.post(f"{CHECKLIST}tick/", {**sent, "done": "no"})

    assert not CheckTick.objects.exists()
    assert AuditEntry.objects.get(action="checklist.untick").before["ticked by"] == "olive"


def test_only_who_holds_the_role_ticks_for_it(ops: Client, retailer: Any) -> None:
    ops.post(f"{CHECKLIST}tick/", {"role": "finance_approver", "key": "sign"})

    assert not CheckTick.objects.exists()
    assert "Only who holds this role" in body(ops, CHECKLIST)


def test_what_left_the_list_cannot_be_ticked(ops_user: Any, retailer: Any) -> None:
    with pytest.raises(DutyError, match="no longer"):
        tick(role="operator", key="gone", today=NOW.date(), by=ops_user, now=NOW)


def test_a_weekly_check_is_done_for_the_whole_week(ops: Client, retailer: Any) -> None:
    ops.post(f"{CHECKLIST}tick/", {"role": "operator", "key": "back"})

    [done] = CheckTick.objects.all()
    assert done.on.weekday() == 0


def test_the_list_of_the_last_days_shows_who_looked(
    ops: Client, ops_user: Any, retailer: Any
) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    tick(role="operator", key="team", today=yesterday.date(), by=ops_user, now=yesterday)

    page = body(ops, CHECKLIST)

    assert page.count("cell--agrees") == 1
    assert 'aria-pressed="true"' not in page


def test_the_auditor_reads_every_list_and_ticks_none(
    browser: Callable[..., Client], auditor_user: Any, retailer: Any
) -> None:
    auditor = browser(auditor_user)

    assert (
        auditor.post(f"{CHECKLIST}tick/", {"role": "auditor", "key": "owners"}).status_code == 403
    )
    assert "Who holds this role ticks it" in body(auditor, f"{CHECKLIST}?role=operator")
    assert not ExceptionCase.objects.exists()
