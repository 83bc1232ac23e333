"""How a store's trading day stands, as far as somebody above us knows and told us how to ask."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

DayKey = tuple[str, date]  # store code, trading day


@dataclass(frozen=True, slots=True)
class DayStanding:
    """The state of one day in words. `is_closed`: somebody vouched for it; more would disturb."""

    word: str
    tone: str
    is_closed: bool = False


Standings = Callable[[frozenset[DayKey]], Mapping[DayKey, DayStanding]]
_ask: list[Standings] = []


def register_day_standings(standings: Standings) -> None:
    """Called once per process by whoever keeps the days; it answers in a few queries."""
    _ask[:] = [standings]


def day_standings(days: Iterable[DayKey]) -> Mapping[DayKey, DayStanding]:
    """How these days stand; a day that nobody knows of is left out."""
    wanted = frozenset(days)
    return _ask[0](wanted) if _ask and wanted else {}
