"""What the mapping pages show: first what is unmapped but in use, with its money."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from integrations.public import (
    TABLES,
    Hold,
    Link,
    MappingChange,
    MappingRow,
    MappingTable,
    desk,
    mapping_tables,
)
from monitoring.kit.permissions import Capability

MONEY_TABLES = frozenset({"payment-type", "tax-code", "journal-account"})


@dataclass
class Waiting:
    """One value in use without a row: how many records wait for it, and with how much money."""

    link_id: int
    table: str
    value: str
    records: int = 0
    oldest: datetime | None = None
    money: list[tuple[Decimal, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Summary:
    """One table of one link on the list of tables. A receipt with two causes counts once."""

    link: Link
    table: MappingTable
    mapped: int
    waiting: list[Waiting]
    records: int
    money: list[tuple[Decimal, str]]
    share: int | None  # percent of the values in use that are mapped
    asked: int  # replays that wait for a second person
    changed: datetime | None

    @property
    def oldest(self) -> datetime | None:
        return min((each.oldest for each in self.waiting if each.oldest), default=None)


def totals(pairs: Iterable[tuple[Decimal, str]]) -> list[tuple[Decimal, str]]:
    """Add up amounts per currency; currencies are never mixed."""
    sums: dict[str, Decimal] = {}
    for amount, currency in pairs:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return [(sums[currency], currency) for currency in sorted(sums)]


def waiting(holds: QuerySet[Hold]) -> list[Waiting]:
    """Group open holds by the value that they wait for, the most records first. One query.

    A record counts once for each value; all tables together are less than their sum.
    """
    found: dict[tuple[int, str, str], Waiting] = {}
    rows = (
        desk.one_each(holds, "subject")
        .filter(closed_at__isnull=True, table__in=TABLES, link__isnull=False)
        .values("link", "table", "subject", "currency")
        .annotate(
            records=Count("document", distinct=True) + Count("pk", filter=Q(document=None)),
            money=Sum("value"),
            oldest=Min("opened_at"),
        )
        .order_by()
    )
    for row in rows:
        key = (row["link"], row["table"], row["subject"])
        one = found.setdefault(key, Waiting(*key))
        one.records += row["records"]
        one.money = totals([*one.money, (row["money"], row["currency"])])
        one.oldest = min(filter(None, (one.oldest, row["oldest"])))
    return sorted(found.values(), key=lambda one: (-one.records, one.table, one.value))


def summaries() -> list[Summary]:
    """Return every table of every link, the most money waiting first. A fixed number of queries."""
    links = list(Link.objects.filter(enabled=True).select_related("channel", "owner"))
    held, once = waiting(Hold.objects.all()), _totals_once()
    shares, keys = _shares(), ("link", "table")
    latest = MappingChange.objects.values_list(*keys).annotate(Max("at")).order_by()
    changed = {(link, table): at for link, table, at in latest}
    mapped, asked = _counts(MappingRow.objects.all()), _counts(desk.runs().asked())
    found = [
        Summary(
            link=link,
            table=table,
            mapped=mapped.get((link.pk, table.key), 0),
            waiting=[w for w in held if (w.link_id, w.table) == (link.pk, table.key)],
            records=once.get((link.pk, table.key), (0, []))[0],
            money=once.get((link.pk, table.key), (0, []))[1],
            share=shares.get((link.pk, table.key)),
            asked=asked.get((link.pk, table.key), 0),
            changed=changed.get((link.pk, table.key)),
        )
        for link in links
        for table in mapping_tables(link).values()
    ]
    return sorted(found, key=lambda each: (-_most(each.money), -each.records))


def _most(money: list[tuple[Decimal, str]]) -> Decimal:
    return max((amount for amount, _ in money), default=Decimal(0))


def _counts(rows: QuerySet[Any]) -> dict[tuple[int, str], int]:
    counted = rows.order_by().values_list("link", "table").annotate(Count("pk"))
    return {(link, table): found for link, table, found in counted}


def _totals_once() -> dict[tuple[int, str], tuple[int, list[tuple[Decimal, str]]]]:
    """Records and money that wait per link and table, each record once. One query."""
    holds = desk.one_each(Hold.objects.open().filter(table__in=TABLES, link__isnull=False))
    rows = holds.values_list("link", "table", "currency").annotate(Count("pk"), Sum("value"))
    found: dict[tuple[int, str], tuple[int, list[tuple[Decimal, str]]]] = {}
    for link, table, currency, records, money in rows.order_by():
        before = found.get((link, table), (0, []))
        total = (before[0] + records, totals([*before[1], (money, currency)]))
        found[link, table] = total
    return found


def _shares() -> dict[tuple[int, str], int]:
    """Percent of the values in use that have a row, per link and table. Two queries."""
    rows = MappingRow.objects.exclude(table="sku-alias").values_list(
        "link", "table", "source_value"
    )
    known = {(link, table, TABLES[table].source_key(value)) for link, table, value in rows}
    seen: dict[tuple[int, str], list[bool]] = {}
    uses = desk.value_uses().exclude(table="sku-alias")
    for link, table, value in uses.values_list("link", "table", "value"):
        seen.setdefault((link, table), []).append((link, table, value) in known)
    return {key: sum(each) * 100 // len(each) for key, each in seen.items()}


def choices_of(link: Link, table: MappingTable) -> dict[str, list[tuple[str, str]]]:
    """Return the owner's real values for each target field, as last read; empty when unread.

    One query.
    """
    lists = desk.choice_lists(link.owner, (target.choices for target in table.targets))
    found = {}
    for target in table.targets:
        if target.options:
            found[target.name] = [(option, option.capitalize()) for option in target.options]
        else:
            known = lists[target.choices]
            found[target.name] = [(each.code, f"{each.label} ({each.code})") for each in known]
    return found


def find(link: str, table: str) -> tuple[Link, MappingTable]:
    """Return the link and table of an address; 404 when there is no such pair."""
    found = get_object_or_404(Link.objects.select_related("channel", "owner"), slug=link)
    tables = mapping_tables(found)
    if table not in tables:
        raise Http404
    return found, tables[table]


def labels_of(link: Link, table: MappingTable) -> dict[str, dict[str, str]]:
    """Return the words for the codes of each target field, as far as they were read."""
    return {name: dict(pairs) for name, pairs in choices_of(link, table).items()}


def capability_for(table: MappingTable) -> Capability:
    money = table.key in MONEY_TABLES
    return Capability.EDIT_MONEY_MAPPING if money else Capability.EDIT_MAPPING


def address(action: str, link: Link, table: MappingTable) -> str:
    kind = "money-mapping" if table.key in MONEY_TABLES else "mapping"
    return reverse(f"{kind}-{action}", args=[link.slug, table.key])
