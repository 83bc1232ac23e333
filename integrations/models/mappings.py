"""Translation tables: source code → target codes, with their history."""

from django.conf import settings
from django.db import models

from integrations.models.connections import Link
from integrations.models.fields import json_field


class MappingRow(models.Model):
    """One row of one table of one link. `target` holds the table's target fields."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="mappings")
    table = models.CharField(max_length=40)
    source_value = models.CharField(max_length=120)
    source_label = models.CharField(max_length=120, blank=True)
    target = json_field()
    effective_from = models.DateField(null=True, blank=True)  # empty: always
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ("table", "source_value")
        constraints = [
            models.UniqueConstraint(
                fields=("link", "table", "source_value", "effective_from"),
                name="mappingrow_one_per_value_and_date",
            ),
            models.UniqueConstraint(
                fields=("link", "table", "source_value"),
                condition=models.Q(effective_from__isnull=True),
                name="mappingrow_one_per_value_without_date",
            ),
        ]


class MappingChange(models.Model):
    """Who changed what, when and why. Appended, never edited.

    `number` counts the saves of one table of one link from 1: the table as of a number is known.
    """

    link = models.ForeignKey(Link, models.CASCADE)
    table = models.CharField(max_length=40)
    number = models.PositiveIntegerField()  # the table's version; the rows of one save share it
    source_value = models.CharField(max_length=120)
    before = json_field(null=True)
    after = json_field(null=True)
    effective_from = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    actor_name = models.CharField(max_length=150)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = [
            models.Index(fields=("link", "table", "source_value"), name="mappingchange_of"),
            models.Index(fields=("link", "table", "-number"), name="mappingchange_versions"),
        ]


class ValueUse(models.Model):
    """How often a source value was seen lately, mapped or not. Counted anew by a sweep."""

    link = models.ForeignKey(Link, models.CASCADE)
    table = models.CharField(max_length=40)
    value = models.CharField(max_length=120)  # in the table's own spelling
    label = models.CharField(max_length=120)  # as it was seen
    records = models.PositiveIntegerField()
    money = json_field()  # by currency, sales and returns alike positive
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("link", "table", "value"), name="valueuse_one_per_value"
            )
        ]
