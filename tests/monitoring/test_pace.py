"""When somebody may be told, and who hears of it next."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.escalation import Overdue, Rung, ladder, reached
from monitoring.pace import digest_due, gap, may_tell
from monitoring.value import Assumptions
from monitoring.working_time import Hours, open_since
from tests.conftest import NOW

OFFICE = Hours()
FRIDAY_NOON = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 3, 27, 22, 0, tzinfo=UTC)
ALL = (Rung.CLAIMANT, Rung.TEAM, Rung.LEAD, Rung.BACKUP)
MINUTES = st.integers(min_value=0, max_value=600)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        (datetime(2026, 3, 27, 8, 0, tzinfo=UTC), datetime(2026, 3, 27, 8, 0, tzinfo=UTC)),
        (datetime(2026, 3, 27, 7, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 27, 18, 0, tzinfo=UTC), None),
        (NOW, None),  # a Saturday
        # the clocks have gone forward: eight o'clock is seven in UTC
        (datetime(2026, 3, 30, 7, 30, tzinfo=UTC), datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),
    ],
    ids=["opens", "one second earlier", "closes", "weekend", "summer time"],
)
def test_a_working_day_is_read_on_the_teams_own_clock(moment, opened):
    assert open_since(moment, OFFICE) == opened


def test_at_night_only_what_is_urgent_is_said():
    quiet = {"now": FRIDAY_NIGHT, "hours": OFFICE, "last": None, "recent": 0}

    assert not may_tell(urgent=False, **quiet)
    assert may_tell(urgent=True, **quiet)


def test_the_second_message_waits_two_minutes():
    def second(after: timedelta) -> bool:
        told = {"last": FRIDAY_NOON, "recent": 1, "urgent": False, "hours": OFFICE}
        return may_tell(now=FRIDAY_NOON + after, **told)

    assert not second(timedelta(seconds=119))
    assert second(timedelta(minutes=2))


@given(told=st.integers(min_value=0, max_value=10_000))
def test_nothing_urgent_is_kept_for_five_minutes_and_nothing_at_all_for_an_hour(told):
    assert gap(told, urgent=True) < timedelta(minutes=5)
    assert gap(told, urgent=False) <= timedelta(minutes=30)
    assert gap(told, urgent=False) <= gap(told + 1, urgent=False)


def test_a_digest_comes_once_on_each_working_day():
    opened = datetime(2026, 3, 27, 8, 0, tzinfo=UTC)

    assert digest_due(now=FRIDAY_NOON, hours=OFFICE, last=None)
    assert digest_due(now=FRIDAY_NOON, hours=OFFICE, last=opened - timedelta(hours=14))
    assert not digest_due(now=FRIDAY_NOON, hours=OFFICE, last=opened)
    assert not digest_due(now=FRIDAY_NIGHT, hours=OFFICE, last=None)


def overdue(**fields):
    start = {"due": FRIDAY_NOON, "hours": OFFICE, "round_the_clock": False, "severity": "high"}
    return Overdue(**{**start, "value": Decimal(10), "currency": "GBP", **fields})


def rungs(minutes, **fields):
    at = FRIDAY_NOON + timedelta(minutes=minutes)
    return list(reached(overdue(**fields), ALL, now=at, figures=Assumptions()))


def test_the_ladder_is_climbed_an_hour_a_rung():
    assert rungs(-1) == []
    assert rungs(0) == [Rung.CLAIMANT]
    assert rungs(59) == [Rung.CLAIMANT]
    assert rungs(60) == [Rung.CLAIMANT, Rung.TEAM]
    assert rungs(120) == [Rung.CLAIMANT, Rung.TEAM, Rung.LEAD]
    assert rungs(180) == list(ALL)


@pytest.mark.parametrize(
    "fields", [{"severity": "critical"}, {"value": Decimal(1000)}], ids=["critical", "dear"]
)
def test_what_is_critical_or_dear_climbs_four_times_as_fast(fields):
    assert rungs(45, **fields) == list(ALL)
    assert rungs(44, **fields) == [Rung.CLAIMANT, Rung.TEAM, Rung.LEAD]


def test_the_ladder_rests_when_the_team_has_gone_home():
    five = datetime(2026, 3, 27, 17, 30, tzinfo=UTC)
    monday = datetime(2026, 3, 30, 7, 30, tzinfo=UTC)  # 08:30 in London
    late = overdue(due=five)

    def at(moment: datetime) -> list[Rung]:
        return list(reached(late, ALL, now=moment, figures=Assumptions()))

    assert at(NOW) == [Rung.CLAIMANT]
    assert at(monday - timedelta(seconds=1)) == [Rung.CLAIMANT]
    assert at(monday) == [Rung.CLAIMANT, Rung.TEAM]


def test_a_clock_that_never_stops_does_not_rest():
    assert rungs(12 * 60, round_the_clock=True) == list(ALL)


def test_only_rungs_with_somebody_on_them_count():
    assert ladder(claimant=False, lead=False, backup=True) == (Rung.TEAM, Rung.BACKUP)


@given(first=MINUTES, later=MINUTES)
def test_nobody_who_was_told_is_ever_untold(first, later):
    before, after = sorted((first, later))

    assert rungs(before) == rungs(after)[: len(rungs(before))]
