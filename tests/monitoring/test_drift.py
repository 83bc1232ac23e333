"""Every unit of a difference has a name."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.drift import Level, explain

units = st.decimals(min_value=-50, max_value=50, places=3)


def level(owner: object, safety: object, in_flight: object, desired: object, told: object) -> Level:
    figures = (owner, safety, in_flight, desired, told)
    return Level(*(None if each is None else Decimal(str(each)) for each in figures))  # type: ignore[arg-type]


@given(units, units, units, units, units)
def test_the_parts_add_up_to_the_whole_exactly(
    owner: Decimal, safety: Decimal, in_flight: Decimal, desired: Decimal, told: Decimal
) -> None:
    drift = explain(Level(owner, safety, in_flight, desired, told))

    assert sum((part.units for part in drift.parts), Decimal(0)) == drift.units


@pytest.mark.parametrize(
    ("figures", "parts"),
    [
        ((9, 1, 2, 6, 6), [("safety stock", 1), ("just sold", 2)]),
        ((4, 0, 0, 4, 7), [("new level on its way", -3)]),
        ((0, 0, 2, 0, 0), [("just sold", 2), ("more sold than there is", -2)]),
        ((9, 0, 0, 8, 8), [("unexplained", 1)]),
        ((5, 0, 0, 5, 5), []),
    ],
    ids=["policy", "a push on its way", "sold below zero", "nobody knows", "agree"],
)
def test_a_difference_is_explained_by_name(
    figures: tuple[int, ...], parts: list[tuple[str, int]]
) -> None:
    drift = explain(level(*figures))

    assert [(part.label, part.units) for part in drift.parts] == parts


@pytest.mark.parametrize("missing", [0, 3, 4], ids=["owner", "desired", "told"])
def test_a_side_that_was_never_read_is_unknown_and_not_zero(missing: int) -> None:
    figures: list[int | None] = [5, 0, 0, 5, 5]
    figures[missing] = None

    assert explain(level(*figures)).units is None
