"""Who owns what: exception types by teams, with the routing rules that make exceptions. Pure."""

from dataclasses import dataclass

from monitoring.findings import ExceptionType
from monitoring.setup import Exemption, Setup
from monitoring.working_time import Wait


@dataclass(frozen=True, slots=True)
class Owned:
    """One row of the matrix: a cell per team, empty where it never owns the type."""

    type: ExceptionType
    cells: tuple[str, ...]
    first: str
    fixed: str


def matrix(setup: Setup) -> list[Owned]:
    """Return a row per type; every row has an owner."""
    return [_row(kind, setup) for kind in setup.types]


def _row(kind: ExceptionType, setup: Setup) -> Owned:
    rules = [rule for rule in setup.exemptions if rule.type_key in ("", kind.key)]
    cells = tuple(_cell(crew.code, crew.name, kind, rules) for crew in setup.crews)
    return Owned(kind, cells, in_time(kind.sla_first), in_time(kind.sla_resolve))


def _cell(code: str, name: str, kind: ExceptionType, rules: list[Exemption]) -> str:
    always = [rule for rule in rules if not rule.condition]
    owner = always[-1].team if always else ""
    owns = name == owner if owner else code == kind.owner
    after = rules[rules.index(always[-1]) + 1 :] if always else rules
    conditions = [rule.condition for rule in after if rule.team == name and rule.condition]
    if owns:
        return "Owns"
    return ", ".join(conditions)


def in_time(wait: Wait) -> str:
    """Return a time limit in words."""
    if wait.same_day:
        return "the same working day"
    length = _length(wait)
    return f"{length}, day and night" if wait.round_the_clock else f"{length} of working time"


def _length(wait: Wait) -> str:
    if wait.days:
        return f"{wait.days} day{'' if wait.days == 1 else 's'}"
    if wait.minutes % 60 == 0:
        return f"{wait.minutes // 60} h"
    return f"{wait.minutes} min"
