"""Intended writes, and what became of each."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from integrations.models.connections import Connection, Link
from integrations.models.fields import json_field, money_field
from integrations.models.ledger import Document


class TransferQuerySet(models.QuerySet["Transfer"]):
    def due(self, now: datetime) -> Self:
        return self.filter(state=Transfer.State.READY, waiting=False, not_before__lte=now)

    def held(self) -> Self:
        return self.filter(state=Transfer.State.HELD)

    def unfinished(self) -> Self:
        return self.filter(state__in=Transfer.UNFINISHED)


class Transfer(models.Model):
    """One effect wanted at one target. The key is unique: asking twice changes nothing."""

    class State(models.TextChoices):
        READY = "ready"
        SENDING = "sending"
        UNKNOWN = "unknown"
        HELD = "held"
        POSTED = "posted"
        DISMISSED = "dismissed"
        SUPERSEDED = "superseded"

    class Lane(models.IntegerChoices):
        """Patience in seconds: what may wait longest goes last, but ages to the front."""

        LAST_UNITS = 0
        SALES = 1
        PAYMENTS = 10
        STATUSES = 60
        STOCK = 120
        CATALOGUE = 900
        AUDIT = 3600

    UNFINISHED = (State.READY, State.SENDING, State.UNKNOWN, State.HELD)

    link = models.ForeignKey(Link, models.PROTECT, related_name="transfers")
    flow = models.CharField(max_length=40)
    operation = models.CharField(max_length=30)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="transfers"
    )
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="transfers")
    key = models.CharField(max_length=160, unique=True)
    link_kind = models.CharField(max_length=40, blank=True)  # names its DocumentLink when posted
    payload = json_field()  # the effect
    lane = models.IntegerField(choices=Lane.choices)
    due_order = models.DateTimeField()  # created + the lane's patience: urgency that ages
    step = models.PositiveSmallIntegerField(default=1)  # order inside one document
    waits_for = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="waiting_transfers"
    )
    waiting = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    not_before = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    look_ups = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    lease_owner = models.CharField(max_length=80, blank=True)  # host:pid
    first_sent_at = models.DateTimeField(null=True, blank=True)
    external_ref = models.CharField(max_length=120, blank=True)
    error_kind = models.CharField(max_length=30, blank=True)
    error_sentence = models.CharField(max_length=400, blank=True)
    error_detail = models.TextField(blank=True)
    location_code = models.CharField(max_length=40, blank=True)  # stock only
    sku = models.CharField(max_length=64, blank=True)  # stock and products only
    value = money_field(default=0)
    currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verify_after = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted") | ~Q(external_ref=""),
                name="transfer_posted_has_external_ref",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(leased_until__isnull=False),
                name="transfer_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("dismissed", "superseded")) | ~Q(closed_reason=""),
                name="transfer_closed_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=("connection", "due_order", "id"),
                condition=Q(state="ready", waiting=False),
                name="transfer_due",
            ),
            models.Index(
                fields=("leased_until",), condition=Q(state="sending"), name="transfer_leased"
            ),
            models.Index(
                fields=("connection", "not_before"),
                condition=Q(state="unknown"),
                name="transfer_unknown",
            ),
            models.Index(
                fields=("connection", "state", "verify_after"),
                condition=Q(state="posted", verified_at__isnull=True, verify_after__isnull=False),
                name="transfer_unverified",
            ),
            models.Index(
                fields=("connection", "location_code", "sku"),
                condition=Q(state="ready") & ~Q(sku=""),
                name="transfer_ready_stock",
            ),
            models.Index(
                fields=("sku", "created_at"), condition=~Q(sku=""), name="transfer_by_sku"
            ),
            models.Index(fields=("state", "-created_at"), name="transfer_by_state"),
            models.Index(  # with the state, or SQLite takes transfer_by_state instead
                fields=("state", "posted_at"), condition=Q(state="posted"), name="transfer_posted"
            ),
            models.Index(fields=("document", "step"), name="transfer_by_document"),
            models.Index(fields=("external_ref",), name="transfer_by_external_ref"),
        ]

    def __str__(self) -> str:
        return self.key


class TransferAttempt(models.Model):
    """One try. Appended, never edited."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="history")
    at = models.DateTimeField()
    action = models.CharField(max_length=12)  # send, look-up, read-back, replay, dismiss
    outcome = models.CharField(max_length=30)
    sentence = models.CharField(max_length=400, blank=True)
    call = models.ForeignKey("CallLog", models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ("at", "id")
