"""A write that stands differently from what was meant."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="READBACK_MISMATCH",
    code="E14",
    title="Posted, but not what we sent",
    owner=TeamCode.OPS,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=30),
    sla_resolve=Wait(minutes=240),
    first_step="Compare what was meant with what stands there; correct it there, or replay.",
    blocks=("seal",),
    takes_holds=True,
)


def gather(*, now: datetime, figures: Assumptions) -> list[HeldCause]:
    return held_causes(TYPE.key)


def detect(facts: Sequence[HeldCause], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [
        cause_finding(TYPE, cause, figures=figures, title=_title(cause), severity=_severity(cause))
        for cause in facts
    ]


def _title(cause: HeldCause) -> str:
    return f"Receipt {cause.subject} stands in {cause.owner} differently from what was sent."


def _severity(cause: HeldCause) -> Severity:
    """A wrong item or location moves the wrong stock: harm now."""
    moves_stock = any(word in cause.field for word in ("product", "item", "sku", "warehouse"))
    return Severity.CRITICAL if moves_stock else Severity.HIGH
