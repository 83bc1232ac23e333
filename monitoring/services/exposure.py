"""How long after a sale every channel showed the lower level; kept for each sale and channel."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, Window
from django.db.models.functions import RowNumber, TruncHour

from integrations import public
from integrations.public import ChannelLevel, Document, Link, Transfer
from monitoring.models import SaleExposure

BATCH = 500  # sales of one statement
MOST = 10_000  # sales of one run
OVERLAP = 200  # a row may become visible after its successor
GIVEN_UP = timedelta(days=7)  # a sale that is not shown by then stays open and is not looked at
KEPT = timedelta(days=60)
GONE = (Document.State.SKIPPED, Document.State.DISMISSED)
Place = tuple[int, str, str]  # channel, location, SKU


def begin_exposures(*, now: datetime) -> int:
    """Start the clock of sales that are new, oldest first. Returns how many were looked at.

    A sale that lowers no level leaves no row, so the last ones are looked at again.
    """
    last = SaleExposure.objects.aggregate(last=Max("document"))["last"] or 0
    sales = public.documents().filter(
        pk__gt=last - OVERLAP, kind=Document.Kind.SALE, received_at__gt=now - GIVEN_UP
    )
    looked = 0
    for ids in _chunks(list(sales.order_by("pk").values_list("pk", flat=True)[:MOST])):
        wanted = _places(ids)
        rows = {
            (pk, place[0]): SaleExposure(document_id=pk, connection_id=place[0], sold_at=sold_at)
            for pk, (sold_at, _, places) in wanted.items()
            for place in places
        }
        SaleExposure.objects.bulk_create(rows.values(), ignore_conflicts=True, batch_size=BATCH)
        looked += len(ids)
    return looked


def close_exposures(*, now: datetime) -> int:
    """Stop the clock where every level of a sale that was worked out since was accepted."""
    open_rows = SaleExposure.objects.filter(shown_at__isnull=True, sold_at__gt=now - GIVEN_UP)
    closed = 0
    for rows in _chunks(list(open_rows.order_by("sold_at", "pk")[:MOST])):
        closed += _close(rows)
    return closed


def forget_exposures(*, now: datetime) -> None:
    SaleExposure.objects.filter(sold_at__lt=now - KEPT).delete()
    SaleExposure.objects.filter(shown_at__isnull=True, document__state__in=GONE).delete()


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _close(rows: Sequence[SaleExposure]) -> int:
    wanted = _places([row.document_id for row in rows])
    first = _first_told({place for _, _, places in wanted.values() for place in places}, wanted)
    done = []
    for row in rows:
        if row.document_id not in wanted:
            continue
        _, received_at, places = wanted[row.document_id]
        mine = [place for place in places if place[0] == row.connection_id]
        told = [_after(first[place], received_at) for place in mine]
        if told and all(told):
            row.shown_at = max(each for each in told if each)
            row.seconds = max(0, int((row.shown_at - row.sold_at).total_seconds()))
            done.append(row)
    SaleExposure.objects.bulk_update(done, ("shown_at", "seconds"), batch_size=BATCH)
    return len(done)


def _after(pushes: Sequence[tuple[datetime, datetime]], received_at: datetime) -> datetime | None:
    """The first acceptance of a level that was worked out with this sale known."""
    return min((posted for made, posted in pushes if made >= received_at), default=None)


Wanted = dict[int, tuple[datetime, datetime, set[Place]]]  # sold, received, levels it lowers


def _places(ids: Sequence[int]) -> Wanted:
    """The levels that each of these sales lowers, in every channel fed by the same stock."""
    lines = public.document_lines().filter(document__in=list(ids), is_stocked=True)
    fields = ("document_id", "document__placed_at", "document__received_at", "location_code")
    rows = list(lines.values_list(*fields, "document__connection_id", "sku"))
    fed = _Fed.read()
    known = _known({sku for *_, sku in rows})
    found: Wanted = {}
    for pk, placed, received, place, connection, sku in rows:
        levels = {each for each in fed.by(connection, place, sku) if each in known}
        if levels:
            found.setdefault(pk, (placed, received, set()))[2].update(levels)
    return found


def _known(skus: Iterable[str]) -> set[Place]:
    """Levels that are told at all: an unknown SKU is told nowhere."""
    rows = ChannelLevel.objects.filter(sku__in=set(skus), desired__isnull=False)
    return set(rows.values_list("connection_id", "location_code", "sku"))


@dataclass(frozen=True, slots=True)
class _Fed:
    """Which places of which channels show the stock of one warehouse."""

    links: Sequence[tuple[Link, public.Places]]

    @classmethod
    def read(cls) -> "_Fed":
        links = public.links().filter(enabled=True)
        return cls([(link, public.places(link)) for link in links])

    def by(self, connection: int, place: str, sku: str) -> Iterable[Place]:
        for link, where in self.links:
            if link.channel_id != connection or place not in where.warehouse_of:
                continue
            warehouse, owned = where.warehouse_of[place], where.owner_sku(sku)
            for other, there in self.links:
                if other.owner_id == link.owner_id:
                    for location in there.locations_of(warehouse):
                        for name in there.channel_skus(owned):
                            yield other.channel_id, location, name


def _first_told(places: set[Place], wanted: Wanted) -> dict[Place, list[tuple[datetime, datetime]]]:
    since = min((received for _, received, _ in wanted.values()), default=None)
    found: dict[Place, list[tuple[datetime, datetime]]] = defaultdict(list)
    if since is None:
        return found
    sent = Transfer.objects.filter(
        operation="set-level",
        state=Transfer.State.POSTED,
        sku__in={sku for _, _, sku in places},
        created_at__gte=since,
    )
    fields = ("connection_id", "location_code", "sku", "created_at", "posted_at")
    for connection, place, sku, made, posted in sent.values_list(*fields):
        found[connection, place, sku].append((made, posted))
    return found


@dataclass(frozen=True, slots=True)
class Spread:
    """Exposure of the sales of one hour, in seconds; None where no level was shown yet."""

    hour: datetime
    sales: int
    p50: int | None
    p95: int | None
    p99: int | None
    open: int


def spreads(*, since: datetime) -> list[Spread]:
    """Percentiles by hour of sale, the latest first. Two queries, however many sales."""
    rows = SaleExposure.objects.filter(sold_at__gte=since).annotate(hour=TruncHour("sold_at"))
    counts = rows.values("hour").order_by("-hour")
    counted = counts.annotate(sales=Count("pk"), open=Count("pk", filter=Q(shown_at__isnull=True)))
    found: dict[datetime, dict[int, int]] = defaultdict(dict)
    for hour, seconds, place, of in _ranked(rows):
        for share in (50, 95, 99):
            if place * 100 >= of * share > (place - 1) * 100:
                found[hour][share] = seconds
    return [
        Spread(
            hour=row["hour"],
            sales=row["sales"],
            p50=found[row["hour"]].get(50),
            p95=found[row["hour"]].get(95),
            p99=found[row["hour"]].get(99),
            open=row["open"],
        )
        for row in counted
    ]


def _ranked(rows: Any) -> Any:
    """(hour, seconds, rank in its hour, sales of the hour), only where a percentile may fall."""
    hour = [F("hour")]
    ranked = rows.filter(seconds__isnull=False).annotate(
        place=Window(RowNumber(), partition_by=hour, order_by=[F("seconds"), F("pk")]),
        of=Window(Count("pk"), partition_by=hour),
    )
    near = Q()
    for share in (50, 95, 99):
        near |= Q(place__gte=F("of") * share / 100, place__lte=F("of") * share / 100 + 1)
    return ranked.filter(near).values_list("hour", "seconds", "place", "of")
