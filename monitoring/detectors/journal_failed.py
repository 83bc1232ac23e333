"""A day journal that is refused or unbalanced, or an account that it lacks."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions
from monitoring.working_time import Wait

MONTH_END = (1, 2, 3)  # days of the month in which the last month is being closed

TYPE = ExceptionType(
    key="JOURNAL_FAILED",
    code="E16",
    title="Journal is missing, refused or unbalanced",
    owner=TeamCode.FIN,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=60),
    sla_resolve=Wait(same_day=True),
    first_step="Read the ledger's reason: period, account or tax code; correct it; replay.",
    blocks=("journal", "seal"),
    takes_holds=True,
)


def gather(*, now: datetime, figures: Assumptions) -> list[HeldCause]:
    return held_causes(TYPE.key)


def detect(facts: Sequence[HeldCause], *, now: datetime, figures: Assumptions) -> list[Finding]:
    severity = Severity.CRITICAL if now.day in MONTH_END else Severity.HIGH
    return [cause_finding(TYPE, cause, figures=figures, severity=severity) for cause in facts]
