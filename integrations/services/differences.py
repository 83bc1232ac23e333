"""Where the owner and a channel differ, found by the database in one join of both.

What merely differs by its safety stock is counted; the rest is named, row by row. A sale on its
way whose lower level the channel has not taken yet is not named: both figures are the old ones.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.models import Count, Q, Sum

from integrations.models import ChannelLevel, Link, StockReading
from integrations.services.places import Places, places


@dataclass(slots=True)
class Plain:
    """Levels of one place that agree, but for safety; `policy` is what its levels hold back."""

    levels: int = 0
    policy: Decimal = Decimal(0)


@dataclass(slots=True)
class Differences:
    """What a pass found: by channel location, and the rows to look at (ids of ChannelLevel)."""

    plain: dict[str, Plain] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    odd: list[int] = field(default_factory=list)


def find_differences(link: Link) -> Differences:
    """Compare every level of the link's mapped places: two statements, whatever their number.

    Only what differs is fetched by the join; what is held back or unknown stands in our own rows.
    """
    where = places(link)
    found = Differences()
    if not where.warehouse_of:
        return found
    sql, values = statement(link, where)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    found.odd = [pk for pk, _ in rows]
    odd = Counter(place for _, place in rows)
    levels = ChannelLevel.objects.filter(
        connection=link.channel, location_code__in=where.warehouse_of
    )
    unknown = Q(desired__isnull=True) | Q(told__isnull=True, seen__isnull=True)
    sums = (
        levels.order_by()
        .values_list("location_code")
        .annotate(levels=Count("pk"), without=Count("pk", filter=unknown), policy=Sum("safety"))
    )
    for place, count, without, policy in sums:
        found.unknown[place] = without
        found.plain[place] = Plain(count - without - odd[place], policy)
    return found


def statement(link: Link, where: Places) -> tuple[str, list[Any]]:
    """The comparison and its values. The pairs stand in the join itself: a list that is joined
    to two million rows costs more than the comparison."""
    homes, aliases = where.warehouse_of, where.alias_of
    values: list[Any] = [link.owner_id]
    values += [each for pair in homes.items() for each in pair]
    values += [each for pair in aliases.items() for each in pair]
    values += [link.channel_id, *homes]
    return _SQL.format(
        levels=_table(ChannelLevel),
        readings=_table(StockReading),
        warehouse=_pairs("c.location_code", len(homes)),
        sku=_pairs("c.sku", len(aliases), otherwise="c.sku"),
        places=", ".join(["%s"] * len(homes)),
        differs=_DIFFERS,
    ), values


def _pairs(column: str, count: int, *, otherwise: str = "NULL") -> str:
    """A translation in the database's words; without pairs there is nothing to translate."""
    if not count:
        return otherwise
    return f"CASE {column} {'WHEN %s THEN %s ' * count}ELSE {otherwise} END"


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


# What the channel was read to show, unless it accepted a level after that.
_SHOWN = "COALESCE(CASE WHEN c.seen_at >= c.accepted_at THEN c.seen END, c.told, c.seen)"
# Half of the smallest unit is no difference: SQLite reckons in binary fractions.
_DIFFERS = (
    "CASE WHEN r.sellable > c.safety THEN r.sellable - c.safety ELSE 0 END"
    f" - {_SHOWN} NOT BETWEEN -0.0005 AND 0.0005"
)
_SQL = """
SELECT c.id, c.location_code
FROM {levels} c
JOIN {readings} r ON r.connection_id = %s
    AND r.location_code = {warehouse} AND r.sku = {sku}
WHERE c.connection_id = %s AND c.location_code IN ({places}) AND {differs}
"""
