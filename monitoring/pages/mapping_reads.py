"""What the mapping pages show: first what is unmapped but in use, with its money."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from integrations import public
from integrations.public import (
    MAPPING_TABLES,
    TABLES,
    CatalogueItem,
    Hold,
    Link,
    MappingChange,
    MappingRow,
    MappingTable,
)
from monitoring.kit.permissions import Capability

MONEY_TABLES = frozenset({"payment-type", "tax-code", "journal-account"})
ALIKE = 0.55  # below this two names are not alike
MOST = 5


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
    """One table of one link on the list of tables."""

    link: Link
    table: MappingTable
    mapped: int
    waiting: list[Waiting]
    changed: datetime | None

    @property
    def records(self) -> int:
        return sum(each.records for each in self.waiting)

    @property
    def money(self) -> list[tuple[Decimal, str]]:
        return totals(pair for each in self.waiting for pair in each.money)


@dataclass(frozen=True)
class Suggestion:
    """A target code that may be meant, and why we think so."""

    code: str
    label: str
    why: str


def totals(pairs: Iterable[tuple[Decimal, str]]) -> list[tuple[Decimal, str]]:
    """Add up amounts per currency; currencies are never mixed."""
    sums: dict[str, Decimal] = {}
    for amount, currency in pairs:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return [(sums[currency], currency) for currency in sorted(sums)]


def waiting(holds: QuerySet[Hold]) -> list[Waiting]:
    """Group open holds by the value that they wait for, the most records first. One query."""
    found: dict[tuple[int, str, str], Waiting] = {}
    rows = (
        holds.filter(closed_at__isnull=True, table__in=TABLES, link__isnull=False)
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
    """Return every table of every link; those that hold something up come first. Four queries."""
    links = list(Link.objects.filter(enabled=True).select_related("channel", "owner"))
    counted = MappingRow.objects.values_list("link", "table").annotate(Count("pk")).order_by()
    mapped = {(link, table): found for link, table, found in counted}
    latest = MappingChange.objects.values_list("link", "table").annotate(Max("at")).order_by()
    changed = {(link, table): at for link, table, at in latest}
    held = waiting(Hold.objects.all())
    found = [
        Summary(
            link=link,
            table=table,
            mapped=mapped.get((link.pk, table.key), 0),
            waiting=[w for w in held if (w.link_id, w.table) == (link.pk, table.key)],
            changed=changed.get((link.pk, table.key)),
        )
        for link in links
        for table in MAPPING_TABLES
    ]
    return sorted(found, key=lambda each: -each.records)


def choices_of(link: Link, table: MappingTable) -> dict[str, list[tuple[str, str]]]:
    """Return the owner's real values for each target field, as last read; empty when unread."""
    found = {}
    for target in table.targets:
        if target.options:
            found[target.name] = [(option, option.capitalize()) for option in target.options]
        else:
            known = public.choices(link.owner.slug, target.choices)
            found[target.name] = [(each.code, f"{each.label} ({each.code})") for each in known]
    return found


def suggest(
    link: Link, table: MappingTable, value: str, choices: dict[str, list[tuple[str, str]]]
) -> dict[str, list[Suggestion]]:
    """Return what may be meant by `value`, best first, for each target field."""
    if table.key == "sku-alias":
        return {"sku": suggest_skus(link, value)}
    return {name: _alike(value, each) for name, each in choices.items()}


def suggest_skus(link: Link, sku: str) -> list[Suggestion]:
    """Look for the owner's product with the same barcode, then for one of the same name."""
    known = CatalogueItem.objects.filter(connection_id=link.channel_id, sku=sku).first()
    owned = CatalogueItem.objects.filter(connection_id=link.owner_id, is_active=True)
    if known is None:
        return _named(owned.filter(sku__startswith=sku[:3])[:200], sku, "similar SKU", by="sku")
    same: Any = owned.filter(barcode=known.barcode)[:MOST] if known.barcode else []
    exact = [Suggestion(each.sku, each.name, "same barcode") for each in same]
    first = known.name.split(" ")[0] if known.name else sku[:3]
    names = owned.filter(name__startswith=first)[:200]
    alike = _named(names, known.name, "similar name", by="name")
    return [*exact, *(each for each in alike if each.code not in {e.code for e in exact})][:MOST]


def _named(items: Any, text: str, why: str, *, by: str) -> list[Suggestion]:
    scored = [(_likeness(text, getattr(item, by)), item) for item in items]
    kept = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return [Suggestion(item.sku, item.name, why) for _, item in kept[:MOST]]


def _alike(value: str, choices: list[tuple[str, str]]) -> list[Suggestion]:
    scored = [(_likeness(value, label), code, label) for code, label in choices]
    kept = sorted((each for each in scored if each[0] >= ALIKE), reverse=True)
    return [Suggestion(code, label, "similar name") for _, code, label in kept[:MOST]]


def _likeness(left: str, right: str) -> float:
    left, right = left.casefold(), right.casefold()
    words = left.split() or [""]
    if len(words[0]) > 2 and words[0] in right:
        return 1
    return SequenceMatcher(None, left, right).ratio()


def find(link: str, table: str) -> tuple[Link, MappingTable]:
    """Return the link and table of an address; 404 when there is no such pair."""
    if table not in TABLES:
        raise Http404
    links = Link.objects.select_related("channel", "owner")
    return get_object_or_404(links, slug=link), TABLES[table]


def labels_of(link: Link, table: MappingTable) -> dict[str, dict[str, str]]:
    """Return the words for the codes of each target field, as far as they were read."""
    return {name: dict(pairs) for name, pairs in choices_of(link, table).items()}


def capability_for(table: MappingTable) -> Capability:
    money = table.key in MONEY_TABLES
    return Capability.EDIT_MONEY_MAPPING if money else Capability.EDIT_MAPPING


def address(action: str, link: Link, table: MappingTable) -> str:
    kind = "money-mapping" if table.key in MONEY_TABLES else "mapping"
    return reverse(f"{kind}-{action}", args=[link.slug, table.key])
