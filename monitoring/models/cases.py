"""The cases that people work on, what each holds up, and everything done about them."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from monitoring.models.teams import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class ExceptionCaseQuerySet(models.QuerySet["ExceptionCase"]):
    def unresolved(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def queue(self) -> Self:
        """What needs somebody now: unresolved and not snoozed."""
        return self.unresolved().filter(snoozed_until__isnull=True)

    def snoozed(self) -> Self:
        return self.unresolved().filter(snoozed_until__isnull=False)

    def of(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        return self.queue().filter(assignee_id=user.pk)

    def of_teams(self, codes: Iterable[str]) -> Self:
        return self.queue().filter(team__code__in=list(codes))

    def ranked(self) -> Self:
        """Most money per hour first; the same order on every page of the list."""
        return self.order_by("-rank", "-pk")

    def for_list(self) -> Self:
        return self.select_related("team", "assignee", "link", "connection")

    def in_doubt(self) -> Self:
        """Cases whose cause was there when last looked for, or was not looked for since."""
        return self.filter(cause_gone_at__isnull=True)


class ExceptionCase(models.Model):
    """One cause over time: whose it is, what it holds up, what was done about it."""

    class State(models.TextChoices):
        OPEN = "open"
        ACKNOWLEDGED = "acknowledged"
        SNOOZED = "snoozed"
        RESOLVED = "resolved"
        DISMISSED = "dismissed"

    class Severity(models.TextChoices):
        CRITICAL = "critical"
        HIGH = "high"
        MEDIUM = "medium"
        LOW = "low"

    CLOSED = (State.RESOLVED, State.DISMISSED)

    fingerprint = models.CharField(max_length=200, unique=True)
    type_key = models.CharField(max_length=30)
    subject = models.CharField(max_length=160)
    title = models.CharField(max_length=400)
    summary = models.CharField(max_length=600, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    team = models.ForeignKey(Team, models.PROTECT, related_name="cases")
    team_chosen = models.BooleanField(default=False)  # by a person: rules no longer move it
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="cases"
    )
    link = models.ForeignKey("integrations.Link", models.SET_NULL, null=True, blank=True)
    connection = models.ForeignKey(
        "integrations.Connection", models.SET_NULL, null=True, blank=True
    )
    store_code = models.CharField(max_length=40, blank=True)
    value_at_risk = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    currency = models.CharField(max_length=3)
    value_is_exact = models.BooleanField(default=False)
    formula = models.CharField(max_length=400, blank=True)
    occurrences = models.PositiveIntegerField(default=0)  # records that it holds up now
    rank = models.DecimalField(max_digits=18, decimal_places=4, default=0)  # money per hour
    deadline = models.DateTimeField(null=True, blank=True)  # when harm happens, if known
    first_seen = models.DateTimeField()
    opened_at = models.DateTimeField()  # of this time round; reopening sets it again
    last_seen = models.DateTimeField()
    first_action_due = models.DateTimeField()
    resolve_due = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The cause was looked for after closing and was not there: only then is the close verified.
    cause_gone_at = models.DateTimeField(null=True, blank=True)
    detail = models.JSONField(encoder=DjangoJSONEncoder, default=dict, blank=True)

    objects = ExceptionCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False, state__in=("resolved", "dismissed"))
                | Q(closed_at__isnull=True, state__in=("open", "acknowledged", "snoozed")),
                name="exceptioncase_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="snoozed", snoozed_until__isnull=False)
                | ~Q(state="snoozed") & Q(snoozed_until__isnull=True),
                name="exceptioncase_snoozed_has_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=("-rank", "-id"),
                condition=Q(closed_at__isnull=True, snoozed_until__isnull=True),
                name="exceptioncase_queue",
            ),
            models.Index(
                fields=("team", "-rank", "-id"),
                condition=Q(closed_at__isnull=True, snoozed_until__isnull=True),
                name="exceptioncase_team_queue",
            ),
            models.Index(
                fields=("assignee", "-rank", "-id"),
                condition=Q(closed_at__isnull=True, snoozed_until__isnull=True),
                name="exceptioncase_own_queue",
            ),
            models.Index(
                fields=("snoozed_until",),
                condition=Q(closed_at__isnull=True, snoozed_until__isnull=False),
                name="exceptioncase_snoozed",
            ),
            models.Index(
                fields=("type_key",),
                condition=Q(cause_gone_at__isnull=True),
                name="exceptioncase_in_doubt",
            ),
            models.Index(fields=("type_key", "-opened_at"), name="exceptioncase_by_type"),
            models.Index(  # partial: else the planner takes it for the open queue
                fields=("-closed_at", "-id"),
                condition=Q(closed_at__isnull=False),
                name="exceptioncase_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("exception", args=(self.pk,))

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def verified(self) -> bool:
        """Closed, and the cause was looked for afterwards and not found."""
        return self.closed_at is not None and self.cause_gone_at is not None

    def next_due(self) -> datetime:
        """Return the deadline of the clock that runs: first action, then resolution."""
        return self.resolve_due if self.acknowledged_at else self.first_action_due


class CaseOccurrence(models.Model):
    """One record that a case holds, or held, up."""

    case = models.ForeignKey(ExceptionCase, models.CASCADE, related_name="records")
    ref = models.CharField(max_length=40)
    hold = models.ForeignKey("integrations.Hold", models.CASCADE, null=True)
    document = models.ForeignKey("integrations.Document", models.CASCADE, null=True)
    transfer = models.ForeignKey("integrations.Transfer", models.CASCADE, null=True)
    event = models.ForeignKey("integrations.InboundEvent", models.CASCADE, null=True)
    value = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    currency = models.CharField(max_length=3, blank=True)
    opened_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("case", "ref"), name="caseoccurrence_once_per_case"),
            models.UniqueConstraint(
                fields=("hold",),
                condition=Q(cleared_at__isnull=True, hold__isnull=False),
                name="caseoccurrence_hold_in_one_case",
            ),
        ]
        indexes = [
            models.Index(
                fields=("case", "opened_at"),
                condition=Q(cleared_at__isnull=True),
                name="caseoccurrence_now",
            ),
        ]


class CaseEvent(models.Model):
    """One line of a case's timeline. Appended, never edited."""

    class Kind(models.TextChoices):
        OPENED = "opened"
        ROUTED = "routed"
        CLEARED = "cleared"
        VERIFIED = "verified"
        REOPENED = "reopened"
        WOKE = "woke"
        ACKNOWLEDGED = "acknowledged"
        CLAIMED = "claimed"
        ASSIGNED = "assigned"
        SNOOZED = "snoozed"
        COMMENTED = "commented"
        RESOLVED = "resolved"
        DISMISSED = "dismissed"
        ESCALATED = "escalated"
        UNDONE = "undone"

    case = models.ForeignKey(ExceptionCase, models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    actor_name = models.CharField(max_length=150, blank=True)  # empty: Plumbline itself
    kind = models.CharField(max_length=12, choices=Kind.choices)
    sentence = models.TextField(max_length=2000)
    detail = models.JSONField(encoder=DjangoJSONEncoder, default=dict, blank=True)

    class Meta:
        ordering = ("at", "id")


class DetectorRun(models.Model):
    """When a type was last looked for. `turns` makes two runs at once take turns."""

    type_key = models.CharField(max_length=30, unique=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    findings = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    turns = models.PositiveBigIntegerField(default=0)
