"""Every level of the owner and of a channel is read: each night, and whenever somebody asks.

It goes on in steps that a cursor remembers: read every SKU, wait until the sales of that time are
known too, show the result to its witnesses, then mark what differs to be told again. A till sale
nobody told us of yet is not mistaken for drift.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from integrations.connectors.errors import ConnectorError, ThrottledError
from integrations.models import ChannelLevel, InboundEvent, Link, StreamCursor, Transfer
from integrations.services import health
from integrations.services.bulk import update_many
from integrations.services.calls import store_calls
from integrations.services.places import places, product_ids
from integrations.services.policy import link_policy
from integrations.services.readings import read_levels
from integrations.services.runtime import Runtime

CHUNK = 100  # SKUs of one step
LOOK_AGAIN = timedelta(seconds=10)
FIRST_LOOK = 5000  # SKUs; so many are read warehouse by warehouse, which is cheaper

# Who looks at a finished census before anything is corrected: (link, when it began, now).
Witness = Callable[[Link, datetime, datetime], None]
_witnesses: list[Witness] = []


def witness_census(witness: Witness) -> None:
    """Called once per process by each application that keeps what a census found."""
    if witness not in _witnesses:
        _witnesses.append(witness)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the census of one night has come; one that was asked for has its moment as night."""

    night: datetime
    phase: str  # read, compare, done
    sku: str = ""  # the last one that was read

    def __str__(self) -> str:
        return f"{self.night.isoformat()}|{self.phase}|{self.sku}"

    @classmethod
    def of(cls, text: str) -> "Progress | None":
        night, _, rest = text.partition("|")
        phase, _, sku = rest.partition("|")
        return cls(datetime.fromisoformat(night), phase, sku) if phase else None


def latest_night(at: time, *, now: datetime) -> datetime:
    """The last moment at which a census had to begin; `at` is in UTC."""
    today = datetime.combine(now.date(), at, tzinfo=UTC)
    return today if today <= now else today - timedelta(days=1)


def census(rt: Runtime, link: Link) -> bool | datetime:
    """One step of the night's census. True: go on; False: nothing to do; else when to go on."""
    now = rt.clock()
    night = latest_night(link_policy(link).stock.nightly_at, now=now)
    row, _ = StreamCursor.objects.get_or_create(**_cursor_of(link))
    before = Progress.of(row.cursor) or Progress(night, "done")
    if before.night < night:
        before = Progress(night, "read")
    if before.phase == "done":
        _remember(row, before, now)
        return False
    try:
        after, answer = _step(rt, link, before)
    except ThrottledError as error:
        return now + error.retry_after
    except ConnectorError as error:
        return health.note_trouble(link.channel, error, now=now)
    _remember(row, after, now)
    return answer


def _cursor_of(link: Link) -> dict[str, Any]:
    return {"connection": link.channel, "stream": f"census:{link.slug}"[:40]}


def ask_for_census(link: Link, *, now: datetime) -> bool:
    """Begin one now. False when one is under way: its result is as new as another's would be."""
    row, _ = StreamCursor.objects.get_or_create(**_cursor_of(link))
    before = Progress.of(row.cursor)
    if before is not None and before.phase != "done":
        return False
    begun = str(Progress(now, "read"))
    return bool(
        StreamCursor.objects.filter(pk=row.pk, cursor=row.cursor).update(cursor=begun, due_at=now)
    )


def is_under_way(link: Link) -> bool:
    row = StreamCursor.objects.filter(**_cursor_of(link)).first()
    progress = Progress.of(row.cursor) if row else None
    return progress is not None and progress.phase != "done"


def _remember(row: StreamCursor, progress: Progress, now: datetime) -> None:
    """A worker that was overtaken changes nothing: the step is simply done twice."""
    fields: dict[str, object] = {"cursor": str(progress), "read_at": now}
    fields["due_at"] = progress.night + timedelta(days=1) if progress.phase == "done" else now
    if progress.phase == "done":
        fields["caught_up_at"] = now
    StreamCursor.objects.filter(pk=row.pk, cursor=row.cursor).update(**fields)


def _step(rt: Runtime, link: Link, at: Progress) -> tuple[Progress, bool | datetime]:
    if at.phase == "compare":
        if not _sales_are_known(link, since=at.night):
            return at, rt.clock() + LOOK_AGAIN
        for witness in _witnesses:
            witness(link, at.night, rt.clock())
        mark_differences(link, since=at.night, now=rt.clock())
        return Progress(at.night, "done"), False
    skus = _skus_after(link, at.sku)
    if not skus:
        _news(link).update(due_at=rt.clock())
        return Progress(at.night, "compare"), True
    where = places(link)
    items = product_ids(link.owner_id, (where.owner_sku(sku) for sku in skus))
    read_levels(rt, link, items)
    read_own_levels(rt, link, skus)
    return Progress(at.night, "read", skus[-1]), True


def _skus_after(link: Link, sku: str) -> list[str]:
    rows = ChannelLevel.objects.filter(connection=link.channel, sku__gt=sku)
    return list(rows.order_by("sku").values_list("sku", flat=True).distinct()[:CHUNK])


def read_own_levels(rt: Runtime, link: Link, skus: Sequence[str]) -> int:
    """Keep what the channel itself shows of these SKUs. Returns how many levels came back.

    What it did not answer for stays as it was. Raises the connector's errors.
    """
    locations = sorted(places(link).warehouse_of)
    connector, buffer = rt.open(link.channel)
    began = rt.clock()
    try:
        found = connector.levels(locations, [(sku, "") for sku in skus])  # type: ignore[attr-defined]
    finally:
        store_calls(link.channel, buffer.drain())
    update_many(
        ChannelLevel,
        ((lv.on_hand, began, link.channel_id, lv.location_code, lv.sku) for lv in found),
        fields=("seen", "seen_at"),
        key=("connection", "location_code", "sku"),
    )
    return len(found)


def is_new(link: Link) -> bool:
    """Some level waits to be told for the first time, and the channel was not asked for it."""
    return _new(link).exists()


def _new(link: Link) -> QuerySet[ChannelLevel]:
    return ChannelLevel.objects.filter(
        connection=link.channel,
        dirty_at__isnull=False,
        told__isnull=True,
        accepted_at__isnull=True,
        seen_at__isnull=True,
        location_code__in=places(link).warehouse_of,
    )


def take_over(rt: Runtime, link: Link) -> None:
    """What a channel shows before it was ever told counts as told.

    So that the first publication sends only differences. What the channel does not list stays
    untold, but it was asked: that moment is kept. Raises the connector's errors.
    """
    skus = _new(link).order_by("sku").values_list("sku", flat=True).distinct()[:FIRST_LOOK]
    asked = list(skus)
    began = rt.clock()
    read_own_levels(rt, link, asked)
    for start in range(0, len(asked), 500):
        _new(link).filter(sku__in=asked[start : start + 500]).update(seen_at=began)
    ChannelLevel.objects.filter(
        connection=link.channel,
        told__isnull=True,
        accepted_at__isnull=True,
        seen__isnull=False,
        seen_at__gte=began,
    ).update(told=F("seen"), told_at=F("seen_at"), accepted_at=F("seen_at"))


def _sales_are_known(link: Link, *, since: datetime) -> bool:
    """The channel's sales and movements up to the last reading were read and planned."""
    last = (
        ChannelLevel.objects.filter(connection=link.channel, seen_at__gte=since)
        .order_by("-seen_at")
        .values_list("seen_at", flat=True)
        .first()
    )
    if last is None:
        return True
    streams = _news(link)
    if not streams.filter(stream="orders").exists():
        return False
    if streams.exclude(caught_up_at__gt=last).exists():
        return False
    waiting = InboundEvent.objects.filter(
        connection=link.channel, state=InboundEvent.State.RECEIVED
    )
    return not waiting.exists()


def _news(link: Link) -> QuerySet[StreamCursor]:
    """The feeds that say what moved a channel's own levels."""
    return StreamCursor.objects.filter(
        connection=link.channel, stream__in=("orders", "warehouse-transactions")
    )


def mark_differences(link: Link, *, since: datetime, now: datetime) -> int:
    """What stands otherwise than it should, with nothing on its way, is to be told again."""
    on_its_way = Transfer.objects.unfinished().filter(
        connection=link.channel,
        operation="set-level",
        location_code=OuterRef("location_code"),
        sku=OuterRef("sku"),
    )
    odd = (
        ChannelLevel.objects.filter(
            Q(told_at__isnull=True) | Q(told_at__lt=F("seen_at")),
            connection=link.channel,
            seen_at__gte=since,
            desired__isnull=False,
            dirty_at__isnull=True,
            in_flight=0,
        )
        .exclude(seen=F("desired"))
        .exclude(Exists(on_its_way))
    )
    return ChannelLevel.objects.filter(pk__in=list(odd.values_list("pk", flat=True))).update(
        dirty_at=now
    )
