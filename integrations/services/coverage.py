"""Which values are in use without a row, which rows are used, and by which records."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Sum

from integrations.mapping.tables import TABLES
from integrations.models import Document, Hold, Link, MappingRow, Sweep, ValueUse
from integrations.services.usage import SEEN, rows_of

Money = dict[str, Decimal]  # by currency


@dataclass(slots=True)
class Unmapped:
    """A value that holds records up. `value` is what they are worth, by currency."""

    source_value: str
    records: int = 0
    value: Money = field(default_factory=dict)
    first_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """`uses` counts records per row id in the last 90 days; a row without uses is unused.

    `seen` and `mapped` count different values, `seen_money` and `mapped_money` what carried them.
    `counted_at` None: never counted yet, so nothing is called unused. Closed lists of ours (order
    kinds, journal accounts) are always used and have no counts.
    """

    unmapped: tuple[Unmapped, ...]
    unused: tuple[MappingRow, ...]
    uses: dict[int, int]
    seen: int
    mapped: int
    seen_money: Money
    mapped_money: Money
    counted_at: datetime | None

    @property
    def share(self) -> int | None:
        """Percent of the values in use that are mapped, never rounded up to 100."""
        return self.mapped * 100 // self.seen if self.seen else None


def coverage(link: Link, table: str) -> Coverage:
    """What a table still needs, the most records first, and what it does not need any more."""
    key = TABLES[table].source_key
    rows = list(MappingRow.objects.filter(link=link, table=table))
    mapped = {key(row.source_value) for row in rows}
    found = list(ValueUse.objects.filter(link=link, table=table))
    seen = {use.value: use for use in found}
    uses = {
        row.pk: seen[key(row.source_value)].records for row in rows if key(row.source_value) in seen
    }
    counted_at = _counted_at(link) if table in SEEN else None
    return Coverage(
        unmapped=unmapped(link, table),
        unused=tuple(row for row in rows if counted_at and row.pk not in uses),
        uses=uses,
        seen=len(found),
        mapped=sum(1 for use in found if use.value in mapped),
        seen_money=_summed(found),
        mapped_money=_summed([use for use in found if use.value in mapped]),
        counted_at=counted_at,
    )


def _counted_at(link: Link) -> datetime | None:
    """When the values of this link were last counted, whether there were any or not."""
    sweeps = Sweep.objects.filter(name=f"values:{link.slug}", finished_at__isnull=False)
    return sweeps.values_list("finished_at", flat=True).first()


def _summed(uses: list[ValueUse]) -> Money:
    sums: Money = {}
    for use in uses:
        for currency, text in use.money.items():
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(text)
    return sums


def unmapped(link: Link, table: str) -> tuple[Unmapped, ...]:
    """Values that wait for a row, spellings of one value together, the most records first."""
    waiting = one_each(Hold.objects.open().filter(link=link, table=table), "subject")
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


def one_each(holds: QuerySet[Hold], *apart: str) -> QuerySet[Hold]:
    """These open holds, one a record: a receipt that waits for two things is worth itself once.

    Records are told apart within one link and table, and by the columns in `apart`.
    """
    same = ("document", "link", "table", *apart)
    earlier = Hold.objects.open().filter(
        pk__lt=OuterRef("pk"), **{name: OuterRef(name) for name in same}
    )
    return holds.exclude(Exists(earlier))


def documents_using(link: Link, table: str, source_value: str) -> QuerySet[Document]:
    """The records of a link that carry this value, newest first."""
    if table not in SEEN:
        return Document.objects.none()
    seen = SEEN[table]
    lookup = seen.column if TABLES[table].case_sensitive else f"{seen.column}__iexact"
    carrying = rows_of(link, table).filter(**{lookup: source_value})
    ids = carrying.values(f"{seen.way}id")
    return Document.objects.filter(pk__in=ids).order_by("-placed_at", "-pk")
