"""A day as it stands this moment, for its page. Reads only."""

from dataclasses import dataclass

from integrations import public
from reconciliation.content import DayContent, shown
from reconciliation.facts import Day, read_day
from reconciliation.models import StoreDay
from reconciliation.services.days import judged


@dataclass(frozen=True, slots=True)
class Look:
    """What a page shows of a day. `seen` goes back with prepare and sign."""

    content: DayContent
    seen: str
    facts: Day


def look(day: StoreDay) -> Look:
    """A signed day as it was signed, any other as its facts say now."""
    store = public.stores().get(code=day.store_code)
    facts = read_day(store, day.business_date)
    if day.state == StoreDay.State.SIGNED:
        return Look(shown(day.content), day.content_hash, facts)
    found = judged(day, facts)
    return Look(shown(found.content()), found.content_hash, facts)
