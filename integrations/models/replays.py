"""What saving a mapping released: who asked, who approved, and how far each record is."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models.connections import Link
from integrations.models.fields import json_field, money_field
from integrations.models.ledger import Document


class ReplayRunQuerySet(models.QuerySet["ReplayRun"]):
    def moving(self) -> Self:
        return self.filter(state__in=(ReplayRun.State.CANARY, ReplayRun.State.REST))

    def open(self) -> Self:
        return self.filter(state__in=ReplayRun.OPEN)

    def asked(self) -> Self:
        return self.filter(state=ReplayRun.State.ASKED)


class ReplayRun(models.Model):
    """The records that one save lets go: a few first, the others when those were read back.

    `content` is what was saved; `content_hash` binds an approval to it and to the records.
    """

    class State(models.TextChoices):
        ASKED = "asked"  # above the link's limit: waits for a second person
        CANARY = "canary"
        REST = "rest"
        STOPPED = "stopped"  # one of the first went wrong at its target
        DONE = "done"
        VOID = "void"  # refused, or its rows were changed meanwhile

    OPEN = (State.ASKED, State.CANARY, State.REST, State.STOPPED)

    link = models.ForeignKey(Link, models.CASCADE, related_name="replays")
    table = models.CharField(max_length=40)
    content = json_field()  # [{"value", "effective_from", "target", "version"}]
    content_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=300, blank=True)  # why it was stopped, refused or voided
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ReplayRunQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="void") | ~Q(reason=""), name="replayrun_void_has_reason"
            )
        ]
        indexes = [
            models.Index(
                fields=("state",),
                condition=Q(state__in=("asked", "canary", "rest", "stopped")),
                name="replayrun_open",
            ),
            models.Index(fields=("link", "table", "-asked_at"), name="replayrun_of_table"),
        ]

    def __str__(self) -> str:
        return ", ".join(row["value"] for row in self.content)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ReplayItem(models.Model):
    """One record of a run. It has ended once its outcome is known; later events do not edit it."""

    class Outcome(models.TextChoices):
        VERIFIED = "verified"  # posted, and it reads back as it was meant
        EXCLUDED = "excluded"  # the source cancelled or lost it meanwhile
        MOVED = "moved"  # waits for something else now
        REFUSED = "refused"  # the target refused it, or it reads back otherwise
        KEPT = "kept"  # still waits for what it waited for

    run = models.ForeignKey(ReplayRun, models.CASCADE, related_name="items")
    document = models.ForeignKey(Document, models.CASCADE, related_name="replays")
    event_id_then = models.BigIntegerField(null=True)  # the source's version that was asked about
    value = money_field()
    currency = models.CharField(max_length=3)
    is_canary = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    cause = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("run", "document"), name="replayitem_one_per_record"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True)
                | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="replayitem_ended_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=("run", "id"), condition=Q(ended_at__isnull=True), name="replayitem_open"
            )
        ]
