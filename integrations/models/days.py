"""Which stores' trading days have facts that nobody has looked at yet."""

from django.db import models

from integrations.models.connections import Store


class DayMark(models.Model):
    """One store's one trading day: `version` counts the changes of its facts.

    Written in the transaction that changes a fact, and locked by whoever signs the day: a fact is
    either there before the signature or after it.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="day_marks")
    business_date = models.DateField()
    version = models.PositiveBigIntegerField(default=1)
    is_dirty = models.BooleanField(default=True)  # changed since it was last looked at
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("store", "business_date"), name="daymark_one_per_day")
        ]
        indexes = [
            models.Index(
                fields=("business_date", "store"),
                condition=models.Q(is_dirty=True),
                name="daymark_dirty",
            )
        ]
