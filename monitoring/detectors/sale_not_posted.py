"""A sale of the tills that is not in the ERP: refused, waiting for something, or simply late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.detectors.held import HeldCause, cause_finding, held_causes, named_title
from monitoring.detectors.late import Late, late_documents, late_findings
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="SALE_NOT_POSTED",
    code="E01",
    title="Store sale is not in the ERP",
    owner=TeamCode.OPS,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=30),
    sla_resolve=Wait(minutes=240),
    first_step="Read the reason; mend the mapping or the record it names; read again and post.",
    blocks=("posting", "stock", "journal"),
    takes_holds=True,
)


@dataclass(frozen=True, slots=True)
class Facts:
    causes: Sequence[HeldCause]
    late: Sequence[Late]


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    return Facts(held_causes(TYPE.key), late_documents("sale", now=now, figures=figures))


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    held = [_held(cause, figures) for cause in facts.causes]
    late = late_findings(TYPE, facts.late, now=now, figures=figures, what="sale")
    return [*held, *late]


def _held(cause: HeldCause, figures: Assumptions) -> Finding:
    title = named_title(f"Sale {cause.subject} is not in {cause.owner}.", cause)
    return cause_finding(TYPE, cause, figures=figures, title=title)
