"""Our own schedule: which sweep is due, and who is running it."""

from django.db import models


class Sweep(models.Model):
    """One periodic piece of work. A kick makes it due at once; a lease keeps it single."""

    name = models.CharField(max_length=80, unique=True)  # "deliver:brightpearl"
    every_seconds = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True, blank=True)  # a wake-up is on its way
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    lease_owner = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    runs = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("name",)
        indexes = [models.Index(fields=("due_at",), name="sweep_due")]
