"""Which values are in use without a row, which rows are used, and by which records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Model, QuerySet, Sum

from integrations.mapping.tables import TABLES
from integrations.models import Document, DocumentLine, DocumentTender, Hold, Link, MappingRow

# Where a table's source values appear: model, column, and the way from it to the document.
_SEEN: Mapping[str, tuple[type[Model], str, str]] = {
    "payment-type": (DocumentTender, "name", "document__"),
    "store-warehouse": (Document, "location_code", ""),
    "tax-code": (DocumentLine, "tax_rate", "document__"),
    "return-condition": (DocumentLine, "condition_code", "document__"),
    "sku-alias": (DocumentLine, "sku", "document__"),
}


@dataclass(slots=True)
class Unmapped:
    """A value that holds records up. `value` is what they are worth, by currency."""

    source_value: str
    records: int = 0
    value: dict[str, Decimal] = field(default_factory=dict)
    first_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """`uses` counts records per row id since the moment asked for; a row without uses is unused.

    Closed lists of ours (order kinds, journal accounts) are always used: they have no counts.
    """

    unmapped: tuple[Unmapped, ...]
    unused: tuple[MappingRow, ...]
    uses: dict[int, int]


def coverage(link: Link, table: str, *, since: datetime) -> Coverage:
    """What a table still needs, the most records first, and what it does not need any more."""
    rows = list(MappingRow.objects.filter(link=link, table=table))
    seen = values_in_use(link, table, since=since)
    key = TABLES[table].source_key
    uses = {row.pk: seen[key(row.source_value)] for row in rows if key(row.source_value) in seen}
    counted = table in _SEEN
    unused = tuple(row for row in rows if counted and row.pk not in uses)
    return Coverage(unmapped=unmapped(link, table), unused=unused, uses=uses)


def unmapped(link: Link, table: str) -> tuple[Unmapped, ...]:
    """Values that wait for a row, spellings of one value together, the most records first."""
    waiting = Hold.objects.open().filter(link=link, table=table)
    groups = waiting.values("subject", "currency").annotate(
        records=Count("document", distinct=True), worth=Sum("value"), first=Min("opened_at")
    )
    found: dict[str, Unmapped] = {}
    for group in groups.order_by("first", "subject"):
        key = TABLES[table].source_key(group["subject"])
        entry = found.setdefault(key, Unmapped(group["subject"], first_seen=group["first"]))
        entry.records += group["records"]
        worth = entry.value.get(group["currency"], Decimal(0)) + group["worth"]
        entry.value[group["currency"]] = worth
    return tuple(sorted(found.values(), key=lambda each: (-each.records, each.source_value)))


def values_in_use(link: Link, table: str, *, since: datetime) -> dict[str, int]:
    """Records per source value that was seen since then, by the value's key. One query."""
    if table not in _SEEN:
        return {}
    model, column, way = _SEEN[table]
    seen = _rows(model, way, link).filter(**{f"{way}placed_at__gte": since})
    counts = seen.values_list(column).annotate(records=Count(f"{way}id", distinct=True))
    found: dict[str, int] = {}
    for value, records in counts.order_by():
        key = TABLES[table].source_key(str(value))
        found[key] = found.get(key, 0) + records
    return found


def documents_using(link: Link, table: str, source_value: str) -> QuerySet[Document]:
    """The records of a link that carry this value, newest first."""
    if table not in _SEEN:
        return Document.objects.none()
    model, column, way = _SEEN[table]
    lookup = column if TABLES[table].case_sensitive else f"{column}__iexact"
    carrying = _rows(model, way, link).filter(**{lookup: source_value})
    ids = carrying.values(f"{way}id")
    return Document.objects.filter(pk__in=ids).order_by("-placed_at", "-pk")


def _rows(model: Any, way: str, link: Link) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(**{f"{way}connection_id": link.channel_id})
    return rows
