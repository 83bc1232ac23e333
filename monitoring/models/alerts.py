"""What teams are told outside Plumbline: where, what must be said, and what was sent."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from monitoring.models.cases import ExceptionCase
from monitoring.models.teams import Team


class AlertChannel(models.Model):
    """Where a team hears of its exceptions. Addresses with a secret in them are sealed."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Signed web address"
        CHAT = "chat", "Slack or Teams"

    class Pace(models.TextChoices):
        AT_ONCE = "at-once", "At once, gathered by cause"
        DIGEST = "digest", "Once a day, when the team starts work"

    team = models.ForeignKey(Team, models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    label = models.CharField(max_length=60)
    pace = models.CharField(max_length=8, choices=Pace.choices, default=Pace.AT_ONCE)
    # What it reports: this severity and worse.
    severity = models.CharField(
        max_length=8,
        choices=ExceptionCase.Severity.choices,
        default=ExceptionCase.Severity.LOW,
    )
    shown = models.CharField(max_length=200)  # what people may see of the address
    sealed = models.TextField()  # {"to": [...]} or {"url": ..., "secret": ...}, encrypted
    enabled = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("team__name", "label")
        constraints = [
            models.UniqueConstraint(fields=("team", "label"), name="alertchannel_label_in_team")
        ]

    def __str__(self) -> str:
        return self.label


class Notice(models.Model):
    """One thing that a team or a person must hear once. `key` makes it once per change."""

    class Kind(models.TextChoices):
        NEW = "new"  # it came, came back, or came to this team
        ESCALATED = "escalated"  # a clock ran out
        MENTIONED = "mentioned"  # somebody named them in a comment

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    case = models.ForeignKey(ExceptionCase, models.CASCADE, related_name="notices")
    team = models.ForeignKey(Team, models.CASCADE, related_name="notices")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notices"
    )
    why = models.CharField(max_length=300)  # the sentence that the message begins with
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=("team", "made_at"), name="notice_of_team"),
            models.Index(
                fields=("person", "made_at"),
                condition=Q(person__isnull=False),
                name="notice_of_person",
            ),
        ]


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> Self:
        """What may be sent now: ready, or taken by a sender whose lease ran out."""
        ready = Q(state=Message.State.READY, not_before__lte=now)
        lost = Q(state=Message.State.SENDING, leased_until__lte=now)
        return self.filter(ready | lost).order_by("not_before", "pk")

    def claim(self, pk: int, *, token: str, now: datetime, until: datetime) -> bool:
        """Lease one due message. False when another sender was faster."""
        fields = {"state": Message.State.SENDING, "leased_until": until, "lease_token": token}
        taken = self.due(now).filter(pk=pk).order_by()
        return taken.update(**fields, attempts=models.F("attempts") + 1) == 1


class Message(models.Model):
    """One message to one channel, or to one person by e-mail. The row is the outbox."""

    class State(models.TextChoices):
        READY = "ready"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"  # given up after many tries; the channel says so

    ref = models.CharField(max_length=32, unique=True)  # sent along, so that a repeat is known
    channel = models.ForeignKey(
        AlertChannel, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    subject = models.CharField(max_length=200)
    text = models.TextField()
    items = models.JSONField(encoder=DjangoJSONEncoder, default=list, blank=True)
    is_urgent = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    not_before = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    attempts = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=300, blank=True)  # what the other side answered

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__isnull=False, person__isnull=True)
                | Q(channel__isnull=True, person__isnull=False),
                name="message_to_channel_or_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="message_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=("not_before",),
                condition=Q(state__in=("ready", "sending")),
                name="message_due",
            ),
            models.Index(fields=("channel", "-made_at"), name="message_of_channel"),
            models.Index(fields=("-made_at", "-id"), name="message_recent"),
        ]


class Told(models.Model):
    """This notice went into that message: once for each channel or person, never twice.

    Without a message its case was over before it could be told.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="told")
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="told")
    to = models.CharField(max_length=20)  # "channel:3" or "person:7"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("notice", "to"), name="told_once_each"),
        ]
