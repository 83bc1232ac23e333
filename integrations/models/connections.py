"""The retailer's systems, the links between them, its stores, and what each vendor allows."""

from datetime import datetime
from typing import Self

from django.db import models

from integrations.models.fields import json_field


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def receiving(self) -> Self:
        """Paused connections still receive and store; disabled ones answer 404."""
        return self.exclude(state=Connection.State.DISABLED)

    def callable_at(self, now: datetime) -> Self:
        return self.filter(state=Connection.State.ACTIVE).exclude(circuit_open_until__gt=now)


class Connection(models.Model):
    """One configured account of one system, and the part it plays."""

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        DISABLED = "disabled"

    class Role(models.TextChoices):
        POS = "pos", "tills"
        ERP = "erp", "ERP"
        SHOP = "shop", "online shop"
        WAREHOUSE = "warehouse"

    slug = models.SlugField(unique=True, max_length=40)
    label = models.CharField(max_length=60)
    system = models.CharField(max_length=20)
    role = models.CharField(max_length=10, choices=Role.choices)
    settings = json_field(blank=True)  # nothing secret
    credentials = json_field(blank=True)  # references: {"password": "env:SITOO_PASSWORD"}
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    state_reason = models.CharField(max_length=200, blank=True)
    # The circuit: closed while circuit_open_until is empty or past; past means one probe may go.
    circuit_open_until = models.DateTimeField(null=True, blank=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=20, blank=True)  # unauthorised, unavailable, throttled
    trouble_sentence = models.CharField(max_length=300, blank=True)
    trouble_since = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_webhook_at = models.DateTimeField(null=True, blank=True)
    refused_webhooks = models.PositiveIntegerField(default=0)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ("role", "slug")

    def __str__(self) -> str:
        return self.label


class Link(models.Model):
    """A pair of connections between which flows run, with the policies of that pair."""

    slug = models.SlugField(unique=True, max_length=40)
    template = models.CharField(max_length=40)  # sitoo-brightpearl
    channel = models.ForeignKey(Connection, models.PROTECT, related_name="links_as_channel")
    owner = models.ForeignKey(Connection, models.PROTECT, related_name="links_as_owner")
    enabled = models.BooleanField(default=True)
    policy = json_field(blank=True)  # operating_model.LinkPolicy

    def __str__(self) -> str:
        return f"{self.channel} → {self.owner}"


class Store(models.Model):
    """A shop with its own clock: its trading day ends at `cut_off` local time."""

    code = models.CharField(max_length=40, unique=True)  # the store's external id at the tills
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=40)
    cut_off = models.TimeField(default="00:00")
    closes_at = models.TimeField(default="18:00")  # usual local close; a Z-report is due after it
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class StreamCursor(models.Model):
    """How far a stream has been read. Moves only in the transaction that stores what it covers."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="cursors")
    stream = models.CharField(max_length=40)
    cursor = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    caught_up_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "stream"), name="streamcursor_one_per_stream"
            )
        ]


class RateBudget(models.Model):
    """What one connection may still call, shared by every worker on every machine.

    `grants` are the milliseconds (epoch) of the requests granted inside the window; `holders` are
    the calls under way where the vendor limits how many there may be.
    """

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="budget")
    limit = models.PositiveIntegerField(null=True, blank=True)
    window_seconds = models.PositiveIntegerField(default=60)
    concurrency = models.PositiveIntegerField(null=True, blank=True)
    grants = json_field(default=list, blank=True)
    holders = json_field(default=list, blank=True)
    blocked_until = models.DateTimeField(null=True, blank=True)
    remaining = models.IntegerField(null=True, blank=True)  # the vendor's own figure
    remaining_at = models.DateTimeField(null=True, blank=True)
    resets_at = models.DateTimeField(null=True, blank=True)
    refused = models.PositiveIntegerField(default=0)  # times the vendor throttled us
    version = models.PositiveBigIntegerField(default=0)


class Retailer(models.Model):
    """Whose deployment this is: one row. `owners` is the operating model's owners section."""

    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)  # of the ledger
    owners = json_field(blank=True)

    def __str__(self) -> str:
        return self.name
