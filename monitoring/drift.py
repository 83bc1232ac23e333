"""Why two systems differ on stock, unit by unit. Pure.

Drift is owner level − channel level: negative risks overselling. A side that was never read is
unknown, and unknown is never zero. What the channel shows is what was read there, or what it
accepted when that is newer; a reading knows only what was rung and booked before it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Cause(StrEnum):
    """What a unit of difference is put down to, in the order in which a bar shows them."""

    POLICY = "policy"
    IN_FLIGHT = "in-flight"  # on its way, inside its time limit
    HELD = "held"  # waits for a person, or is late
    UNMAPPED = "unmapped"  # waits for a mapping of its SKU or place
    PUSH = "push"  # the new level is on its way to the channel
    PUSH_FAILED = "push-failed"  # it was refused, or waits for approval
    ONE_SIDED = "one-sided"  # booked at one side only
    UNEXPLAINED = "unexplained"


WORDS = {
    Cause.POLICY: "safety stock",
    Cause.IN_FLIGHT: "on its way",
    Cause.HELD: "held or late",
    Cause.UNMAPPED: "not mapped",
    Cause.PUSH: "new level on its way",
    Cause.PUSH_FAILED: "new level not taken",
    Cause.ONE_SIDED: "booked at one side only",
    Cause.UNEXPLAINED: "unexplained",
}
SOUND = frozenset({Cause.POLICY, Cause.IN_FLIGHT, Cause.PUSH})  # it rights itself


@dataclass(frozen=True)
class Ref:
    """The record that a unit comes from: a receipt, a transfer or a movement."""

    kind: str  # document, transfer, movement
    pk: int
    label: str


@dataclass(frozen=True)
class Flight:
    """Units of one receipt: sold is positive, returned negative. `why` names what it waits for."""

    ref: Ref
    units: Decimal
    cause: Cause = Cause.IN_FLIGHT
    why: str = WORDS[Cause.IN_FLIGHT]


@dataclass(frozen=True)
class Booking:
    """A change that somebody booked at the channel alone, with its sign there."""

    ref: Ref
    units: Decimal
    why: str


@dataclass(frozen=True)
class Push:
    """A level that the channel has not taken yet: the transfer, if there is one, and what moved."""

    cause: Cause  # PUSH or PUSH_FAILED
    why: str
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True)
class Level:
    """One SKU at one place, both sides with the moment of which they speak.

    `flights` are in what the channel should show and not in the owner's figure; `since` are in the
    owner's figure and were rung after the channel was read; `rung` is what the till took off its
    own level between the last level it accepted and its reading.
    """

    owner: Decimal | None
    channel: Decimal | None
    safety: Decimal = ZERO
    told: Decimal | None = None
    is_read: bool = False  # `channel` was read there; else it is what the channel accepted
    owner_at: datetime | None = None
    channel_at: datetime | None = None
    flights: tuple[Flight, ...] = ()
    since: tuple[Flight, ...] = ()
    rung: Decimal = ZERO
    bookings: tuple[Booking, ...] = ()
    push: Push | None = None
    missing: str = "Unknown: not read on one side yet"
    is_unmapped: bool = False  # nobody said where its stock is kept


@dataclass(frozen=True)
class Part:
    """One named part of a drift, in units with their sign, and the records it comes from."""

    label: str
    units: Decimal
    kind: Cause
    refs: tuple[Ref, ...] = ()

    @property
    def minus(self) -> Decimal:
        """What it does on the way from the owner's figure to the channel's."""
        return -self.units


@dataclass(frozen=True)
class Drift:
    """The whole difference and its parts, which add up to it exactly."""

    units: Decimal | None
    parts: tuple[Part, ...] = field(default=())
    reason: str = ""  # why `units` is not known, when it is not

    @property
    def length(self) -> Decimal:
        """All parts without sign: how long its bar is."""
        return sum((abs(part.units) for part in self.parts), ZERO)

    @property
    def unexplained(self) -> Decimal:
        return self.of(Cause.UNEXPLAINED)

    @property
    def main(self) -> Cause | None:
        """The cause to look at first: the largest of those that do not right themselves."""
        ranked = sorted(self.parts, key=lambda part: (part.kind in SOUND, -abs(part.units)))
        return ranked[0].kind if ranked else None

    def of(self, *causes: Cause) -> Decimal:
        return sum((part.units for part in self.parts if part.kind in causes), ZERO)


def explain(level: Level) -> Drift:
    """Attribute owner − channel to its causes; what no record accounts for is unexplained."""
    if level.owner is None or level.channel is None:
        return Drift(None, reason=level.missing)
    named = list(_named(level, level.owner))
    rest = level.owner - level.channel - _sum(named)
    if level.push is not None:
        named.append(_push(level, level.push, named, rest))
        rest = level.owner - level.channel - _sum(named)
    parts = (*named, Part(WORDS[Cause.UNEXPLAINED], rest, Cause.UNEXPLAINED))
    return Drift(level.owner - level.channel, tuple(part for part in parts if part.units))


def _named(level: Level, owner: Decimal) -> Iterator[Part]:
    yield Part(WORDS[Cause.POLICY], level.safety, Cause.POLICY)
    yield from _grouped(level.flights)
    open_ended = owner - level.safety - _units(level.flights)
    # A channel is never told less than nothing.
    yield Part("more sold than there is", min(open_ended, ZERO), Cause.HELD)
    for booking in level.bookings:
        yield Part(booking.why, -booking.units, Cause.ONE_SIDED, (booking.ref,))
    late = tuple(flight.ref for flight in level.since)
    yield Part("sold since it was read", -_units(level.since), Cause.IN_FLIGHT, late)


def _push(level: Level, push: Push, named: Sequence[Part], rest: Decimal) -> Part:
    """What the channel lacks because it has not taken its new level: all that is left, or, where
    it was read, only what its last accepted level accounts for."""
    units = rest
    if level.is_read and level.told is not None:
        own = _sum(part for part in named if part.kind is Cause.ONE_SIDED)
        units = rest + (level.channel or ZERO) + own - level.told + level.rung
    return Part(push.why, units, push.cause, push.refs)


def _grouped(flights: Iterable[Flight]) -> Iterator[Part]:
    groups: dict[tuple[Cause, str], list[Flight]] = {}
    for flight in flights:
        groups.setdefault((flight.cause, flight.why), []).append(flight)
    for (cause, why), group in groups.items():
        refs = tuple(dict.fromkeys(flight.ref for flight in group))
        yield Part(why, _units(group), cause, refs)


def _units(flights: Iterable[Flight]) -> Decimal:
    return sum((flight.units for flight in flights), ZERO)


def _sum(parts: Iterable[Part]) -> Decimal:
    return sum((part.units for part in parts), ZERO)
