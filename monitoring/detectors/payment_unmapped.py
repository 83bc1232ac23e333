"""A payment type without a GL account."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="PAYMENT_UNMAPPED",
    code="E15",
    title="Payment type has no GL account",
    owner=TeamCode.FIN,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=60),
    sla_resolve=Wait(same_day=True),
    first_step="Map the payment type to its account; look at the preview; replay what waited.",
    blocks=("posting", "journal"),
    takes_holds=True,
)


def gather(*, now: datetime, figures: Assumptions) -> list[HeldCause]:
    return held_causes(TYPE.key)


def detect(facts: Sequence[HeldCause], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [cause_finding(TYPE, cause, figures=figures, title=_title(cause)) for cause in facts]


def _title(cause: HeldCause) -> str:
    return f"Payment type “{cause.subject}” has no GL account in {cause.owner}."
