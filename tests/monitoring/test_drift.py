"""Every unit of a difference has a name."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.drift import Booking, Cause, Drift, Flight, Level, Push, Ref, explain

RECEIPT, MOVE, PUSH = Ref("document", 1, "R-1"), Ref("movement", 2, "9"), Ref("transfer", 3, "k")
ON_ITS_WAY = Push(Cause.PUSH, "new level on its way", (PUSH,))
REFUSED = Push(Cause.PUSH_FAILED, "refused", (PUSH,))

units = st.decimals(min_value=-50, max_value=50, places=3)
flights = st.lists(
    st.builds(Flight, st.just(RECEIPT), units, st.sampled_from(Cause)), max_size=3
).map(tuple)
bookings = st.lists(st.builds(Booking, st.just(MOVE), units, st.just("by hand")), max_size=2)
levels = st.builds(
    Level,
    owner=units,
    channel=units,
    safety=units.map(abs),
    told=st.none() | units,
    is_read=st.booleans(),
    flights=flights,
    since=flights,
    rung=units,
    bookings=bookings.map(tuple),
    push=st.none() | st.just(ON_ITS_WAY) | st.just(REFUSED),
)


def sold(count: int, cause: Cause = Cause.IN_FLIGHT, why: str = "on its way") -> Flight:
    return Flight(RECEIPT, Decimal(count), cause, why)


def booked(count: int) -> Booking:
    return Booking(MOVE, Decimal(count), "Damaged")


def level(owner: int, channel: int, told: int | None = None, **more: object) -> Level:
    known = None if told is None else Decimal(told)
    return Level(Decimal(owner), Decimal(channel), told=known, **more)  # type: ignore[arg-type]


def read(owner: int, channel: int, told: int, **more: object) -> Level:
    return level(owner, channel, told, is_read=True, **more)


def causes(drift: Drift) -> dict[str, int]:
    return {str(part.kind): int(part.units) for part in drift.parts}


@given(levels)
def test_the_parts_add_up_to_the_whole_exactly(each: Level) -> None:
    drift = explain(each)

    assert sum((part.units for part in drift.parts), Decimal(0)) == drift.units


@given(levels)
def test_a_part_of_nothing_is_not_shown(each: Level) -> None:
    assert all(part.units for part in explain(each).parts)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        (level(9, 6, 6, safety=Decimal(1), flights=(sold(2),)), {"policy": 1, "in-flight": 2}),
        (level(9, 7, 7, flights=(sold(2, Cause.HELD, "Klarna is not mapped"),)), {"held": 2}),
        (level(9, 8, 8, flights=(sold(1, Cause.UNMAPPED),)), {"unmapped": 1}),
        (level(4, 7, 7, push=ON_ITS_WAY), {"push": -3}),
        (level(0, 0, 0, flights=(sold(2),)), {"in-flight": 2, "held": -2}),
        (level(9, 8, 8), {"unexplained": 1}),
        (level(5, 5, 5), {}),
        (read(10, 8, 10, bookings=(booked(-2),)), {"one-sided": 2}),
        (read(10, 9, 10, flights=(sold(1),), rung=Decimal(1), push=ON_ITS_WAY), {"in-flight": 1}),
        (read(9, 10, 10, since=(sold(1),)), {"in-flight": -1}),
        (read(12, 10, 10, push=ON_ITS_WAY), {"push": 2}),
        (
            read(12, 7, 10, bookings=(booked(-2),), push=REFUSED),
            {"one-sided": 2, "push-failed": 2, "unexplained": 1},
        ),
        (read(12, 10, 10), {"unexplained": 2}),
    ],
    ids=[
        "policy and a sale on its way",
        "a sale that waits for a person",
        "a sale of an unknown product",
        "a push on its way",
        "sold below zero",
        "nobody knows",
        "agree",
        "adjusted at the till",
        "the till took the sale off itself",
        "sold after the till was read",
        "the owner received goods, the push is on its way",
        "three causes at once",
        "the owner moved and nobody will tell",
    ],
)
def test_a_difference_is_put_down_to_its_causes(sides: Level, expected: dict[str, int]) -> None:
    assert causes(explain(sides)) == expected


@pytest.mark.parametrize("missing", ["owner", "channel"])
def test_a_side_that_was_never_read_is_unknown_and_not_zero(missing: str) -> None:
    sides = replace(level(5, 5), missing="Not read yet", **{missing: None})

    drift = explain(sides)

    assert (drift.units, drift.parts, drift.reason) == (None, (), "Not read yet")


def test_receipts_that_wait_for_the_same_thing_are_one_part_and_stay_named() -> None:
    other = replace(sold(1), ref=Ref("document", 7, "R-7"))

    drift = explain(level(5, 2, 2, flights=(sold(2), other)))

    (part,) = drift.parts
    assert (part.units, [ref.label for ref in part.refs]) == (3, ["R-1", "R-7"])


def test_what_does_not_right_itself_is_looked_at_first() -> None:
    drift = explain(level(9, 5, 5, safety=Decimal(3), flights=(sold(1, Cause.HELD),)))

    assert drift.main is Cause.HELD
