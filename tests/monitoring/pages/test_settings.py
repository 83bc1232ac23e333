"""Administrators say who owns what and who is told; everybody else may look, or not even that."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.public import AuditEntry
from monitoring import public
from monitoring.models import AlertChannel, CaseEvent, ExceptionCase, Message, RoutingRule, Team
from monitoring.services.cases import refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows

ROUTING, ALERTS = "/settings/routing/", "/settings/alerts/"
HOOK = "https://hooks.example.com/T0/secret"


def body(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def version() -> str:
    return public.version_of(public.rules_in_force())


def add_rule(client: Client, **fields: str) -> Any:
    sent = {f"new-{name}": value for name, value in fields.items()}
    return client.post(f"{ROUTING}add/", {"version": version(), **sent})


def change_rule(client: Client, at: int, do: str) -> Any:
    return client.post(f"{ROUTING}change/", {"version": version(), "at": at, "do": do})


@pytest.fixture
def klarna(db: None) -> ExceptionCase:
    rows.hold("PAYMENT_UNMAPPED", "Klarna")
    refresh_cases(now=NOW)
    return ExceptionCase.objects.get()


def test_a_rule_moves_what_is_open_and_each_says_so(admin: Client, klarna: ExceptionCase) -> None:
    add_rule(admin, type_key="PAYMENT_UNMAPPED", team="OPS", note="Ops knows the terminals")

    klarna.refresh_from_db()
    assert klarna.team.code == "OPS"
    assert CaseEvent.objects.filter(case=klarna, kind="routed").count() == 1
    assert "1 open exception moved" in body(admin, ROUTING)
    assert AuditEntry.objects.get(action="routing.change").actor_name == "ada"


def test_the_last_rule_that_matches_wins_and_a_resting_one_does_not_count(
    admin: Client, klarna: ExceptionCase
) -> None:
    add_rule(admin, type_key="PAYMENT_UNMAPPED", team="OPS")
    add_rule(admin, team="ADM")
    change_rule(admin, 2, "rest")
    klarna.refresh_from_db()
    rested = klarna.team.code

    change_rule(admin, 2, "rest")
    change_rule(admin, 2, "up")

    klarna.refresh_from_db()
    assert (rested, klarna.team.code) == ("OPS", "OPS")
    assert list(RoutingRule.objects.values_list("team__code", flat=True)) == ["ADM", "OPS"]


def test_removing_the_rule_gives_it_back_to_the_types_own_team(
    admin: Client, klarna: ExceptionCase
) -> None:
    add_rule(admin, team="OPS")

    change_rule(admin, 1, "remove")

    klarna.refresh_from_db()
    assert klarna.team.code == "FIN"


def test_the_tester_says_where_it_would_go_and_saves_nothing(admin: Client, klarna: Any) -> None:
    add_rule(admin, value="500", team="ADM")

    below = body(admin, f"{ROUTING}?type_key=PAYMENT_UNMAPPED&value=499.99")
    above = body(admin, f"{ROUTING}?type_key=PAYMENT_UNMAPPED&value=500")

    assert "<strong>Finance</strong>, because the type belongs to them" in below
    assert "<strong>Administrators</strong>, by rule 1" in above
    assert RoutingRule.objects.get().currency == "GBP"


def test_who_saves_an_old_table_is_told_and_changes_nothing(admin: Client, klarna: Any) -> None:
    old = version()
    add_rule(admin, team="OPS")

    admin.post(f"{ROUTING}add/", {"version": old, "new-team": "ADM"})

    assert RoutingRule.objects.count() == 1
    assert "Somebody changed the rules meanwhile" in body(admin, ROUTING)


@pytest.mark.parametrize(
    ("at", "do"), [("99", "remove"), ("x", "up"), ("1", "explode"), ("", "rest")]
)
def test_a_forged_change_changes_nothing(admin: Client, klarna: Any, at: str, do: str) -> None:
    add_rule(admin, team="OPS")

    admin.post(f"{ROUTING}change/", {"version": version(), "at": at, "do": do})

    assert RoutingRule.objects.count() == 1


def add_channel(client: Client, **fields: str) -> Any:
    start = {"team": "FIN", "kind": "webhook", "label": "Finance room", "where": HOOK}
    more = {"pace": "at-once", "severity": "low", "enabled": "on"}
    return client.post(f"{ALERTS}add/", {**start, **more, **fields})


def test_the_secret_is_shown_once_and_the_address_never(admin: Client, db: None) -> None:
    made = add_channel(admin).content.decode()

    later = body(admin, ALERTS) + body(admin, f"{ALERTS}{AlertChannel.objects.get().pk}/")
    assert "It is shown this once" in made
    assert "this once" not in later
    assert "T0/secret" not in made + later
    assert "hooks.example.com" in later


def test_a_channel_that_points_inside_is_refused_with_a_sentence(admin: Client, db: None) -> None:
    response = add_channel(admin, where="https://127.0.0.1/hook")

    assert response.status_code == 422
    assert "not a host name" in response.content.decode()
    assert not AlertChannel.objects.exists()


def test_the_test_button_writes_a_message_that_the_page_shows(admin: Client, db: None) -> None:
    add_channel(admin)
    channel = AlertChannel.objects.get()

    admin.post(f"{ALERTS}{channel.pk}/test/")
    admin.post(f"{ALERTS}{channel.pk}/test/")

    page = body(admin, ALERTS)
    assert Message.objects.count() == 1
    assert "Finance: a test" in page
    assert "less than a minute" in page


def test_a_channel_is_changed_and_removed_on_its_own_page(admin: Client, db: None) -> None:
    add_channel(admin)
    channel = AlertChannel.objects.get()
    sent = {"team": "OPS", "label": "Ops room", "where": "", "pace": "digest", "severity": "high"}

    admin.post(f"{ALERTS}{channel.pk}/change/", sent)
    channel.refresh_from_db()
    admin.post(f"{ALERTS}{channel.pk}/remove/")

    assert (channel.label, channel.team.code, channel.enabled) == ("Ops room", "OPS", False)
    assert not AlertChannel.objects.exists()
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert {"channel.add", "channel.change", "channel.remove"} <= set(actions)


def test_a_team_is_given_a_lead_and_somebody_who_stands_in(
    admin: Client, finance_user: Any, approver_user: Any
) -> None:
    sent = {"team": "FIN", "lead": approver_user.pk, "backup": finance_user.pk}

    admin.post(f"{ALERTS}ladder/", sent)
    admin.post(f"{ALERTS}ladder/", {"team": "FIN", "lead": "x", "backup": finance_user.pk})

    team = Team.objects.get(code="FIN")
    assert (team.lead, team.backup) == (None, finance_user)
    assert AuditEntry.objects.filter(action="team.ladder").count() == 2


WRITES = ("routing/add/", "routing/change/", "alerts/add/", "alerts/ladder/")


@pytest.mark.parametrize("address", WRITES)
def test_only_administrators_change_settings(
    browser: Any, user_in: Callable[..., Any], address: str
) -> None:
    codes = {
        role: browser(user_in(role)).post(f"/settings/{address}").status_code
        for role in ("operator", "finance_approver", "store", "auditor")
    }

    assert set(codes.values()) == {403}


def test_the_auditor_reads_the_settings_without_a_button(browser: Any, auditor_user: Any) -> None:
    auditor = browser(auditor_user)

    for address in (ROUTING, ALERTS):
        page = body(auditor, address)
        assert "Add a channel</summary>" not in page
        assert "Add at the end" not in page
        assert 'method="post"' not in page.split("<main", 1)[1]
