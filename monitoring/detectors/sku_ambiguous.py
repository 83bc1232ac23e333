"""A product of the till that could be several of the ERP."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="SKU_AMBIGUOUS",
    code="E06",
    title="SKU points to several items",
    owner=TeamCode.MER,
    severity=Severity.CRITICAL,
    sla_first=Wait(minutes=30),
    sla_resolve=Wait(minutes=240),
    first_step="Choose the right item for the SKU; preview; replay.",
    blocks=("posting", "stock"),
    takes_holds=True,
)


def gather(*, now: datetime, figures: Assumptions) -> list[HeldCause]:
    return held_causes(TYPE.key)


def detect(facts: Sequence[HeldCause], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [cause_finding(TYPE, cause, figures=figures) for cause in facts]
