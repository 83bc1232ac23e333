"""A complete store-day whose columns do not tie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations import public
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.kit.formats import money
from monitoring.value import Assumptions, Stake
from monitoring.words import counted
from monitoring.working_time import Wait
from reconciliation.content import shown
from reconciliation.detectors.rows import name, open_days, subject
from reconciliation.figures import Variance
from reconciliation.models import StoreDay
from reconciliation.variance import at_stake

TYPE = ExceptionType(
    key="DAYEND_VARIANCE",
    code="E18",
    title="Store-day does not tie",
    owner=TeamCode.FIN,
    severity=Severity.HIGH,
    sla_first=Wait(same_day=True),
    sla_resolve=Wait(days=1),
    first_step="Start at the first column that breaks; follow the receipts that are listed.",
    blocks=("seal",),
)


@dataclass(frozen=True, slots=True)
class Untied:
    """One store-day with variances that neither tolerance nor an explanation takes."""

    store_code: str
    label: str
    subject: str
    currency: str
    variances: tuple[Variance, ...]
    occurrences: tuple[Occurrence, ...]


def gather(*, now: datetime, figures: Assumptions) -> list[Untied]:
    """Complete days only: while something is under way, columns may differ."""
    days = list(open_days(now).filter(state=StoreDay.State.VARIANCE))
    found = {day: _unexplained(day) for day in days}
    records = _records(found)
    return [
        Untied(
            store_code=day.store_code,
            label=name(day),
            subject=subject(day.store_code, day.business_date),
            currency=day.currency,
            variances=variances,
            occurrences=tuple(
                records[key]
                for number in dict.fromkeys(n for v in variances for n in v.receipts)
                if (key := (day.store_code, number)) in records
            ),
        )
        for day, variances in found.items()
        if variances
    ]


def _unexplained(day: StoreDay) -> tuple[Variance, ...]:
    content = shown(day.content)
    return tuple(
        variance
        for variance in content.variances
        if variance.key in content.unexplained and variance.measure != "cash"
    )


def _records(found: dict[StoreDay, tuple[Variance, ...]]) -> dict[tuple[str, str], Occurrence]:
    """The receipts that the variances name, by store and number. One query."""
    numbers = {n for variances in found.values() for v in variances for n in v.receipts}
    if not numbers:
        return {}
    receipts = public.documents().receipts().filter(number__in=numbers)
    rows = receipts.values_list("store_code", "number", "pk", "placed_at", "gross", "currency")
    return {
        (code, number): Occurrence(f"document:{pk}", at, gross, currency, document_id=pk)
        for code, number, pk, at, gross, currency in rows
    }


def detect(facts: Sequence[Untied], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(day) for day in facts]


def _finding(day: Untied) -> Finding:
    value = at_stake(day.variances)
    amount = money(value, day.currency)
    return Finding(
        type=TYPE,
        subject=day.subject,
        title=f"{day.label}: {counted(len(day.variances), 'figure')} off by {amount} together.",
        summary=day.variances[0].sentence,
        stake=Stake(value, day.currency, True, f"{amount} = Σ of the differences by tender"),
        store_code=day.store_code,
        count=len(day.variances),
        occurrences=day.occurrences,
        detail={"sentences": [each.sentence for each in day.variances[:20]]},
    )
