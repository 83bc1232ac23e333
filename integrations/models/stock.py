"""Stock: what the owner says, what the channels were told, and what moved."""

from django.db import models

from integrations.models.connections import Connection
from integrations.models.fields import quantity_field


class StockReading(models.Model):
    """The owner's latest level. It covers every movement confirmed before `began_at`."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="readings")
    location_code = models.CharField(max_length=40)
    sku = models.CharField(max_length=64)
    on_hand = quantity_field()
    sellable = quantity_field()
    began_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "location_code", "sku"), name="stockreading_unique"
            )
        ]


class ChannelLevel(models.Model):
    """What a channel was last told, and what it should be told now.

    `told` is empty until the channel accepted a level, or was found to show one before it was ever
    told; `told_at` is empty again once something moved there; `accepted_at` stays. `dirty_at` says
    since when it may differ.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="levels")
    location_code = models.CharField(max_length=40)
    sku = models.CharField(max_length=64)
    desired = quantity_field(null=True, blank=True)
    in_flight = quantity_field(default=0)
    safety = quantity_field(default=0)
    told = quantity_field(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)  # since when `told` is accounted for
    seen = quantity_field(null=True, blank=True)  # read from the channel
    seen_at = models.DateTimeField(null=True, blank=True)
    dirty_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "location_code", "sku"), name="channellevel_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=("connection", "dirty_at"),
                condition=models.Q(dirty_at__isnull=False),
                name="channellevel_dirty",
            ),
            models.Index(fields=("sku",), name="channellevel_by_sku"),
        ]


class StockMovement(models.Model):
    """A movement a system reported, one row per SKU.

    Of kind `noticed` it was not reported: a reading of the owner differs from the one before by
    more than what we moved there ourselves.
    """

    connection = models.ForeignKey(Connection, models.CASCADE)
    external_id = models.CharField(max_length=120)
    location_code = models.CharField(max_length=40)
    sku = models.CharField(max_length=64)
    quantity = quantity_field()  # signed
    kind = models.CharField(max_length=20)
    note = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "external_id", "sku"), name="stockmovement_unique"
            )
        ]
        indexes = [models.Index(fields=("sku", "location_code"), name="stockmovement_by_sku")]
