"""What a channel may promise of one SKU at one of its locations. Pure."""

from decimal import Decimal

ZERO = Decimal(0)


def available(*, sellable: Decimal, safety: Decimal, in_flight: Decimal) -> Decimal:
    """max(0, sellable − safety stock − net in-flight).

    `in_flight` is what the tills sold less what came back to sellable stock that the owner's
    reading does not include yet; negative when more came back.
    """
    return max(ZERO, sellable - safety - in_flight)


def is_unusual(
    *, levels: int, zeroed: int, changed: int, max_zeroed_percent: int, max_changed_percent: int
) -> bool:
    """True when a publication would zero or jump an unusual share of `levels` known levels."""
    if not levels:
        return False
    return (
        zeroed * 100 > levels * max_zeroed_percent or changed * 100 > levels * max_changed_percent
    )
