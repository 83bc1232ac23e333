"""Receipts that arrived for a day that was signed without them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.kit.formats import money
from monitoring.value import Assumptions, Stake
from monitoring.words import counted, listed
from monitoring.working_time import Wait
from reconciliation.detectors.rows import name, subject
from reconciliation.models import LateItem, StoreDay

TYPE = ExceptionType(
    key="LATE_SALE",
    code="E21",
    title="Sale arrived for a closed day",
    owner=TeamCode.FIN,
    severity=Severity.HIGH,
    sla_first=Wait(same_day=True),
    sla_resolve=Wait(days=1),
    first_step="Open the day again or post on an open day: look at both journals first.",
)


@dataclass(frozen=True, slots=True)
class LateDay:
    """One signed day with its undecided late receipts, oldest first."""

    store_code: str
    label: str
    subject: str
    items: tuple[LateItem, ...]


def gather(*, now: datetime, figures: Assumptions) -> list[LateDay]:
    """Two queries, however many days there are."""
    days = {
        day.pk: day
        for day in StoreDay.objects.filter(state=StoreDay.State.SIGNED, late__gt=0).defer("content")
    }
    items: dict[int, list[LateItem]] = defaultdict(list)
    for item in LateItem.objects.filter(day__in=days, decision="").order_by("arrived_at", "pk"):
        if item.round == days[item.day_id].round:
            items[item.day_id].append(item)
    return [
        LateDay(
            day.store_code,
            name(day),
            subject(day.store_code, day.business_date),
            tuple(items[pk]),
        )
        for pk, day in days.items()
        if items[pk]
    ]


def detect(facts: Sequence[LateDay], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(day) for day in facts]


def _finding(day: LateDay) -> Finding:
    currency = day.items[0].currency
    gross = sum((abs(item.gross) for item in day.items), Decimal(0))
    tax = sum((abs(item.tax) for item in day.items), Decimal(0))
    parts = f"{money(gross, currency)} late + {money(tax, currency)} tax in it"
    receipts = counted(len(day.items), "receipt")
    return Finding(
        type=TYPE,
        subject=day.subject,
        title=f"{day.label} is signed, and {receipts} arrived after that.",
        summary=f"{listed([item.number for item in day.items][:3])}: decide where to post.",
        stake=Stake(gross + tax, currency, True, f"{money(gross + tax, currency)} = {parts}"),
        store_code=day.store_code,
        count=len(day.items),
        occurrences=tuple(_occurrence(item) for item in day.items),
        detail={"records": [item.number for item in day.items[:20]]},
    )


def _occurrence(item: LateItem) -> Occurrence:
    return Occurrence(
        ref=f"document:{item.document_id}",
        since=item.arrived_at,
        value=abs(item.gross),
        currency=item.currency,
        document_id=item.document_id,
    )
