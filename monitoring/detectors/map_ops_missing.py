"""A store, status or other operational value without a row in its table."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="MAP_OPS_MISSING",
    code="E08",
    title="Store, status or shipping method has no mapping",
    owner=TeamCode.OPS,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=30),
    sla_resolve=Wait(same_day=True),
    first_step="Map the value here; look at the preview; replay what waited.",
    blocks=("posting",),
    takes_holds=True,
)


def gather(*, now: datetime, figures: Assumptions) -> list[HeldCause]:
    return held_causes(TYPE.key)


def detect(facts: Sequence[HeldCause], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [cause_finding(TYPE, cause, figures=figures) for cause in facts]
