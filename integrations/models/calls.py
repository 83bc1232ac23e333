"""Requests made to vendors, redacted: for the trace and the connection page."""

from django.db import models

from integrations.models.connections import Connection


class CallLog(models.Model):
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="calls")
    method = models.CharField(max_length=8)
    endpoint = models.CharField(max_length=120)
    path = models.CharField(max_length=1000)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    request = models.TextField(blank=True)
    response = models.TextField(blank=True)
    error = models.CharField(max_length=30, blank=True)
    messages = models.PositiveSmallIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=("connection", "-started_at"), name="calllog_recent")]
