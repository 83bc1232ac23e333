"""Who gets in: tokens, scopes, roles, and what a refusal says and does not say."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.models import ApiToken
from config.tokens import guessing
from config.tokens.issue import revoke_token

URL = "/api/v1/documents"


def bearer(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_token_opens_what_its_user_may_open(ops: Client) -> None:
    assert ops.get(URL).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer plb_00000000_wrong", "Basic b2xpdmU6eA==", "plb_1_x"]
)
def test_without_a_valid_token_nobody_gets_in(db: None, header: str) -> None:
    response = Client(headers={"Authorization": header}).get(URL)

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert "token" in response.json()["message"]


def test_a_token_in_the_address_is_no_token(token_of: Any, ops_user: Any) -> None:
    token = token_of(ops_user)

    response = Client().get(URL, {"token": token, "access_token": token})

    assert response.status_code == 401
    assert token not in response.content.decode()


def test_a_signed_in_browser_needs_a_token_too(ops_user: Any) -> None:
    client = Client()
    client.force_login(ops_user)

    assert client.get(URL).status_code == 401


def test_an_expired_token_is_refused(token_of: Any, ops_user: Any) -> None:
    token = token_of(ops_user)
    past = timezone.now() - timedelta(days=2)
    ApiToken.objects.update(created_at=past, expires_at=past + timedelta(days=1))

    assert bearer(token).get(URL).status_code == 401


def test_a_revoked_token_is_refused_at_once(token_of: Any, ops_user: Any) -> None:
    client = bearer(token_of(ops_user))
    assert client.get(URL).status_code == 200

    revoke_token(prefix=ApiToken.objects.get().prefix, by="test", now=timezone.now())

    assert client.get(URL).status_code == 401


def test_a_disabled_user_s_token_is_refused(ops: Client, ops_user: Any) -> None:
    ops_user.is_active = False
    ops_user.save()

    assert ops.get(URL).status_code == 401


def test_every_invalid_token_gets_the_same_answer(token_of: Any, ops_user: Any) -> None:
    token = token_of(ops_user)
    ApiToken.objects.update(revoked_at=timezone.now())

    known, unknown = bearer(token).get(URL), bearer("plb_00000000_x").get(URL)

    assert known.json() == unknown.json()


def test_a_narrower_scope_is_refused_with_a_sentence(program: Any, ops_user: Any) -> None:
    client = program(ops_user, "read")

    response = client.post("/api/v1/documents/1/replay", {}, content_type="application/json")

    assert response.status_code == 403
    assert response.json() == {"message": "This token lacks the scope “replay”."}


def test_a_scope_gives_nobody_more_than_their_role(program: Any, user_in: Any) -> None:
    client = program(user_in("store", name="stella"))

    response = client.post("/api/v1/transfers/1/replay", {}, content_type="application/json")

    assert response.status_code == 403
    assert "stella" in response.json()["message"]
    assert "Operations" in response.json()["message"]


def test_a_role_taken_away_is_gone_with_the_next_request(ops: Client, ops_user: Any) -> None:
    assert ops.get("/api/v1/levels").status_code == 200

    ops_user.groups.set([Group.objects.get(name="finance_approver")])

    assert ops.get("/api/v1/levels").status_code == 403


def test_a_program_needs_no_csrf_token(token_of: Any, ops_user: Any) -> None:
    header = {"Authorization": f"Bearer {token_of(ops_user)}"}
    strict = Client(enforce_csrf_checks=True, headers=header)

    response = strict.post("/api/v1/documents/1/replay", {}, content_type="application/json")

    assert response.status_code == 404


def test_nothing_is_kept_by_caches(ops: Client) -> None:
    assert "no-store" in ops.get(URL)["Cache-Control"]
    assert "no-store" in Client().get(URL)["Cache-Control"]


def test_many_different_wrong_tokens_lock_the_address(db: None, ops: Client) -> None:
    for number in range(guessing.MOST):
        assert bearer(f"plb_00000000_{number}").get(URL).status_code == 401

    response = ops.get(URL)

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_one_stale_token_locks_nobody_out(db: None, ops: Client) -> None:
    for _ in range(guessing.MOST + 1):
        bearer("plb_00000000_stale").get(URL)

    assert ops.get(URL).status_code == 200


def test_a_refusal_is_logged_without_the_token(
    token_of: Any, ops_user: Any, caplog: pytest.LogCaptureFixture
) -> None:
    token = token_of(ops_user, "read")
    bearer(token).put("/api/v1/mappings/a/tax-code", {}, content_type="application/json")
    ApiToken.objects.update(revoked_at=timezone.now())
    bearer(token).get(URL)
    bearer("plb_00000000_guess").get(URL)

    lines = [line for line in caplog.messages if line.startswith("api refused")]
    assert [line.split()[2:4] for line in lines] == [
        ["status=403", "why=scope"],
        ["status=401", "why=revoked"],
        ["status=401", "why=unknown"],
    ]
    assert token not in caplog.text
    assert "guess" not in caplog.text.replace("guesses", "")
    assert "address=127.0.0.1" in lines[0]


def test_its_use_is_remembered_to_the_minute(ops: Client) -> None:
    ops.get(URL)
    used = ApiToken.objects.get().last_used_at

    with CaptureQueriesContext(connection) as asked:
        ops.get(URL)

    assert used is not None
    assert not [query for query in asked if query["sql"].startswith("UPDATE")]


def test_the_secret_is_not_in_the_database(token_of: Callable[..., str], ops_user: Any) -> None:
    token = token_of(ops_user)

    kept = " ".join(map(str, ApiToken.objects.values_list().get()))
    assert token not in kept
    assert token.rpartition("_")[2] not in kept
