"""Administrators give and take roles; everything is kept with a name."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from integrations.public import AuditEntry

STRONG = "long-and-unlikely-7391"


def test_somebody_is_added_and_given_a_role(admin: Client) -> None:
    new = {"username": "nora", "name": "Nora Vale", "email": "", "password": STRONG}
    response = admin.post("/settings/people/add/", new)
    nora = User.objects.get(username="nora")

    admin.post(
        f"{response['Location']}change/", {"roles": "operator", "teams": "OPS", "is_active": "on"}
    )

    assert nora.check_password(STRONG)
    assert list(nora.groups.values_list("name", flat=True)) == ["operator"]
    assert [team.code for team in nora.teams.all()] == ["OPS"]
    assert AuditEntry.objects.latest("pk").after["roles"] == ["operator"]


def test_a_weak_password_is_refused_and_no_account_is_made(admin: Client) -> None:
    new = {"username": "nora", "name": "Nora Vale", "password": "12345"}

    response = admin.post("/settings/people/add/", new)

    assert response.status_code == 422
    assert not User.objects.filter(username="nora").exists()


def test_a_role_that_is_taken_away_is_gone_at_the_next_click(
    admin: Client, ops: Client, ops_user: Any
) -> None:
    before = ops.get("/stock/").status_code

    admin.post(f"/settings/people/{ops_user.pk}/change/", {"roles": "auditor", "is_active": "on"})

    assert before == 200
    assert ops.post("/exceptions/claim/").status_code == 403


def test_who_is_switched_off_is_signed_out_at_once(
    admin: Client, ops: Client, ops_user: Any
) -> None:
    admin.post(f"/settings/people/{ops_user.pk}/change/", {"roles": "operator"})

    assert ops.get("/")["Location"].startswith("/accounts/login/")


def test_an_administrator_does_not_lock_himself_out(admin: Client, admin_user: Any) -> None:
    response = admin.post(
        f"/settings/people/{admin_user.pk}/change/", {"roles": "store", "is_active": "on"}
    )

    assert response.status_code == 422
    assert "Ask another administrator" in response.content.decode()


def test_the_auditor_sees_people_and_changes_and_touches_neither(
    browser: Any, auditor_user: Any, ops_user: Any
) -> None:
    client = browser(auditor_user)

    page = client.get(f"/settings/people/{ops_user.pk}/").content.decode()
    response = client.post(f"/settings/people/{ops_user.pk}/change/", {"roles": "admin"})

    assert "Your role may look, not change this" in page
    assert response.status_code == 403


def test_operations_do_not_see_the_settings(ops: Client) -> None:
    assert ops.get("/settings/people/").status_code == 403
    assert "Settings</span>" not in ops.get("/").content.decode()


def test_the_log_shows_what_differs_and_who_did_it(
    admin: Client, admin_user: Any, ops_user: Any
) -> None:
    admin.post(f"/settings/people/{ops_user.pk}/change/", {"roles": "store", "is_active": "on"})

    page = admin.get("/settings/changes/").content.decode()

    assert "Person change" in page
    assert "roles: operator → store" in page
    assert "may sign in" not in page.split("<tbody")[1]
