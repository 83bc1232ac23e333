"""Every change a person makes: who, when, what, before and after, why."""

from django.conf import settings
from django.db import models

from integrations.models.fields import json_field


class AuditEntry(models.Model):
    """Appended, never edited."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=60)  # "mapping.set", "transfer.replay", "connection.pause"
    subject = models.CharField(max_length=200)
    before = json_field(null=True)
    after = json_field(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = [
            models.Index(fields=("-at",), name="auditentry_recent"),
            models.Index(fields=("subject",), name="auditentry_by_subject"),
        ]


class AuditSeal(models.Model):
    """One link of the chain over the audit entries: its hash covers the entry and the link before.

    Apart from the entries, so that writing one waits for nobody; `position` says the chain's order.
    """

    position = models.PositiveBigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("position",)
