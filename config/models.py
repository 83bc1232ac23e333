"""Tokens of the JSON API. The secret itself is never stored: it is shown once, when it is made."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self, now: datetime) -> Self:
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)


class ApiToken(models.Model):
    """A key with which a program acts as `user`, within `scopes`, until `expires_at`."""

    name = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    prefix = models.CharField(max_length=16, unique=True)  # shown in lists and logs
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the whole token, in hex
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="apitoken_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return self.prefix
