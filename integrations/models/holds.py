"""Why a record waits for a person."""

from typing import Self

from django.conf import settings
from django.db import models

from integrations.models.connections import Connection, Link
from integrations.models.fields import money_field
from integrations.models.inbox import InboundEvent
from integrations.models.ledger import Document
from integrations.models.outbox import Transfer


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class Hold(models.Model):
    """One reason why one record cannot go on. `kind` is an exception key, `subject` its cause.

    A held record has at least one open Hold; detectors group open Holds by kind and subject.
    """

    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=120)
    table = models.CharField(max_length=40, blank=True)  # the mapping table that would fix it
    field = models.CharField(max_length=120, blank=True)  # where in the record
    sentence = models.CharField(max_length=400)
    link = models.ForeignKey(Link, models.CASCADE, null=True, blank=True)
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, blank=True)
    event = models.ForeignKey(InboundEvent, models.CASCADE, null=True, blank=True)
    document = models.ForeignKey(
        Document, models.CASCADE, null=True, blank=True, related_name="holds"
    )
    transfer = models.ForeignKey(
        Transfer, models.CASCADE, null=True, blank=True, related_name="holds"
    )
    store_code = models.CharField(max_length=40, blank=True)
    value = money_field(default=0)
    currency = models.CharField(max_length=3, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=200, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event__isnull=False)
                | models.Q(document__isnull=False)
                | models.Q(transfer__isnull=False),
                name="hold_names_its_record",
            )
        ]
        indexes = [
            models.Index(
                fields=("kind", "subject"),
                condition=models.Q(closed_at__isnull=True),
                name="hold_open_by_cause",
            ),
            models.Index(fields=("kind", "subject", "-opened_at"), name="hold_history"),
        ]
