"""Tokens of the JSON API."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.models import ApiToken
from config.tokens.issue import TokenError, make_token, revoke_token
from integrations.api.kit import Scope

BY = "command line"


class Command(BaseCommand):
    help = "Make, list and revoke tokens of the JSON API. A token is shown once, when it is made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="action", required=True)
        make = does.add_parser("make", help="make a token and show it once")
        make.add_argument("--user", required=True, help="the user it acts as")
        make.add_argument("--name", required=True, help="what uses it")
        make.add_argument("--scopes", default="read", help=f"some of {','.join(Scope)}")
        make.add_argument("--days", type=int, default=90, help="how long it lasts (default 90)")
        does.add_parser("list", help="every token, without its secret")
        revoke = does.add_parser("revoke", help="end a token at once")
        revoke.add_argument("prefix", help="as shown by list")
        revoke.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except TokenError as error:
            raise CommandError(str(error)) from error

    def _make(self, options: dict[str, Any]) -> None:
        user = get_user_model().objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user “{options['user']}”.")
        token, secret = make_token(
            name=options["name"],
            user=user,
            scopes=options["scopes"].split(","),
            lasts=timedelta(days=options["days"]),
            by=BY,
            now=timezone.now(),
        )
        self.stdout.write(secret)
        self.stderr.write(f"Keep it now: it is not shown again. Ends {token.expires_at:%d %B %Y}.")

    def _list(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        for token in ApiToken.objects.select_related("user"):
            used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
            state = _state(token, now)
            self.stdout.write(
                f"{token.prefix}  {state:8} ends {token.expires_at:%Y-%m-%d}  used {used:16}  "
                f"{token.user.get_username()}  {','.join(token.scopes)}  {token.name}"
            )

    def _revoke(self, options: dict[str, Any]) -> None:
        prefix = options["prefix"]
        ended = revoke_token(prefix=prefix, by=BY, reason=options["reason"], now=timezone.now())
        self.stdout.write(f"{prefix} is revoked." if ended else f"{prefix} was revoked before.")


def _state(token: ApiToken, now: datetime) -> str:
    if token.revoked_at:
        return "revoked"
    return "live" if token.expires_at > now else "expired"
