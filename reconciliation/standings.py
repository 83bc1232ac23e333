"""How store-days stand, for whoever is about to send something that belongs to them."""

from collections.abc import Mapping

from monitoring.public import DayKey, DayStanding
from reconciliation.models import StoreDay

State = StoreDay.State
WORDS: Mapping[str, DayStanding] = {
    State.COLLECTING: DayStanding("Still collecting", "waiting"),
    State.VARIANCE: DayStanding("Does not tie yet", "soon"),
    State.READY: DayStanding("Ready to prepare", "waiting"),
    State.PREPARED: DayStanding("Prepared, not signed", "soon", is_closed=True),
    State.SIGNED: DayStanding("Signed", "wrong", is_closed=True),
    State.REOPENED: DayStanding("Reopened", "waiting"),
}


def day_standings(days: frozenset[DayKey]) -> dict[DayKey, DayStanding]:
    """The state of each of these days that is kept. One query."""
    dates = [on for _, on in days]
    rows = StoreDay.objects.between(min(dates), max(dates)).filter(
        store_code__in={code for code, _ in days}
    )
    states = rows.values_list("store_code", "business_date", "state")
    return {(code, on): WORDS[state] for code, on, state in states if (code, on) in days}
