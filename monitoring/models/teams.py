"""Teams, when they work and who leads them, and the rules by which they own cases."""

from datetime import time

from django.conf import settings
from django.db import models

from monitoring.working_time import Hours


class Team(models.Model):
    """A part of the business that owns cases, and when it works."""

    code = models.CharField(max_length=5, unique=True)
    name = models.CharField(max_length=60)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams", blank=True)
    timezone = models.CharField(max_length=40, default="Europe/London")
    opens = models.TimeField(default=time(8))
    closes = models.TimeField(default=time(18))
    weekdays = models.CharField(max_length=7, default="01234")  # Monday is 0
    # Who is told when the team lets a clock run out, and who when the lead does.
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="leads"
    )
    backup = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="backs_up"
    )

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> Hours:
        weekdays = frozenset(int(day) for day in self.weekdays)
        return Hours(self.timezone, self.opens, self.closes, weekdays)


class RoutingRule(models.Model):
    """One line of the routing table; empty conditions match everything, the last match wins."""

    position = models.PositiveIntegerField(unique=True)
    type_key = models.CharField(max_length=30, blank=True)
    link = models.ForeignKey("integrations.Link", models.CASCADE, null=True, blank=True)
    store_code = models.CharField(max_length=40, blank=True)
    least_value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="rules")
    note = models.CharField(max_length=200, blank=True)
    enabled = models.BooleanField(default=True)  # a rule may rest without being forgotten

    class Meta:
        ordering = ("position",)


class Assumption(models.Model):
    """A figure of `value.FIGURES` that somebody changed."""

    key = models.CharField(max_length=40, unique=True)
    value = models.DecimalField(max_digits=18, decimal_places=4)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)
