"""Why two systems differ on stock, unit by unit. Pure.

Drift is owner level − channel level: negative risks overselling. A side that was never read is
unknown, and unknown is never zero.
"""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Level:
    """One SKU at one place. `owner` and `told` are None when they were never read or sent."""

    owner: Decimal | None  # what may be sold, by the owner of the stock
    safety: Decimal
    in_flight: Decimal  # sold less returned at the tills, not yet in the owner's figure
    desired: Decimal | None  # what the channel should be told
    told: Decimal | None  # what the channel accepted last


@dataclass(frozen=True)
class Part:
    """One named part of a drift, in units with their sign."""

    label: str
    units: Decimal
    kind: str


@dataclass(frozen=True)
class Drift:
    """The whole difference and its parts, which add up to it exactly."""

    units: Decimal | None
    parts: tuple[Part, ...] = ()
    reason: str = "Unknown: not read on one side yet"  # why `units` is not known, when it is not

    @property
    def length(self) -> Decimal:
        """All parts without sign: how long its bar is."""
        return sum((abs(part.units) for part in self.parts), ZERO)

    @property
    def unexplained(self) -> Decimal:
        return sum((part.units for part in self.parts if part.kind == "unexplained"), ZERO)


def explain(level: Level) -> Drift:
    """Attribute owner − told: safety stock, sales on their way, a push on its way, and the rest."""
    if level.owner is None or level.told is None or level.desired is None:
        return Drift(None)
    whole = level.owner - level.told
    open_ended = level.owner - level.safety - level.in_flight
    floor = min(open_ended, ZERO)  # a channel is never told less than nothing
    named = (
        Part("safety stock", level.safety, "policy"),
        Part("just sold", level.in_flight, "in-flight"),
        Part("more sold than there is", floor, "held"),
        Part("new level on its way", level.desired - level.told, "one-sided"),
    )
    rest = whole - sum((part.units for part in named), ZERO)
    parts = (*named, Part("unexplained", rest, "unexplained"))
    return Drift(whole, tuple(part for part in parts if part.units))
