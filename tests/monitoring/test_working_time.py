"""Clocks that stop when the team goes home."""

from datetime import UTC, datetime, time, timedelta

import pytest

from monitoring.working_time import Hours, Wait, due_at

HOURS = Hours("Europe/London", time(8), time(18))
FRIDAY = datetime(2026, 3, 27, 17, 30, tzinfo=UTC)  # the clocks change on Sunday


def test_minutes_run_within_the_day():
    assert due_at(FRIDAY, Wait(minutes=30), HOURS) == datetime(2026, 3, 27, 18, 0, tzinfo=UTC)


def test_minutes_left_over_run_from_monday_morning_in_summer_time():
    due = due_at(FRIDAY, Wait(minutes=60), HOURS)

    assert due == datetime(2026, 3, 30, 7, 30, tzinfo=UTC)  # 08:30 in London


def test_what_starts_at_night_starts_in_the_morning():
    night = datetime(2026, 3, 25, 0, 30, tzinfo=UTC)

    assert due_at(night, Wait(minutes=15), HOURS) == datetime(2026, 3, 25, 8, 15, tzinfo=UTC)


def test_the_same_day_ends_when_the_team_goes_home():
    assert due_at(FRIDAY, Wait(same_day=True), HOURS) == FRIDAY + timedelta(minutes=30)


def test_a_working_day_is_as_long_as_the_teams_day():
    assert due_at(FRIDAY, Wait(days=1), HOURS) == datetime(2026, 3, 30, 16, 30, tzinfo=UTC)


def test_some_clocks_never_stop():
    saturday = datetime(2026, 3, 28, 3, 0, tzinfo=UTC)

    due = due_at(saturday, Wait(minutes=5, round_the_clock=True), HOURS)

    assert due == saturday + timedelta(minutes=5)


def test_a_team_that_never_works_has_no_deadline():
    with pytest.raises(ValueError, match="works too little"):
        due_at(FRIDAY, Wait(minutes=1), Hours(weekdays=frozenset()))
