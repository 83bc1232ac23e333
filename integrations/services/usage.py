"""Count which source values the records carry, so that pages need not look at every record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Min, Model, QuerySet, Sum

from integrations.mapping.tables import TABLES, MappingTable
from integrations.models import (
    CatalogueItem,
    Document,
    DocumentLine,
    DocumentTender,
    Link,
    MappingRow,
    ValueUse,
)

PERIOD = timedelta(days=90)
NOT_USED = (Document.State.SKIPPED, Document.State.DISMISSED)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a table's source values appear: model, column, the way to the document, the money."""

    model: type[Model]
    column: str
    way: str
    money: Any


SEEN: Mapping[str, Seen] = {
    "payment-type": Seen(DocumentTender, "name", "document__", F("amount")),
    "store-warehouse": Seen(Document, "location_code", "", F("gross")),
    "tax-code": Seen(DocumentLine, "tax_rate", "document__", F("net") + F("tax")),
    "return-condition": Seen(DocumentLine, "condition_code", "document__", F("net") + F("tax")),
    "sku-alias": Seen(DocumentLine, "sku", "document__", F("net") + F("tax")),
}


def count_uses(link: Link, *, now: datetime) -> None:
    """Count the values of the last 90 days, one query a table. Safe to repeat."""
    for key in SEEN:
        table = TABLES[key]
        found = _uses(link, table, now)
        if key == "sku-alias":
            found = _worth_knowing(link, found)
        with transaction.atomic():
            ValueUse.objects.filter(link=link, table=key).delete()
            ValueUse.objects.bulk_create(found.values(), batch_size=500)


def rows_of(link: Link, table: str) -> QuerySet[Any]:
    """The rows of this link's records that carry a value of this table."""
    seen = SEEN[table]
    rows: QuerySet[Any] = seen.model._default_manager.filter(
        **{f"{seen.way}connection_id": link.channel_id}
    )
    return rows


def _uses(link: Link, table: MappingTable, now: datetime) -> dict[str, ValueUse]:
    seen = SEEN[table.key]
    way = seen.way
    rows = rows_of(link, table.key).filter(
        **{f"{way}placed_at__gte": now - PERIOD, f"{way}kind__in": ("sale", "return")}
    )
    groups = (
        rows.exclude(**{f"{way}state__in": NOT_USED})
        .values_list(seen.column, f"{way}currency")
        .annotate(
            records=Count(f"{way}id", distinct=True),
            money=Sum(seen.money),
            first=Min(f"{way}placed_at"),
            last=Max(f"{way}placed_at"),
        )
        .order_by()
    )
    found: dict[str, ValueUse] = {}
    for value, currency, records, money, first, last in groups:
        if key := table.source_key(str(value))[:120]:
            new = ValueUse(link=link, table=table.key, value=key, label=str(value)[:120])
            use = found.setdefault(key, new)
            use.records = (use.records or 0) + records
            total = Decimal(use.money.get(currency, "0")) + money
            use.money = use.money | {currency: str(total)}
            use.first_seen = min(filter(None, (use.first_seen, first)))
            use.last_seen = max(filter(None, (use.last_seen, last)))
            use.label = table.clean_source(use.label)
            use.counted_at = now
    return found


def _worth_knowing(link: Link, found: dict[str, ValueUse]) -> dict[str, ValueUse]:
    """SKUs that have an alias or that the owner does not know: the others need no row."""
    rows = MappingRow.objects.filter(link=link, table="sku-alias")
    aliases = set(rows.values_list("source_value", flat=True))
    known = set(
        CatalogueItem.objects.filter(connection_id=link.owner_id).values_list("sku", flat=True)
    )
    return {sku: use for sku, use in found.items() if sku in aliases or sku not in known}
