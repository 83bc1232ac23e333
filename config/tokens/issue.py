"""Make and revoke tokens. Both are audited; the secret is returned once and stored nowhere."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from config.models import ApiToken
from integrations.api.kit import Scope
from integrations.public import By, record_audit

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MARK = "plb"  # lets people and secret scanners recognise a token
SECRET_BYTES = 32  # 256 bits: guessing is hopeless, so one round of SHA-256 is enough
LONGEST = timedelta(days=366)


class TokenError(ValueError):
    """It was not done; the sentence says why."""


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_token(
    *, name: str, user: "User", scopes: Iterable[str], lasts: timedelta, by: By, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token; returns its row and the secret to hand over. Raises TokenError."""
    wanted = _scopes(scopes)
    if not name.strip():
        raise TokenError("Give the token a name that says what uses it.")
    if not timedelta(0) < lasts <= LONGEST:
        raise TokenError(f"A token lasts between 1 and {LONGEST.days} days.")
    prefix = f"{MARK}_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    token = ApiToken.objects.create(
        name=name.strip(),
        user=user,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=wanted,
        created_at=now,
        expires_at=now + lasts,
    )
    after = {"user": user.get_username(), "scopes": wanted, "expires_at": token.expires_at}
    record_audit(by=by, action="token.make", subject=prefix, after=after, reason=name, now=now)
    return token, secret


@transaction.atomic
def revoke_token(*, prefix: str, by: By, now: datetime, reason: str = "") -> bool:
    """End a token at once. False when it had been revoked before. Raises TokenError."""
    if not ApiToken.objects.filter(prefix=prefix).exists():
        raise TokenError(f"There is no token {prefix}.")
    ended = ApiToken.objects.filter(prefix=prefix, revoked_at__isnull=True).update(revoked_at=now)
    if ended:
        record_audit(by=by, action="token.revoke", subject=prefix, reason=reason, now=now)
    return bool(ended)


def _scopes(given: Iterable[str]) -> list[str]:
    wanted = sorted({scope.strip() for scope in given if scope.strip()})
    unknown = [scope for scope in wanted if scope not in set(Scope)]
    if unknown or not wanted:
        named = f"There is no scope “{unknown[0]}”. " if unknown else ""
        raise TokenError(f"{named}Choose from: {', '.join(Scope)}.")
    return wanted
