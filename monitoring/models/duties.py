"""What people do every day and read: ticks of the checklist, the manual's facts and readers."""

from django.conf import settings
from django.db import models


class CheckTick(models.Model):
    """One line of one role's checklist, done on one day."""

    role = models.CharField(max_length=30)
    check_key = models.CharField(max_length=80)
    on = models.DateField()
    ticked_at = models.DateTimeField()
    ticked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    ticked_name = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("role", "check_key", "on"), name="checktick_once_a_day")
        ]


class ManualRevision(models.Model):
    """The facts of one chapter of the manual, from `since` until the next revision."""

    chapter = models.CharField(max_length=30)
    digest = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        ordering = ("-since", "-id")
        indexes = [models.Index(fields=("chapter", "-since"), name="manualrevision_latest")]


class ManualReading(models.Model):
    """Somebody read a chapter and understood it, as it was then."""

    chapter = models.CharField(max_length=30)
    digest = models.CharField(max_length=64)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("chapter", "reader"), name="manualreading_latest")
        ]


class Measurement(models.Model):
    """One figure of the day at one hour; missing hours are missing, never zero."""

    key = models.CharField(max_length=40)
    hour = models.DateTimeField()
    value = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True)  # of money only

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("key", "currency", "hour"), name="measurement_once_an_hour"
            )
        ]
