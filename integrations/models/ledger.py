"""What we know to exist, and where it is."""

from typing import Self

from django.db import models

from integrations.models.connections import Connection, Link, Store
from integrations.models.fields import json_field, money_field, quantity_field
from integrations.models.inbox import InboundEvent


class DocumentQuerySet(models.QuerySet["Document"]):
    def receipts(self) -> Self:
        return self.filter(kind__in=(Document.Kind.SALE, Document.Kind.RETURN))


class Document(models.Model):
    """A business record: one receipt, one return, one till close. Amounts are positive."""

    class Kind(models.TextChoices):
        SALE = "sale"
        RETURN = "return"
        Z_REPORT = "z-report"
        JOURNAL = "journal"

    class State(models.TextChoices):
        OPEN = "open"  # not completed at the source
        PARKED = "parked"  # waits for another document
        HELD = "held"  # waits for a person; there is an open Hold that says why
        POSTING = "posting"  # planned; some effect is not yet at its target
        POSTED = "posted"  # every effect is at its target
        SKIPPED = "skipped"
        DISMISSED = "dismissed"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="documents")
    link = models.ForeignKey(Link, models.PROTECT, null=True, blank=True)
    event = models.ForeignKey(InboundEvent, models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    external_id = models.CharField(max_length=120)
    number = models.CharField(max_length=64, blank=True)
    original = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="returns"
    )
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True)
    store_code = models.CharField(max_length=40, blank=True)
    location_code = models.CharField(max_length=40, blank=True)
    register_id = models.CharField(max_length=64, blank=True)
    placed_at = models.DateTimeField()
    business_date = models.DateField(null=True, blank=True)  # in the store's zone and cut-off
    currency = models.CharField(max_length=3)
    net = money_field()
    tax = money_field()
    gross = money_field()
    rounding = money_field(default=0)
    units = quantity_field(default=0)
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=300, blank=True)
    record = json_field()  # the canonical record
    received_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    mapping_version = models.CharField(max_length=64, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "kind", "external_id"), name="document_one_per_source_record"
            )
        ]
        indexes = [
            models.Index(fields=("state", "kind", "placed_at"), name="document_by_state"),
            models.Index(fields=("store", "business_date", "kind"), name="document_by_day"),
            models.Index(fields=("number",), name="document_by_number"),
            models.Index(fields=("external_id",), name="document_by_external_id"),
            models.Index(fields=("-placed_at", "-id"), name="document_recent"),
            models.Index(  # all that Today counts of the last day stands in the index
                fields=("received_at", "kind", "state", "placed_at"), name="document_arrived"
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.external_id


class DocumentLine(models.Model):
    """One line. `absorbed_at` is set once an owner reading that began later includes it."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="lines")
    line_id = models.CharField(max_length=40)
    sku = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True)
    location_code = models.CharField(max_length=40)
    quantity = quantity_field()
    signed_quantity = quantity_field()  # + sold, − returned to sellable stock, 0 quarantined
    net = money_field()
    tax = money_field()
    tax_rate = models.DecimalField(max_digits=7, decimal_places=3)
    discount_net = money_field(default=0)
    condition_code = models.CharField(max_length=40, blank=True)
    disposition = models.CharField(max_length=12, blank=True)
    product_id = models.CharField(max_length=64, blank=True)
    is_stocked = models.BooleanField(default=True)
    moved_at = models.DateTimeField(null=True, blank=True)  # the owner confirmed the movement
    absorbed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("document", "line_id"), name="documentline_unique")
        ]
        indexes = [
            models.Index(
                fields=("location_code", "sku"),
                condition=models.Q(absorbed_at__isnull=True, is_stocked=True),
                name="documentline_in_flight",
            ),
            models.Index(fields=("sku",), name="documentline_by_sku"),
        ]


class DocumentTender(models.Model):
    document = models.ForeignKey(Document, models.CASCADE, related_name="tenders")
    index = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=64, blank=True)
    amount = money_field()
    reference = models.CharField(max_length=120, blank=True)
    method_code = models.CharField(max_length=40, blank=True)
    nominal_code = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("document", "index"), name="documenttender_unique")
        ]
        indexes = [models.Index(fields=("reference",), name="documenttender_by_reference")]


class DocumentLink(models.Model):
    """This document there is that record here."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="links")
    connection = models.ForeignKey(Connection, models.PROTECT)
    kind = models.CharField(max_length=40)  # order, credit, goods-out, goods-in, payment:0, journal
    external_id = models.CharField(max_length=120)
    detail = json_field(blank=True)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("document", "connection", "kind"), name="documentlink_one_per_kind"
            )
        ]
        indexes = [models.Index(fields=("external_id",), name="documentlink_by_external_id")]


class CatalogueItem(models.Model):
    """A product as one system has it."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="catalogue")
    external_id = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True)
    barcode = models.CharField(max_length=64, blank=True)
    tax_code = models.CharField(max_length=40, blank=True)
    is_stocked = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    price_net = money_field(null=True, blank=True)
    price_gross = money_field(null=True, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "external_id"), name="catalogueitem_one_per_product"
            )
        ]
        indexes = [
            models.Index(fields=("sku", "connection"), name="catalogueitem_by_sku"),
            models.Index(fields=("barcode",), name="catalogueitem_by_barcode"),
        ]
