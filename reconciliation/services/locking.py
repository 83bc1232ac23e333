"""Hold one store-day still while somebody acts on it."""

from dataclasses import dataclass
from datetime import datetime

from integrations import public
from reconciliation.assessment import Assessment
from reconciliation.facts import Day, read_day
from reconciliation.models import StoreDay
from reconciliation.services import days
from reconciliation.services.errors import DayError


@dataclass(slots=True)
class Held:
    """A day whose facts cannot change until the transaction ends, judged as it stands."""

    day: StoreDay
    facts: Day
    found: Assessment
    version: int

    def keep(self, *, now: datetime, **more: object) -> bool:
        """Store the day as it stands after what was done; False when somebody else moved it."""
        self.found = days.judged(self.day, self.facts)
        state = more.pop("state", None) or days.state_of(self.day, self.found)
        rows = StoreDay.objects.filter(pk=self.day.pk, state=self.day.state, round=self.day.round)
        values = {**days.columns(self.found, now), "seen_version": self.version, **more}
        return rows.update(state=state, **values) == 1


def hold_day(day_id: int, *, now: datetime) -> Held:
    """Lock a day and read it afresh. Call it inside a transaction. Raises DayError."""
    day = StoreDay.objects.filter(pk=day_id).first()
    store = public.stores().filter(code=day.store_code).first() if day else None
    if day is None or store is None:
        raise DayError("There is no such day.")
    version = public.lock_day(store, day.business_date, now=now)
    day = StoreDay.objects.select_for_update().get(pk=day_id)
    facts = read_day(store, day.business_date)
    return Held(day, facts, days.judged(day, facts), version)
