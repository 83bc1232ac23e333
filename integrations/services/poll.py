"""Read streams from their cursors. Always on: it is what makes a lost webhook harmless."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from integrations.canonical.products import Product
from integrations.connectors.errors import ConnectorError, ThrottledError
from integrations.models import CatalogueItem, Connection, InboundEvent, Link, StreamCursor
from integrations.ports import Connector, Fact, Page
from integrations.services import catalogue, health, readings
from integrations.services.calls import store_calls
from integrations.services.places import product_ids
from integrations.services.receive import store_facts
from integrations.services.runtime import Runtime

# How often each stream is read when nothing kicks it. A lost webhook costs this much time.
EVERY = {
    "orders": timedelta(seconds=60),
    "z-reports": timedelta(minutes=5),
    "warehouse-transactions": timedelta(minutes=5),
    "products": timedelta(minutes=5),
    "stock-changes": timedelta(seconds=60),
}
# Streams whose facts are documents; the others describe a present state and are kept as such.
DOCUMENT_STREAMS = frozenset({"orders", "z-reports", "warehouse-transactions"})
# What each role is read for.
STREAMS = {
    "pos": ("orders", "z-reports", "warehouse-transactions"),
    "erp": ("products", "stock-changes"),
}
MAX_PAGES = 20


def poll(rt: Runtime, connection: Connection) -> bool:
    """Read every due stream of a connection. True when a page had something new."""
    now = rt.clock()
    connector, buffer = rt.open(connection)
    news = False
    for stream in STREAMS.get(connection.role, ()):
        cursor, _ = StreamCursor.objects.get_or_create(connection=connection, stream=stream)
        if cursor.due_at is not None and cursor.due_at > now:
            continue
        try:
            news |= _read_on(rt, connector, connection, cursor)
        except ConnectorError as error:
            _postpone(connection, cursor, error, now)
            store_calls(connection, buffer.drain())
            return news
        store_calls(connection, buffer.drain())
        health.note_success(connection, now=rt.clock())
    return news


def _read_on(
    rt: Runtime, connector: Connector, connection: Connection, cursor: StreamCursor
) -> bool:
    news = False
    for _ in range(MAX_PAGES):
        now = rt.clock()
        page = connector.read(cursor.stream, cursor.cursor, now=now)
        fields = {"read_at": now, "last_error": ""}
        if not page.more:
            fields |= {"caught_up_at": now, "due_at": now + EVERY[cursor.stream]}
        if not _store(rt, connector, connection, cursor, page, fields):
            return True  # another worker moved the cursor: its page, not ours
        news |= bool(page.facts)
        if not page.more:
            break
    return news


def _store(
    rt: Runtime,
    connector: Connector,
    connection: Connection,
    cursor: StreamCursor,
    page: Page,
    fields: dict[str, object],
) -> bool:
    """The page and the cursor that covers it, in one transaction. False when we were overtaken."""
    now = rt.clock()
    with transaction.atomic():
        moved = StreamCursor.objects.filter(pk=cursor.pk, cursor=cursor.cursor).update(
            cursor=page.cursor, **fields
        )
        if not moved:
            return False
        if cursor.stream in DOCUMENT_STREAMS:
            store_facts(connection, page.facts, source=InboundEvent.Source.POLL, now=now)
        elif cursor.stream == "products":
            catalogue.store_products(connection, products_of(connector, page.facts), now=now)
    if cursor.stream == "stock-changes":
        read_changed(rt, connection, [fact.external_id for fact in page.facts])
    cursor.cursor = page.cursor
    return True


def products_of(connector: Connector, facts: Sequence[Fact]) -> list[Product]:
    return [
        record
        for fact in facts
        for record in connector.records(fact.topic, fact.payload)
        if isinstance(record, Product)
    ]


def read_changed(rt: Runtime, connection: Connection, ids: Sequence[str]) -> None:
    """Read the owner's levels of these product ids, for every link that it feeds."""
    if not ids:
        return

    known = dict(
        CatalogueItem.objects.filter(
            connection=connection, external_id__in=list(ids), is_stocked=True
        ).values_list("sku", "external_id")
    )
    items = product_ids(connection.pk, known)
    for link in Link.objects.filter(owner=connection, enabled=True).select_related(
        "channel", "owner"
    ):
        for start in range(0, len(items), readings.CHUNK):
            readings.read_levels(rt, link, items[start : start + readings.CHUNK])


def _postpone(
    connection: Connection, cursor: StreamCursor, error: ConnectorError, now: datetime
) -> None:
    if isinstance(error, ThrottledError):
        until = now + error.retry_after
    else:
        until = health.note_trouble(connection, error, now=now)
    StreamCursor.objects.filter(pk=cursor.pk).update(due_at=until, last_error=error.sentence[:300])
