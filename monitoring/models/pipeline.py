"""How fast the pipeline usually is, and how long an order may stay where it is."""

from django.db import models
from django.db.models import Q


class FlowHour(models.Model):
    """What one flow sent to one system in one hour that is over. Written once, never edited."""

    link = models.ForeignKey("integrations.Link", models.CASCADE)
    flow = models.CharField(max_length=40)
    connection = models.ForeignKey("integrations.Connection", models.CASCADE)
    hour = models.DateTimeField()  # its beginning, UTC
    posted = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("hour", "link", "flow", "connection"), name="flowhour_once"
            )
        ]


class StagePatience(models.Model):
    """How long an order of one link may stay in one stage.

    `minutes` is what an administrator decided; without it, `usual_seconds` counts: within that
    time 99 of 100 of the latest `sample` orders went on.
    """

    link = models.ForeignKey("integrations.Link", models.CASCADE)
    kind = models.CharField(max_length=10)  # Document.Kind
    stage = models.CharField(max_length=20)  # pipeline.Stage.key
    minutes = models.PositiveIntegerField(null=True, blank=True)
    usual_seconds = models.PositiveIntegerField(null=True, blank=True)
    sample = models.PositiveIntegerField(default=0)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("link", "kind", "stage"), name="stagepatience_one_per_stage"
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gte=1),
                name="stagepatience_waits_for_something",
            ),
        ]
