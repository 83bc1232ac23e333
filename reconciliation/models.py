"""Journals of a store's trading day, as they were built."""

from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class DayJournal(models.Model):
    """One journal of one store and trading day. A later fact adds another; none is ever edited."""

    store_code = models.CharField(max_length=40)
    store_name = models.CharField(max_length=80)
    business_date = models.DateField()
    sequence = models.PositiveIntegerField()  # 1 is the day's journal, the next are deltas
    reference = models.CharField(max_length=64, unique=True)
    currency = models.CharField(max_length=3)
    accounting_mode = models.CharField(max_length=20)
    lines = models.JSONField(encoder=DjangoJSONEncoder)  # nominal, memo, amount, receipts
    total = models.DecimalField(max_digits=18, decimal_places=4)  # sum of debits
    receipts = models.PositiveIntegerField()
    transfer_id = models.BigIntegerField(null=True, blank=True)
    built_at = models.DateTimeField()

    class Meta:
        ordering = ("-business_date", "store_name", "sequence")
        constraints = [
            models.UniqueConstraint(
                fields=("store_code", "business_date", "sequence"), name="dayjournal_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_balanced(self) -> bool:
        return sum((Decimal(line["amount"]) for line in self.lines), Decimal(0)) == 0
