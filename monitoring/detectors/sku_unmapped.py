"""A product of the till that the ERP does not know."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="SKU_UNMAPPED",
    code="E05",
    title="Unknown SKU holds orders",
    owner=TeamCode.MER,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=30),
    sla_resolve=Wait(minutes=240),
    first_step="Map the SKU to an item, or create it in the product master; preview; replay.",
    blocks=("posting", "stock"),
    takes_holds=True,
)


def gather(*, now: datetime, figures: Assumptions) -> list[HeldCause]:
    return held_causes(TYPE.key)


def detect(facts: Sequence[HeldCause], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [cause_finding(TYPE, cause, figures=figures, title=_title(cause)) for cause in facts]


def _title(cause: HeldCause) -> str:
    return f"SKU “{cause.subject}” is not in {cause.owner}."
