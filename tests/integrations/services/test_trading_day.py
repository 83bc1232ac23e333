"""The trading day: the shop's own wall clock, whatever the clocks do in the night."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations.services.trading_day import trading_day

LONDON = "Europe/London"
MIDNIGHT, FOUR = time(0), time(4)


def day_of(local: str, *, zone: str = LONDON, cut_off: time = MIDNIGHT, fold: int = 0) -> date:
    """The trading day of a wall-clock time; `fold` 1 is its second appearance."""
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return trading_day(at.astimezone(ZoneInfo("UTC")), timezone=zone, cut_off=cut_off)


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-03-28T23:59:59", date(2026, 3, 28)),
        ("2026-03-29T00:00:00", date(2026, 3, 29)),
        ("2026-03-29T00:30:00", date(2026, 3, 29)),
        ("2026-03-29T02:30:00", date(2026, 3, 29)),
    ],
)
def test_a_day_ends_at_the_shops_midnight_also_when_the_clocks_go_forward(
    local: str, day: date
) -> None:
    assert day_of(local) == day


@pytest.mark.parametrize("fold", [0, 1], ids=["summer time", "winter time"])
def test_half_past_one_happens_twice_and_is_the_same_day_both_times(fold: int) -> None:
    assert day_of("2026-10-25T01:30:00", fold=fold) == date(2026, 10, 25)


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-03-29T03:59:00", date(2026, 3, 28)),
        ("2026-03-29T04:00:00", date(2026, 3, 29)),
        ("2026-10-25T03:59:59", date(2026, 10, 24)),
        ("2026-10-25T04:00:00", date(2026, 10, 25)),
        ("2026-06-01T00:30:00", date(2026, 5, 31)),
    ],
)
def test_before_a_cut_off_at_four_it_is_still_yesterday(local: str, day: date) -> None:
    assert day_of(local, cut_off=FOUR) == day


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_every_hour_of_a_short_and_a_long_day_belongs_to_it(day: date, hours: int) -> None:
    start = datetime.combine(day, MIDNIGHT, tzinfo=ZoneInfo(LONDON)).astimezone(ZoneInfo("UTC"))
    around = [start + timedelta(hours=n) for n in range(-2, 28)]

    inside = [at for at in around if trading_day(at, timezone=LONDON, cut_off=MIDNIGHT) == day]

    assert len(inside) == hours


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (LONDON, date(2026, 3, 27)),
        ("Europe/Paris", date(2026, 3, 28)),
        ("Pacific/Auckland", date(2026, 3, 28)),
        ("America/New_York", date(2026, 3, 27)),
    ],
)
def test_one_instant_is_another_day_in_another_shop(zone: str, day: date) -> None:
    at = datetime(2026, 3, 27, 23, 30, tzinfo=ZoneInfo("UTC"))

    assert trading_day(at, timezone=zone, cut_off=MIDNIGHT) == day
