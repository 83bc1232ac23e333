"""What each census of the stock found, how fast things sell, and how long promises were too high.

A side that was not read is not in these rows: unknown is never zero.
"""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


def quantity_field(**options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=18, decimal_places=3, **options)


def money_field(**options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=18, decimal_places=4, **options)


class DriftCensus(models.Model):
    """One comparison of every level of a link, both sides read. `began_at` names it."""

    link = models.ForeignKey("integrations.Link", models.CASCADE, related_name="censuses")
    began_at = models.DateTimeField()
    taken_at = models.DateTimeField()  # when both sides were compared
    levels = models.PositiveIntegerField()
    agreeing = models.PositiveIntegerField()  # but for their safety stock
    unknown = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)  # of the values below it

    class Meta:
        ordering = ("-began_at",)
        constraints = [
            models.UniqueConstraint(fields=("link", "began_at"), name="driftcensus_once")
        ]


class DriftTotal(models.Model):
    """What one cause accounts for in one store and category. `units` are without sign."""

    census = models.ForeignKey(DriftCensus, models.CASCADE, related_name="totals")
    location_code = models.CharField(max_length=40)
    category = models.CharField(max_length=80, blank=True)
    cause = models.CharField(max_length=12)
    rows = models.PositiveIntegerField()
    units = quantity_field()
    value = money_field()  # at retail

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("census", "location_code", "category", "cause"), name="drifttotal_once"
            )
        ]


class DriftSample(models.Model):
    """One SKU at one place that differed by more than its safety stock, with the reasons."""

    census = models.ForeignKey(DriftCensus, models.CASCADE, related_name="samples")
    connection = models.ForeignKey("integrations.Connection", models.CASCADE)  # the channel
    location_code = models.CharField(max_length=40)
    sku = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=80, blank=True)
    owner = quantity_field()
    owner_at = models.DateTimeField()
    channel = quantity_field()
    channel_at = models.DateTimeField(null=True, blank=True)
    is_read = models.BooleanField()  # the channel was read; else it is what it accepted
    units = quantity_field()  # owner − channel
    size = quantity_field()  # the same without sign, to sort by
    unexplained = quantity_field()
    cause = models.CharField(max_length=12)  # the one to look at first
    parts = models.JSONField(encoder=DjangoJSONEncoder, default=list)
    value = money_field()  # |units| at retail
    at_risk = money_field()
    per_hour = quantity_field(default=0)  # sold, over the last weeks
    cover_hours = quantity_field(null=True, blank=True)  # empty where nothing sold
    risk = money_field()  # money at risk by hour of cover: what the list is sorted by

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("census", "connection", "location_code", "sku"), name="driftsample_once"
            )
        ]
        indexes = [
            models.Index(fields=("census", "-risk", "-id"), name="driftsample_by_risk"),
            models.Index(fields=("sku",), name="driftsample_by_sku"),
        ]


class SalesRate(models.Model):
    """How fast one SKU sells at one place; absent where nothing sold lately."""

    connection = models.ForeignKey("integrations.Connection", models.CASCADE)
    location_code = models.CharField(max_length=40)
    sku = models.CharField(max_length=64)
    per_hour = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "location_code", "sku"), name="salesrate_once"
            )
        ]
        indexes = [models.Index(fields=("per_hour",), name="salesrate_fastest")]


class SaleExposure(models.Model):
    """How long a channel promised what a sale had taken: from the till to the lower level."""

    document = models.ForeignKey("integrations.Document", models.CASCADE, related_name="+")
    connection = models.ForeignKey("integrations.Connection", models.CASCADE)  # the channel
    sold_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("document", "connection"), name="saleexposure_once")
        ]
        indexes = [
            models.Index(fields=("sold_at", "seconds"), name="saleexposure_by_time"),
            models.Index(
                fields=("sold_at",),
                condition=models.Q(shown_at__isnull=True),
                name="saleexposure_open",
            ),
        ]
