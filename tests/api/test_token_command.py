"""The command that makes, lists and revokes tokens."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from config.models import ApiToken
from integrations.public import AuditEntry


def run(*words: str) -> str:
    out = StringIO()
    call_command("api_token", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def make(*more: str) -> str:
    return run("make", "--user", "olive", "--name", "Stock robot", *more).strip()


def test_the_secret_is_shown_once_and_works(ops_user: Any) -> None:
    secret = make()

    response = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/levels")

    assert response.status_code == 200
    assert secret not in run("list")
    assert ApiToken.objects.get().prefix in run("list")


def test_a_token_reads_only_unless_more_is_asked_for(ops_user: Any) -> None:
    make()

    assert ApiToken.objects.get().scopes == ["read"]


def test_a_revoked_token_opens_nothing(ops_user: Any) -> None:
    secret = make("--scopes", "read,replay")
    prefix = ApiToken.objects.get().prefix

    assert "is revoked" in run("revoke", prefix)
    assert "revoked before" in run("revoke", prefix)

    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/levels").status_code == 401
    assert "revoked" in run("list")


def test_making_and_revoking_are_audited_without_the_secret(ops_user: Any) -> None:
    secret = make()
    run("revoke", ApiToken.objects.get().prefix, "--reason", "robot retired")

    entries = list(AuditEntry.objects.order_by("id").values())
    assert [entry["action"] for entry in entries] == ["token.make", "token.revoke"]
    assert secret not in str(entries)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--scopes", "everything"),
        ("--scopes", ""),
        ("--days", "0"),
        ("--days", "4000"),
        ("--user", "nobody"),
        ("--name", " "),
    ],
)
def test_a_wrong_wish_is_refused_with_a_sentence(ops_user: Any, wrong: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=r"\w"):
        make(*wrong)

    assert not ApiToken.objects.exists()
