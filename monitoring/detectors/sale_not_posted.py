"""A sale of the tills that is not in the ERP: refused, waiting for something, or simply late."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitoring.detectors.held import HeldCause, cause_finding, held_causes, named_title
from monitoring.detectors.last_units import documents_on_last_units
from monitoring.detectors.late import Late, late_documents, late_findings
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions, with_oversells
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
    scarce: frozenset[int] = frozenset()  # documents that sold last units


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    causes, late = held_causes(TYPE.key), late_documents("sale", now=now, figures=figures)
    ids = [pk for cause in causes for pk in cause.documents]
    ids += [each.document_id for each in late]
    return Facts(causes, late, frozenset(documents_on_last_units(ids)))


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    held = [_held(cause, figures) for cause in facts.causes]
    late = late_findings(TYPE, facts.late, now=now, figures=figures, what="sale")
    return [_weighed(finding, facts.scarce, figures) for finding in (*held, *late)]


def _weighed(finding: Finding, scarce: frozenset[int], figures: Assumptions) -> Finding:
    """Of last units the next sale is already one too many: it cannot wait for the afternoon."""
    units = sum(1 for each in finding.occurrences if each.document_id in scarce)
    if not units:
        return finding
    stake = with_oversells(finding.stake, units=units, figures=figures)
    return replace(finding, severity=Severity.CRITICAL, stake=stake)


def _held(cause: HeldCause, figures: Assumptions) -> Finding:
    title = named_title(f"Sale {cause.subject} is not in {cause.owner}.", cause)
    return cause_finding(TYPE, cause, figures=figures, title=title)
