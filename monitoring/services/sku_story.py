"""How one SKU's level at one place came about: its arithmetic, and every step of it in time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from integrations import public
from integrations.public import ChannelLevel, Document, Link, Places, StockReading, Transfer

WINDOW = timedelta(days=28)
MOST = 200  # events of each kind
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Event:
    """One step. `units` move the level of the side that it names; a push sets the channel's."""

    at: datetime
    kind: str  # sold, returned, changed, booked, told
    units: Decimal
    words: str
    document_id: int | None = None
    owner: Decimal | None = None  # the owner's figure after it
    channel: Decimal | None = None  # what the channel showed after it, as far as we know


@dataclass(frozen=True, slots=True)
class Story:
    """The owner's figure now, what it was when the window began, and the sums between."""

    place: str
    reading: StockReading | None
    opening: Decimal | None
    changed: Decimal
    sold: Decimal
    returned: Decimal
    events: tuple[Event, ...]  # the latest last


def story(row: ChannelLevel, link: Link, where: Places, *, now: datetime) -> Story:
    """Tell what moved this level lately. Five queries."""
    since = now - WINDOW
    owned = where.owner_sku(row.sku)
    warehouse = where.warehouse_of.get(row.location_code, "")
    found = public.readings().filter(connection=link.owner, location_code=warehouse, sku=owned)
    reading = found.first()
    events = sorted(
        (
            *_receipts(row, since),
            *_changes(link.owner_id, warehouse, owned, since, f"{link.owner.label}", "changed"),
            *_changes(row.connection_id, row.location_code, row.sku, since, "the till", "booked"),
            *_pushes(row, since),
        ),
        key=lambda event: event.at,
    )
    sums = {kind: _sum(events, kind) for kind in ("changed", "sold", "returned")}
    return Story(
        place=row.location_code,
        reading=reading,
        opening=reading.sellable - sum(sums.values()) if reading else None,
        changed=sums["changed"],
        sold=sums["sold"],
        returned=sums["returned"],
        events=tuple(_walked(events, row, reading.sellable if reading else None)),
    )


def _sum(events: Sequence[Event], kind: str) -> Decimal:
    return sum((event.units for event in events if event.kind == kind), ZERO)


def _receipts(row: ChannelLevel, since: datetime) -> Iterator[Event]:
    """Receipts that the owner's figure includes, at the moment from which it does."""
    lines = public.document_lines().filter(
        document__connection=row.connection_id,
        location_code=row.location_code,
        sku=row.sku,
        absorbed_at__gte=since,
    )
    for line in lines.select_related("document").order_by("-absorbed_at")[:MOST]:
        assert line.absorbed_at is not None
        is_return = line.document.kind == Document.Kind.RETURN
        yield Event(
            at=line.absorbed_at,
            kind="returned" if is_return else "sold",
            units=-line.signed_quantity,
            words=f"{'Return' if is_return else 'Receipt'} {line.document}",
            document_id=line.document_id,
        )


def _changes(
    connection: int, place: str, sku: str, since: datetime, system: str, kind: str
) -> Iterator[Event]:
    moves = public.movements().filter(
        connection=connection, location_code=place, sku=sku, occurred_at__gte=since
    )
    for move in moves.order_by("-occurred_at")[:MOST]:
        noticed = move.kind == public.NOTICED
        words = f"Changed in {system}" if noticed else f"Booked at {system}: {move.kind}"
        note = f" · {move.note}" if move.note else ""
        yield Event(at=move.occurred_at, kind=kind, units=move.quantity, words=words + note)


def _pushes(row: ChannelLevel, since: datetime) -> Iterator[Event]:
    sent = public.transfers().filter(
        connection=row.connection_id,
        operation="set-level",
        location_code=row.location_code,
        sku=row.sku,
        state=Transfer.State.POSTED,
        created_at__gte=since,
    )
    for push in sent.order_by("-created_at")[:MOST]:
        if push.posted_at is not None:
            level = Decimal(push.payload["level"])
            yield Event(at=push.posted_at, kind="told", units=level, words="Told by Plumbline")


def _walked(
    events: Sequence[Event], row: ChannelLevel, sellable: Decimal | None
) -> Iterator[Event]:
    """The events with both levels after each: the owner's walked back from now, the channel's
    forward from the first level it was told."""
    moves = [event.units if event.kind in OWNERS else ZERO for event in events]
    owner = None if sellable is None else sellable - sum(moves, ZERO)
    channel: Decimal | None = None
    for event, move in zip(events, moves, strict=True):
        owner = None if owner is None else owner + move
        if event.kind == "told":
            channel = event.units
        elif event.kind == "booked" and channel is not None:
            channel += event.units
        yield Event(
            event.at, event.kind, event.units, event.words, event.document_id, owner, channel
        )


OWNERS = frozenset({"changed", "sold", "returned"})
