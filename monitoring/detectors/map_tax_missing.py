"""A VAT rate without a tax code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations import public
from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions, add_up, waiting_with_tax
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="MAP_TAX_MISSING",
    code="E09",
    title="Tax code is missing",
    owner=TeamCode.FIN,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=60),
    sla_resolve=Wait(same_day=True),
    first_step="Map the VAT rate to its tax code; look at the preview; replay what waited.",
    blocks=("posting", "journal"),
    takes_holds=True,
)


@dataclass(frozen=True, slots=True)
class Facts:
    causes: Sequence[HeldCause]
    taxes: Mapping[int, tuple[str, Decimal]]  # document → currency, tax


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    held = public.holds().filter(closed_at__isnull=True, kind=TYPE.key, document__isnull=False)
    rows = held.values_list("document_id", "document__currency", "document__tax")
    return Facts(held_causes(TYPE.key), {pk: (currency, tax) for pk, currency, tax in rows})


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(cause, facts, figures) for cause in facts.causes]


def _finding(cause: HeldCause, facts: Facts, figures: Assumptions) -> Finding:
    taxes = add_up(facts.taxes[pk] for pk in cause.documents if pk in facts.taxes)
    stake = waiting_with_tax(cause.totals, taxes, count=cause.count, figures=figures)
    return cause_finding(TYPE, cause, figures=figures, stake=stake)
