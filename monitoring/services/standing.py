"""What a finding means for its case at this moment: figures, owner, clocks, place in the queue."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from monitoring.findings import Finding
from monitoring.models import ExceptionCase, Team
from monitoring.services.ownership import Ownership
from monitoring.value import Assumptions, rank
from monitoring.working_time import due_at

# A rank creeps up as a deadline comes near; it is written once it has moved by a twentieth.
CREEP = Decimal("0.05")

COLUMNS = (
    *("title", "summary", "severity", "team", "link", "connection", "store_code"),
    *("value_at_risk", "currency", "value_is_exact", "formula", "occurrences", "rank"),
    *("deadline", "detail"),
)


def changed(case: ExceptionCase) -> tuple[Any, ...]:
    """Return the columns that a finding fills, to compare before with after."""
    ids = ("team_id", "link_id", "connection_id")
    plain = [name for name in COLUMNS if f"{name}_id" not in ids]
    return tuple(getattr(case, name) for name in (*plain, *ids))


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that decides it, read once for a whole refresh."""

    now: datetime
    figures: Assumptions
    ownership: Ownership

    def new_case(self, finding: Finding) -> ExceptionCase:
        """Return an open case for a cause not seen before; not saved."""
        case = ExceptionCase(
            fingerprint=finding.fingerprint,
            type_key=finding.type.key,
            subject=finding.subject[:160],
            first_seen=self.now,
        )
        self._start_clocks(case, finding)
        self.describe(case, finding)
        return case

    def begin_again(self, case: ExceptionCase, finding: Finding) -> None:
        """A cause that came back: its clocks start anew."""
        self._start_clocks(case, finding)

    def describe(self, case: ExceptionCase, finding: Finding) -> None:
        """Fill in what the finding says, and where that puts the case."""
        stake = finding.stake
        case.title = finding.title[:400]
        case.summary = finding.summary[:600]
        case.severity = finding.severity or finding.type.severity
        case.link_id = finding.link_id
        case.connection_id = finding.connection_id
        case.store_code = finding.store_code
        case.value_at_risk = stake.value
        case.currency = stake.currency
        case.value_is_exact = stake.is_exact
        case.formula = stake.formula[:400]
        case.occurrences = finding.count
        case.deadline = finding.deadline
        case.detail = dict(finding.detail)
        case.team = self._team(case, finding)
        self._rank(case)

    def _team(self, case: ExceptionCase, finding: Finding) -> Team:
        if case.team_chosen:
            return case.team
        return self.ownership.team_of(
            type_key=finding.type.key,
            link_id=finding.link_id,
            store_code=finding.store_code,
            value=finding.stake.value,
            currency=finding.stake.currency,
        )

    def _start_clocks(self, case: ExceptionCase, finding: Finding) -> None:
        hours = self._team(case, finding).hours
        case.opened_at = case.last_seen = self.now
        case.first_action_due = due_at(self.now, finding.type.sla_first, hours)
        case.resolve_due = due_at(self.now, finding.type.sla_resolve, hours)

    def _rank(self, case: ExceptionCase) -> None:
        due = min(filter(None, (case.deadline, case.resolve_due)))
        new = rank(
            case.value_at_risk,
            severity=case.severity,
            deadline=due,
            now=self.now,
            figures=self.figures,
        )
        if abs(new - case.rank) > case.rank * CREEP:
            case.rank = new
