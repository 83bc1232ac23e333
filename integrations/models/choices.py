"""The vendor's own lists, read by workers so that pages need not ask the vendor."""

from django.db import models

from integrations.models.connections import Connection
from integrations.models.fields import json_field


class ChoiceList(models.Model):
    """One list of one connection: its payment methods, its warehouses. Replaced as a whole."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="choice_lists")
    kind = models.CharField(max_length=40)
    items = json_field(default=list, blank=True)  # [{"code": "1210", "label": "Cash clearing"}]
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("connection", "kind"), name="choicelist_one_per_kind")
        ]
