"""Who hears of it next when a clock has run out: claimant, team, team lead, backup. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from monitoring.value import Assumptions
from monitoring.working_time import Hours, Wait, due_at

FASTER = 4  # dear or critical cases climb so many times as fast


class Rung(StrEnum):
    """A step of the ladder; the value stands in the notice's key."""

    CLAIMANT = "claimant"
    TEAM = "team"
    LEAD = "lead"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Overdue:
    """What decides how fast a case climbs. `due` is the clock that has run out."""

    due: datetime
    hours: Hours
    round_the_clock: bool
    severity: str
    value: Decimal
    currency: str


def ladder(*, claimant: bool, lead: bool, backup: bool) -> tuple[Rung, ...]:
    """Return the rungs that have somebody on them; the team always has."""
    present = {Rung.CLAIMANT: claimant, Rung.TEAM: True, Rung.LEAD: lead, Rung.BACKUP: backup}
    return tuple(rung for rung, somebody in present.items() if somebody)


def reached(
    case: Overdue, rungs: Sequence[Rung], *, now: datetime, figures: Assumptions
) -> Sequence[Rung]:
    """Return the rungs reached by `now`: the first when the clock runs out, then one per step.

    Steps are working minutes of the team unless the type's clock never stops.
    """
    step = step_minutes(case, figures)
    waits = (Wait(step * place, round_the_clock=case.round_the_clock) for place in range(9))
    return [
        rung
        for rung, wait in zip(rungs, waits, strict=False)
        if case.due <= now and due_at(case.due, wait, case.hours) <= now
    ]


def step_minutes(case: Overdue, figures: Assumptions) -> int:
    """Return the minutes from one rung to the next: fewer when it is critical or dear."""
    minutes = int(figures["escalate-minutes"])
    dear = case.currency == figures.currency and case.value >= figures["escalate-value"]
    return minutes // FASTER if dear or case.severity == "critical" else minutes
