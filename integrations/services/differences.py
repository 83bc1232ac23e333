"""Where the owner and a channel differ, found by the database in one pass over both.

Everything that merely differs by its safety stock is counted; the rest is named, row by row.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, models

from integrations.models import ChannelLevel, Document, DocumentLine, Link, StockReading
from integrations.services.places import Places, places

PLAIN, ODD, UNKNOWN = 0, 1, 2
SMALLEST = 3  # decimals of a quantity; SQLite adds them up as binary fractions


@dataclass(slots=True)
class Plain:
    """Levels of one place that agree, but for `policy` units held back in all."""

    levels: int = 0
    policy: Decimal = Decimal(0)


@dataclass(slots=True)
class Differences:
    """What a pass found: by channel location, and the rows to look at (ids of ChannelLevel)."""

    plain: dict[str, Plain] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    odd: list[int] = field(default_factory=list)


def find_differences(link: Link) -> Differences:
    """Compare every level of the link's mapped places. One statement, whatever their number."""
    where = places(link)
    found = Differences()
    if not where.warehouse_of:
        return found
    sql, values = statement(link, where)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for place, kind, pk, levels, drift in cursor:
            if kind == ODD:
                found.odd.append(pk)
            elif kind == UNKNOWN:
                found.unknown[place] = levels
            else:
                found.plain[place] = Plain(levels, _units(drift))
    return found


def statement(link: Link, where: Places) -> tuple[str, list[Any]]:
    """The comparison and its values. Pairs come in as rows, so that both databases join alike."""
    aliases = where.alias_of or {"": ""}
    gone = (Document.State.SKIPPED, Document.State.DISMISSED)
    values = [
        *(each for pair in where.warehouse_of.items() for each in pair),
        *(each for pair in aliases.items() for each in pair),
        *(link.channel_id, *gone, link.owner_id, link.channel_id),
    ]
    return _SQL.format(
        pairs=_rows(len(where.warehouse_of)),
        aliases=_rows(len(aliases)),
        places=SMALLEST,
        **{name: _table(model) for name, model in _TABLES.items()},
    ), values


def _rows(count: int) -> str:
    return ", ".join(["(%s, %s)"] * count)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _units(value: Any) -> Decimal:
    return round(Decimal(str(value or 0)), SMALLEST)


_TABLES: dict[str, type[models.Model]] = {
    "levels": ChannelLevel,
    "readings": StockReading,
    "lines": DocumentLine,
    "documents": Document,
}
_SQL = """
WITH place (code, warehouse) AS (VALUES {pairs}),
alias (sku, owned) AS (VALUES {aliases}),
flying AS (
    SELECT l.location_code, l.sku, SUM(l.signed_quantity) AS units
    FROM {lines} l JOIN {documents} d ON d.id = l.document_id
    WHERE l.absorbed_at IS NULL AND l.is_stocked
        AND d.connection_id = %s AND d.state NOT IN (%s, %s)
    GROUP BY l.location_code, l.sku
),
side AS (
    SELECT c.id, c.location_code, r.sellable, c.safety, f.units,
        CASE WHEN c.seen IS NOT NULL AND (c.accepted_at IS NULL OR c.seen_at >= c.accepted_at)
            THEN c.seen ELSE c.told END AS shown
    FROM {levels} c
    JOIN place p ON p.code = c.location_code
    LEFT JOIN alias a ON a.sku = c.sku
    LEFT JOIN {readings} r ON r.connection_id = %s AND r.location_code = p.warehouse
        AND r.sku = COALESCE(a.owned, c.sku)
    LEFT JOIN flying f ON f.location_code = c.location_code AND f.sku = c.sku
    WHERE c.connection_id = %s
),
judged AS (
    SELECT id, location_code, sellable - shown AS drift,
        CASE WHEN sellable IS NULL OR shown IS NULL THEN 2
            WHEN COALESCE(units, 0) <> 0 THEN 1
            WHEN ROUND(CASE WHEN sellable > safety THEN sellable - safety ELSE 0 END
                - shown, {places}) <> 0 THEN 1
            ELSE 0 END AS kind
    FROM side
)
SELECT location_code, kind, CASE WHEN kind = 1 THEN id END, COUNT(*), SUM(drift)
FROM judged GROUP BY 1, 2, 3
"""
