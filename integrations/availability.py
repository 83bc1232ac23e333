"""What a channel may promise of one SKU at one of its locations. Pure."""

from decimal import Decimal

ZERO = Decimal(0)
LAST_UNITS = Decimal(2)  # so few are told before anything else


def available(*, sellable: Decimal, safety: Decimal, in_flight: Decimal) -> Decimal:
    """max(0, sellable − safety stock − net in-flight).

    `in_flight` is what the tills sold less what came back to sellable stock that the owner's
    reading does not include yet; negative when more came back.
    """
    return max(ZERO, sellable - safety - in_flight)


JUMP_UNITS = Decimal(10)


def is_jump(before: Decimal, after: Decimal) -> bool:
    """A level that moves by more than half and by more than a few units at once."""
    return abs(after - before) > max(JUMP_UNITS, before / 2)


def is_unusual(
    *, levels: int, zeroed: int, jumped: int, max_zeroed_percent: int, max_changed_percent: int
) -> bool:
    """True when a publication would zero or jump an unusual share of `levels` known levels."""
    too_many_zeroed = zeroed * 100 > levels * max_zeroed_percent
    too_many_jumps = jumped * 100 > levels * max_changed_percent
    return bool(levels) and (too_many_zeroed or too_many_jumps)
