"""A return without its credit, or without saying whether its goods go back on sale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations import public
from monitoring.detectors.held import HeldCause, cause_finding, held_causes, named_title
from monitoring.detectors.late import Late, late_documents, late_findings
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions, returned
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="RETURN_NOT_CREDITED",
    code="E31",
    title="Return has no credit",
    owner=TeamCode.OPS,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=60),
    sla_resolve=Wait(days=1),
    first_step="Say what happens with goods of this condition; link the original sale; replay.",
    blocks=("posting", "stock"),
    takes_holds=True,
)


@dataclass(frozen=True, slots=True)
class Facts:
    causes: Sequence[HeldCause]
    units: Mapping[int, Decimal]  # document → units returned
    late: Sequence[Late]


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    held = public.holds().filter(closed_at__isnull=True, kind=TYPE.key, document__isnull=False)
    units = dict(held.values_list("document_id", "document__units"))
    late = late_documents("return", now=now, figures=figures)
    return Facts(held_causes(TYPE.key), units, late)


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    held = [_held(cause, facts, figures) for cause in facts.causes]
    late = late_findings(TYPE, facts.late, now=now, figures=figures, what="return")
    return [*held, *late]


def _held(cause: HeldCause, facts: Facts, figures: Assumptions) -> Finding:
    units = sum((facts.units.get(pk, Decimal(0)) for pk in cause.documents), Decimal(0))
    stake = returned(cause.totals, units=units, count=cause.count, figures=figures)
    return cause_finding(TYPE, cause, figures=figures, stake=stake, title=_title(cause))


def _title(cause: HeldCause) -> str:
    return named_title(f"Return {cause.subject} has no credit in {cause.owner}.", cause)
