"""What is known of both sides of stock levels, with the records between them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q

from integrations import public
from integrations.public import ChannelLevel, Document, Hold, Link, Places, Transfer
from monitoring.drift import Booking, Cause, Flight, Level, Push, Ref
from monitoring.kit.formats import quantity

Place = tuple[int, str, str]  # connection, location, SKU

GRACE = timedelta(minutes=2)  # a receipt that the till has reaches us within this time
UNMAPPED = frozenset({"SKU_UNMAPPED", "SKU_AMBIGUOUS", "MAP_OPS_MISSING"})
STATE = Transfer.State
MOVEMENTS = {
    "manual-in": "added by hand",
    "manual-out": "taken off by hand",
    "stocktake": "counted",
    "move-in": "moved in",
    "move-out": "moved out",
    "shipment-in": "received",
    "shipment-out": "sent away",
}


@dataclass(frozen=True, slots=True)
class Rung:
    """Units of one receipt line; `booked` is what the till took off, `signed` what counts."""

    document_id: int
    label: str
    signed: Decimal
    booked: Decimal
    placed_at: datetime
    received_at: datetime
    absorbed: bool
    state: str

    def is_in(self, read_at: datetime) -> bool:
        """Whether the till had it when it was read."""
        return self.placed_at <= read_at and self.received_at <= read_at + GRACE

    @property
    def ref(self) -> Ref:
        return Ref("document", self.document_id, self.label)


@dataclass(slots=True)
class Facts:
    """Everything between the two sides of some levels. Read with a fixed number of queries."""

    now: datetime
    patience: timedelta
    homes: dict[tuple[int, str], tuple[Link, Places]] = field(default_factory=dict)
    readings: dict[Place, tuple[Decimal, datetime]] = field(default_factory=dict)
    known: set[tuple[int, str]] = field(default_factory=set)  # (owner, SKU) in its product list
    flying: dict[Place, list[Rung]] = field(default_factory=lambda: defaultdict(list))
    rung: dict[Place, list[Rung]] = field(default_factory=lambda: defaultdict(list))
    holds: dict[int, Hold] = field(default_factory=dict)
    pushes: dict[Place, Transfer] = field(default_factory=dict)
    refusals: dict[int, Hold] = field(default_factory=dict)
    moved: dict[Place, list[public.StockMovement]] = field(
        default_factory=lambda: defaultdict(list)
    )


def levels_of(
    rows: Sequence[ChannelLevel], *, now: datetime, patience: timedelta
) -> dict[int, Level]:
    """Return both sides of each level, by its id. A fixed number of queries for each link.

    A receipt that is on its way for longer than `patience` is late.
    """
    if not rows:
        return {}
    facts = _read(rows, now, patience)
    return {row.pk: _level(row, facts) for row in rows}


def is_read(row: ChannelLevel) -> bool:
    """Whether what was read at the channel is newer than what it accepted last."""
    if row.seen is None or row.seen_at is None:
        return False
    return row.accepted_at is None or row.seen_at >= row.accepted_at


def _read(rows: Sequence[ChannelLevel], now: datetime, patience: timedelta) -> Facts:
    facts = Facts(now, patience)
    channels = {row.connection_id for row in rows}
    skus = sorted({row.sku for row in rows})
    for link in public.links().filter(channel__in=channels, enabled=True):
        where = public.places(link)
        facts.homes |= {(link.channel_id, place): (link, where) for place in where.warehouse_of}
    _read_owners(facts, skus)
    _read_receipts(facts, rows, channels, skus)
    _read_pushes(facts, channels, skus)
    return facts


def _read_owners(facts: Facts, skus: Sequence[str]) -> None:
    links = {link.pk: (link, where) for link, where in facts.homes.values()}
    names = {where.owner_sku(sku) for _, where in links.values() for sku in skus}
    owners = {link.owner_id for link, _ in links.values()}
    readings = public.readings().filter(connection__in=owners, sku__in=names)
    fields = ("connection_id", "location_code", "sku", "sellable", "began_at")
    for owner, place, sku, units, at in readings.values_list(*fields):
        facts.readings[owner, place, sku] = (units, at)
    _read_movements(facts, {*owners, *(link.channel_id for link, _ in links.values())}, skus, names)
    items = public.catalogue().filter(connection__in=owners, sku__in=names)
    facts.known = set(items.values_list("connection_id", "sku"))


def _read_movements(
    facts: Facts, connections: Iterable[int], skus: Iterable[str], names: Iterable[str]
) -> None:
    wanted = public.movements().filter(connection__in=connections, sku__in={*skus, *names})
    for move in wanted.order_by("occurred_at", "pk"):
        facts.moved[move.connection_id, move.location_code, move.sku].append(move)


LINE = (
    *("document_id", "document__number", "document__external_id", "document__kind"),
    *("signed_quantity", "quantity", "document__placed_at", "document__received_at"),
    *("absorbed_at", "document__state", "document__connection_id", "location_code", "sku"),
)


def _read_receipts(
    facts: Facts, rows: Sequence[ChannelLevel], channels: Iterable[int], skus: Sequence[str]
) -> None:
    lines = public.document_lines().filter(is_stocked=True)
    gone = (Document.State.SKIPPED, Document.State.DISMISSED)
    flying = lines.filter(
        document__connection__in=list(channels), sku__in=skus, absorbed_at__isnull=True
    ).exclude(document__state__in=gone)
    for row in flying.order_by("document__placed_at", "pk").values_list(*LINE):
        facts.flying[row[-3:]].append(_rung(*row[:-3]))
    since = [_since(row) for row in rows if is_read(row)]
    if since:
        for row in lines.filter(reduce(or_, since)).values_list(*LINE):
            facts.rung[row[-3:]].append(_rung(*row[:-3]))
    ids = {each.document_id for group in facts.flying.values() for each in group}
    for hold in public.holds().filter(document__in=ids, closed_at__isnull=True).order_by("-pk"):
        facts.holds[hold.document_id or 0] = hold


def _since(row: ChannelLevel) -> Q:
    """Receipts of this place that came after the channel accepted its level."""
    return Q(
        document__connection=row.connection_id,
        location_code=row.location_code,
        sku=row.sku,
        document__received_at__gt=row.accepted_at or row.seen_at,
    )


def _rung(
    document_id: int,
    number: str,
    external_id: str,
    kind: str,
    signed: Decimal,
    quantity: Decimal,
    placed_at: datetime,
    received_at: datetime,
    absorbed_at: datetime | None,
    state: str,
) -> Rung:
    booked = -quantity if kind == Document.Kind.RETURN else quantity
    absorbed = absorbed_at is not None
    label = number or external_id
    return Rung(document_id, label, signed, booked, placed_at, received_at, absorbed, state)


def _read_pushes(facts: Facts, channels: Iterable[int], skus: Sequence[str]) -> None:
    wanted = public.transfers().unfinished().filter(operation="set-level", sku__in=skus)
    for push in wanted.filter(connection__in=list(channels)).order_by("pk"):
        facts.pushes[push.connection_id, push.location_code, push.sku] = push
    held = [push.pk for push in facts.pushes.values() if push.state == STATE.HELD]
    for hold in public.holds().filter(transfer__in=held, closed_at__isnull=True):
        facts.refusals[hold.transfer_id or 0] = hold


def _level(row: ChannelLevel, facts: Facts) -> Level:
    place = (row.connection_id, row.location_code, row.sku)
    home = facts.homes.get(place[:2])
    if home is None:
        return _unknown(row, "Its place is not mapped to a warehouse", is_unmapped=True)
    link, where = home
    owned = where.owner_sku(row.sku)
    reading = facts.readings.get((link.owner_id, where.warehouse_of[row.location_code], owned))
    if reading is None and (link.owner_id, owned) not in facts.known:
        return _unknown(row, f"{link.owner.label} does not know this SKU", is_unmapped=True)
    if reading is None:
        return _unknown(row, f"Not read at {link.owner.label} yet")
    read = is_read(row)
    if (row.seen if read else row.told) is None:
        return _unknown(row, _never_told(row, link), owner=reading)
    owner = (link.owner_id, where.warehouse_of[row.location_code], owned)
    sides = _known(row, facts, place, reading, read)
    return replace(sides, push=_push(row, facts, place, facts.moved.get(owner, []), link))


def _unknown(
    row: ChannelLevel,
    why: str,
    *,
    owner: tuple[Decimal, datetime] | None = None,
    is_unmapped: bool = False,
) -> Level:
    read = is_read(row)
    return Level(
        owner=owner[0] if owner else None,
        owner_at=owner[1] if owner else None,
        channel=row.seen if read else row.told,
        channel_at=row.seen_at if read else row.accepted_at,
        is_read=read,
        safety=row.safety,
        told=row.told,
        missing=why,
        is_unmapped=is_unmapped,
    )


def _never_told(row: ChannelLevel, link: Link) -> str:
    if row.seen_at is not None:
        return f"{link.channel.label} does not list it here"
    return f"{link.channel.label} was not told yet"


def _known(
    row: ChannelLevel,
    facts: Facts,
    place: Place,
    reading: tuple[Decimal, datetime],
    read: bool,
) -> Level:
    flying, rung = facts.flying.get(place, []), facts.rung.get(place, [])
    at = row.seen_at if read else row.accepted_at
    since: list[Rung] = []
    if read and at is not None:
        since = [each for each in rung if each.absorbed and not each.is_in(at)]
        flying = [each for each in flying if each.is_in(at)]
        rung = [each for each in rung if each.is_in(at)]
    return Level(
        owner=reading[0],
        owner_at=reading[1],
        channel=row.seen if read else row.told,
        channel_at=at,
        is_read=read,
        safety=row.safety,
        told=row.told,
        flights=tuple(_flight(each, facts) for each in flying if each.signed),
        since=tuple(Flight(each.ref, each.signed) for each in since if each.signed),
        rung=sum((each.booked for each in rung), Decimal(0)) if read else Decimal(0),
        bookings=tuple(_bookings(row, facts.moved.get(place, []))) if read else (),
    )


def _flight(rung: Rung, facts: Facts) -> Flight:
    hold = facts.holds.get(rung.document_id)
    if hold is not None:
        cause = Cause.UNMAPPED if hold.kind in UNMAPPED else Cause.HELD
        return Flight(rung.ref, rung.signed, cause, hold.sentence)
    if rung.state == Document.State.PARKED:
        return Flight(rung.ref, rung.signed, Cause.HELD, "waits for its sale")
    if facts.now - rung.received_at > facts.patience:
        return Flight(rung.ref, rung.signed, Cause.HELD, "late on its way")
    return Flight(rung.ref, rung.signed)


def _bookings(row: ChannelLevel, moved: Iterable[public.StockMovement]) -> Iterable[Booking]:
    """What was booked there alone after the level it accepted and before it was read."""
    if row.accepted_at is None or row.seen_at is None:
        return
    for move in moved:
        if row.accepted_at < move.occurred_at <= row.seen_at:
            why = MOVEMENTS.get(move.kind, move.kind)
            words = f"{why} there: {move.note}" if move.note else f"{why} there"
            yield Booking(Ref("movement", move.pk, move.external_id), move.quantity, words)


def _push(
    row: ChannelLevel,
    facts: Facts,
    place: Place,
    moved: Iterable[public.StockMovement],
    link: Link,
) -> Push | None:
    push = facts.pushes.get(place)
    if push is None and row.dirty_at is None:
        return None
    since = [each for each in moved if row.accepted_at and each.occurred_at > row.accepted_at]
    causes = tuple(Ref("movement", each.pk, _booked(each)) for each in since)
    refs = (Ref("transfer", push.pk, push.key), *causes) if push else causes
    if push is not None and push.state == STATE.HELD:
        hold = facts.refusals.get(push.pk)
        return Push(Cause.PUSH_FAILED, hold.sentence if hold else push.error_sentence, refs)
    if push is not None and push.error_sentence:
        return Push(Cause.PUSH, f"not taken yet: {push.error_sentence}", refs)
    if causes:
        return Push(Cause.PUSH, f"changed in {link.owner.label}, on its way here", refs)
    return Push(Cause.PUSH, "new level on its way", refs)


def _booked(move: public.StockMovement) -> str:
    return f"{quantity(move.quantity)} in the reading of {move.occurred_at:%d %b %H:%M} UTC"
