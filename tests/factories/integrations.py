"""Rows of the hub: a shop's tills, its ledger, and what moves between them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory

from integrations.models import (
    CatalogueItem,
    ChannelLevel,
    Connection,
    Document,
    DocumentLine,
    Hold,
    InboundEvent,
    Link,
    MappingRow,
    Retailer,
    StockReading,
    Store,
    Transfer,
)
from tests.conftest import NOW


class RowFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


class TillsFactory(RowFactory):
    class Meta:
        model = Connection
        django_get_or_create = ("slug",)

    slug = "tills"
    label = "Tills"
    system = "sitoo"
    role = "pos"


class LedgerFactory(RowFactory):
    class Meta:
        model = Connection
        django_get_or_create = ("slug",)

    slug = "ledger"
    label = "Ledger"
    system = "brightpearl"
    role = "erp"


class LinkFactory(RowFactory):
    class Meta:
        model = Link
        django_get_or_create = ("slug",)

    slug = "main"
    template = "sitoo-brightpearl"
    channel = factory.SubFactory(TillsFactory)
    owner = factory.SubFactory(LedgerFactory)


class RetailerFactory(RowFactory):
    class Meta:
        model = Retailer

    name = "Harbour & Lane"
    currency = "GBP"


class StoreFactory(RowFactory):
    class Meta:
        model = Store
        django_get_or_create = ("code",)

    code = "LDS"
    name = "Leeds"
    timezone = "Europe/London"
    cut_off = "00:00"


class MappingRowFactory(RowFactory):
    class Meta:
        model = MappingRow

    link = factory.SubFactory(LinkFactory)
    changed_at = NOW
    changed_by = "ada"


class CatalogueItemFactory(RowFactory):
    class Meta:
        model = CatalogueItem

    connection = factory.SubFactory(LedgerFactory)
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    external_id = factory.LazyAttribute(lambda o: f"p-{o.sku}")
    seen_at = NOW


class EventFactory(RowFactory):
    class Meta:
        model = InboundEvent

    connection = factory.SubFactory(TillsFactory)
    topic = "orders"
    external_id = factory.Sequence(str)
    version = "1"
    source = "poll"
    received_at = NOW
    not_before = NOW


class DocumentFactory(RowFactory):
    class Meta:
        model = Document

    connection = factory.SubFactory(TillsFactory)
    link = factory.SubFactory(LinkFactory)
    kind = Document.Kind.SALE
    external_id = factory.Sequence(str)
    number = factory.LazyAttribute(lambda o: f"R-{o.external_id}")
    placed_at = NOW - timedelta(hours=1)
    received_at = NOW - timedelta(hours=1)
    currency = "GBP"
    net = Decimal("10.00")
    tax = Decimal("2.00")
    gross = Decimal("12.00")
    state = Document.State.POSTING


class LineFactory(RowFactory):
    class Meta:
        model = DocumentLine

    document = factory.SubFactory(DocumentFactory)
    line_id = factory.Sequence(str)
    sku = "SOCK"
    location_code = "3"
    quantity = Decimal(1)
    signed_quantity = Decimal(1)
    net = Decimal("10.00")
    tax = Decimal("2.00")
    tax_rate = Decimal(20)


class TransferFactory(RowFactory):
    """A level for a channel unless told otherwise: the one effect that needs no document."""

    class Meta:
        model = Transfer

    link = factory.SubFactory(LinkFactory)
    connection = factory.LazyAttribute(lambda o: o.link.channel)
    flow = "stock-to-channel"
    operation = "set-level"
    key = factory.Sequence(lambda n: f"key-{n}")
    location_code = "3"
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    payload = factory.LazyAttribute(
        lambda o: {"location_code": o.location_code, "sku": o.sku, "level": "5"}
    )
    lane = Transfer.Lane.STOCK
    due_order = factory.LazyAttribute(lambda o: o.created_at + timedelta(seconds=int(o.lane)))
    not_before = NOW
    created_at = NOW


class ShipFactory(TransferFactory):
    """Shipping a sale's goods-out note: an effect of a document."""

    document = factory.SubFactory(DocumentFactory)
    connection = factory.LazyAttribute(lambda o: o.link.owner)
    flow = "sales-order-to-erp"
    operation = "ship-goods-out"
    link_kind = "shipped"
    payload = factory.LazyAttribute(lambda o: {"shipped_at": NOW.isoformat()})
    location_code = ""
    sku: Any = ""
    lane = Transfer.Lane.SALES


class HoldFactory(RowFactory):
    class Meta:
        model = Hold

    link = factory.SubFactory(LinkFactory)
    connection = factory.SubFactory(TillsFactory)
    kind = "VALIDATION_FAILED"
    subject = "R-1"
    sentence = "It is not right."
    currency = "GBP"
    opened_at = NOW


class ReadingFactory(RowFactory):
    class Meta:
        model = StockReading

    connection = factory.SubFactory(LedgerFactory)
    location_code = "W3"
    sku = "SOCK"
    on_hand = Decimal(10)
    sellable = Decimal(10)
    began_at = NOW


class LevelFactory(RowFactory):
    class Meta:
        model = ChannelLevel

    connection = factory.SubFactory(TillsFactory)
    location_code = "3"
    sku = "SOCK"
