"""A day journal that is refused, unbalanced or late, or an account that it lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations import public
from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.kit.formats import money
from monitoring.value import Assumptions, Stake
from monitoring.working_time import Wait

MONTH_END = (1, 2, 3)  # days of the month in which the last month is being closed
ON_THE_WAY = ("ready", "sending")  # an unknown outcome is an exception of its own

TYPE = ExceptionType(
    key="JOURNAL_FAILED",
    code="E16",
    title="Journal is missing, refused or unbalanced",
    owner=TeamCode.FIN,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=60),
    sla_resolve=Wait(same_day=True),
    first_step="Read the ledger's reason: period, account or tax code; correct it; replay.",
    blocks=("journal", "seal"),
    takes_holds=True,
)


@dataclass(frozen=True, slots=True)
class Underway:
    """One journal that was queued and that the ledger does not have."""

    transfer_id: int
    document_id: int | None
    reference: str
    link_id: int
    link_slug: str
    owner: str
    store_code: str
    value: Decimal
    currency: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Journals:
    """What is held, by cause, and what is on its way."""

    held: Sequence[HeldCause]
    underway: Sequence[Underway]


def gather(*, now: datetime, figures: Assumptions) -> Journals:
    """Left out: what waits for a ledger that is down or paused, which is a case of its own."""
    waiting = public.transfers().filter(
        operation="post-journal",
        state__in=ON_THE_WAY,
        connection__state="active",
        connection__trouble="",
    )
    rows = waiting.order_by("created_at").values_list(
        *("pk", "document_id", "document__number", "link_id", "link__slug"),
        *("connection__label", "document__store_code", "value", "currency", "created_at"),
    )
    return Journals(held_causes(TYPE.key), [Underway(*row) for row in rows])


def detect(facts: Journals, *, now: datetime, figures: Assumptions) -> list[Finding]:
    severity = Severity.CRITICAL if now.day in MONTH_END else Severity.HIGH
    return [
        *(cause_finding(TYPE, each, figures=figures, severity=severity) for each in facts.held),
        *_overdue(facts.underway, now=now, figures=figures, severity=severity),
    ]


def _overdue(
    underway: Iterable[Underway], *, now: datetime, figures: Assumptions, severity: Severity
) -> list[Finding]:
    patience = figures.minutes("journal-minutes")
    return [_late(each, severity) for each in underway if now - each.since >= patience]


def _late(each: Underway, severity: Severity) -> Finding:
    amount = money(each.value, each.currency)
    return Finding(
        type=TYPE,
        subject=each.reference,
        title=f"Journal {each.reference} has not reached {each.owner}.",
        summary="It was queued, nothing holds it, and the ledger has not confirmed it.",
        stake=Stake(each.value, each.currency, True, f"{amount} = debits of the journal"),
        scope=f"link:{each.link_slug}",
        link_id=each.link_id,
        store_code=each.store_code,
        count=1,
        occurrences=(
            Occurrence(
                f"transfer:{each.transfer_id}",
                each.since,
                each.value,
                each.currency,
                document_id=each.document_id,
                transfer_id=each.transfer_id,
            ),
        ),
        severity=severity,
    )
