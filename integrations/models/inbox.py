"""Stored facts, not yet understood."""

from datetime import datetime
from typing import Self

from django.db import models

from integrations.models.connections import Connection
from integrations.models.fields import json_field


class InboundEventQuerySet(models.QuerySet["InboundEvent"]):
    def facts(self) -> Self:
        return self.filter(kind=InboundEvent.Kind.FACT)

    def hints(self) -> Self:
        return self.filter(kind=InboundEvent.Kind.HINT)

    def unread(self) -> Self:
        """What has become nothing yet: the states are those of the index, in its order."""
        return self.filter(state__in=InboundEvent.UNREAD)

    def waiting(self, now: datetime) -> Self:
        return self.filter(state=InboundEvent.State.RECEIVED, not_before__lte=now)


class InboundEvent(models.Model):
    """One fact (or the hint of one) from outside, kept before anything else is tried."""

    class Kind(models.TextChoices):
        FACT = "fact"
        HINT = "hint"

    class State(models.TextChoices):
        RECEIVED = "received"
        PLANNED = "planned"  # became documents, or a hint was re-fetched
        PARKED = "parked"  # waits for another fact (its parent)
        SKIPPED = "skipped"
        SUPERSEDED = "superseded"
        HELD = "held"
        DISMISSED = "dismissed"

    class Source(models.TextChoices):
        WEBHOOK = "webhook"
        POLL = "poll"
        FILE = "file"
        REPLAY = "replay"

    UNREAD = (State.RECEIVED, State.PARKED, State.HELD)

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.FACT)
    topic = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    version = models.CharField(max_length=64)
    source = models.CharField(max_length=10, choices=Source.choices)
    occurred_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    not_before = models.DateTimeField()
    payload = json_field()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0)  # counted before planning: poison is seen

    objects = InboundEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "topic", "external_id", "version"),
                name="inboundevent_one_per_fact",
            )
        ]
        indexes = [
            models.Index(
                fields=("kind", "not_before", "id"),
                condition=models.Q(state="received"),
                name="inboundevent_waiting",
            ),
            models.Index(
                fields=("connection", "topic"),
                condition=models.Q(state="parked"),
                name="inboundevent_parked",
            ),
            models.Index(fields=("connection", "-received_at"), name="inboundevent_recent"),
            models.Index(
                fields=("external_id",),
                condition=models.Q(state__in=("received", "parked", "held")),
                name="inboundevent_unread",
            ),
        ]
