"""Time as a team works it: clocks that stop in the evening and at the weekend. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOOK_AHEAD = 400  # days; a team that never works in that time has no deadline that we could name


@dataclass(frozen=True, slots=True)
class Hours:
    """When a team works, in its own zone. Weekdays count from Monday = 0."""

    timezone: str = "Europe/London"
    opens: time = time(8)
    closes: time = time(18)
    weekdays: frozenset[int] = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Wait:
    """How long something may take: working minutes, working days, or until the day ends."""

    minutes: int = 0
    days: int = 0
    same_day: bool = False
    round_the_clock: bool = False


def due_at(start: datetime, wait: Wait, hours: Hours) -> datetime:
    """Return the moment, aware UTC, at which `wait` has run out when the clock starts at `start`.

    A working day is as long as the team's day. `same_day` is the end of the working day in which
    the clock starts, of the next one if the team has gone home. Hours on a day when the clocks
    change are counted as they pass.
    """
    if wait.round_the_clock:
        return start + timedelta(minutes=wait.minutes, days=wait.days)
    shifts = _shifts(start, hours)
    if wait.same_day:
        return next(shifts)[1]
    return _spend(_length(wait, hours), shifts)


def open_since(moment: datetime, hours: Hours) -> datetime | None:
    """Return when the working day that `moment` falls in began; None out of hours."""
    local = moment.astimezone(ZoneInfo(hours.timezone))
    if local.weekday() not in hours.weekdays:
        return None
    opened = datetime.combine(local.date(), hours.opens, tzinfo=local.tzinfo).astimezone(UTC)
    closes = datetime.combine(local.date(), hours.closes, tzinfo=local.tzinfo).astimezone(UTC)
    return opened if opened <= moment < closes else None


def _length(wait: Wait, hours: Hours) -> timedelta:
    midnight = date(2000, 1, 1)
    day = datetime.combine(midnight, hours.closes) - datetime.combine(midnight, hours.opens)
    return timedelta(minutes=wait.minutes) + wait.days * day


def _spend(left: timedelta, shifts: Iterator[tuple[datetime, datetime]]) -> datetime:
    for begins, ends in shifts:
        if left <= ends - begins:
            return begins + left
        left -= ends - begins
    raise ValueError("The team works too little for this wait ever to run out.")


def _shifts(start: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of each working day from `start`, in UTC."""
    zone = ZoneInfo(hours.timezone)
    first = start.astimezone(zone).date()
    for offset in range(LOOK_AHEAD):
        day = first + timedelta(days=offset)
        if day.weekday() not in hours.weekdays:
            continue
        begins = datetime.combine(day, hours.opens, tzinfo=zone).astimezone(UTC)
        ends = datetime.combine(day, hours.closes, tzinfo=zone).astimezone(UTC)
        if ends > start:
            yield max(begins, start.astimezone(UTC)), ends
