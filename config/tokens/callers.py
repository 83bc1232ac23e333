"""Recognise who calls: a token in the Authorization header, and nothing else."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest

from config.client_address import client_address
from config.models import ApiToken
from config.tokens import guessing
from config.tokens.issue import digest_of
from integrations.api.kit import ApiError, Scope
from monitoring.kit.permissions import can

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger("plumbline.api")

USED_EVERY = timedelta(minutes=1)  # one write a minute is precise enough for `last_used_at`
LONGEST = 200  # characters of a header that may be a token
NEEDED = "Send a token as “Authorization: Bearer …”."
NOT_VALID = "This token is not valid: it is unknown, expired or revoked, or its user is disabled."


@dataclass(frozen=True)
class TokenCaller:
    """The person a token acts as: the roles decide as in the browser, the scopes narrow it."""

    token: ApiToken

    @property
    def user(self) -> "User":
        return self.token.user

    def may(self, capability: str) -> bool:
        return can(self.user, capability)

    def has(self, scope: Scope) -> bool:
        return scope.value in self.token.scopes


def identify(request: HttpRequest, *, now: datetime) -> TokenCaller:
    """Return the caller. Raises ApiError: 401 without a valid token, 429 after many wrong ones."""
    address = client_address(request)
    given = _bearer(request.headers.get("Authorization", ""))
    if not given:
        raise _unauthorised(NEEDED, why="no-token", address=address)
    if guessing.is_locked(address):
        refusal(429, "too-many-guesses", address=address)
        headers = {"Retry-After": str(guessing.WINDOW_SECONDS)}
        raise ApiError(429, "Too many wrong tokens came from this address.", headers=headers)
    digest = digest_of(given)
    token = ApiToken.objects.select_related("user").filter(digest=digest).first()
    why = _fault(token, now)
    if token is None or why:
        guessing.note(address, digest)
        prefix = token.prefix if token else ""
        raise _unauthorised(NOT_VALID, why=why, address=address, token=prefix)
    _touch(token, now)
    return TokenCaller(token)


def refusal(status: int, why: str, *, address: str, token: str = "", operation: str = "") -> None:
    """Write the line that a security team reads; never the token, at most its public prefix."""
    log.warning(
        "api refused status=%s why=%s address=%s token=%s operation=%s",
        *(status, why, address, token or "-", operation or "-"),
    )


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and len(token) <= LONGEST else ""


def _fault(token: ApiToken | None, now: datetime) -> str:
    if token is None:
        return "unknown"
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at <= now:
        return "expired"
    return "" if token.user.is_active else "user-disabled"


def _unauthorised(message: str, *, why: str, address: str, token: str = "") -> ApiError:
    refusal(401, why, address=address, token=token)
    return ApiError(401, message, headers={"WWW-Authenticate": 'Bearer realm="Plumbline"'})


def _touch(token: ApiToken, now: datetime) -> None:
    if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
