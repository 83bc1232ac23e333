"""A signed day whose facts are not what was signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.kit.formats import money
from monitoring.value import Assumptions, Stake
from monitoring.words import counted
from monitoring.working_time import Wait
from reconciliation.content import Change, read_changes
from reconciliation.detectors.rows import name, subject
from reconciliation.models import StoreDay
from reconciliation.services.seal import stake_of

TYPE = ExceptionType(
    key="SEAL_BROKEN",
    code="E23",
    title="A signed day has changed",
    owner=TeamCode.FIN,
    severity=Severity.HIGH,
    sla_first=Wait(same_day=True),
    sla_resolve=Wait(days=1),
    first_step="Read the lines that changed; open the day and sign it again, or undo the change.",
)


@dataclass(frozen=True, slots=True)
class Broken:
    """One signed day with the lines of its seal that are broken."""

    store_code: str
    label: str
    subject: str
    currency: str
    lines: tuple[Change, ...]


def gather(*, now: datetime, figures: Assumptions) -> list[Broken]:
    days = StoreDay.objects.filter(state=StoreDay.State.SIGNED, seal_broken_at__isnull=False)
    return [
        Broken(
            day.store_code,
            name(day),
            subject(day.store_code, day.business_date),
            day.currency,
            tuple(read_changes(day.seal_lines)),
        )
        for day in days.defer("content")
    ]


def detect(facts: Sequence[Broken], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(day, figures) for day in facts]


def _finding(day: Broken, figures: Assumptions) -> Finding:
    currency = day.currency or figures.currency
    value = stake_of(day.lines)
    amount = money(value, currency)
    told = [_told(line) for line in day.lines[:20]]
    return Finding(
        type=TYPE,
        subject=day.subject,
        title=f"{day.label} is signed, and {counted(len(day.lines), 'figure')} changed since.",
        summary=told[0] if told else "",
        stake=Stake(value, currency, True, f"{amount} = Σ |after − before|"),
        store_code=day.store_code,
        count=len(day.lines),
        detail={"sentences": told},
    )


def _told(line: Change) -> str:
    before, after = line.before or "not there", line.after or "gone"
    return f"{line.record}, {line.field}: {before} when signed, {after} now."
