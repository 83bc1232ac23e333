"""Writes of which nobody can say whether they arrived."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from integrations import public
from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.value import Assumptions, add_up, unknown
from monitoring.words import counted
from monitoring.working_time import Wait

LISTED = 500

TYPE = ExceptionType(
    key="OUTCOME_UNKNOWN",
    code="E02",
    title="We do not know if it arrived",
    owner=TeamCode.ADM,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=15),
    sla_resolve=Wait(minutes=60),
    first_step="Look it up in the target by our reference; then adopt it, or replay.",
    blocks=("posting",),
    takes_holds=True,
)


@dataclass(frozen=True, slots=True)
class Pending:
    """One write whose look-up has not answered yet."""

    transfer_id: int
    document_id: int | None
    connection_id: int
    slug: str
    label: str
    since: datetime
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Facts:
    causes: Sequence[HeldCause]
    pending: Sequence[Pending]


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    """Leaves out what has a hold, and what a system in trouble explains."""
    holds = public.holds().filter(transfer=OuterRef("pk"), kind=TYPE.key, closed_at__isnull=True)
    pending = (
        public.transfers()
        .filter(state="unknown", connection__state="active", connection__trouble="")
        .exclude(Exists(holds))
        .order_by("created_at", "pk")
    )
    fields = (
        *("pk", "document_id", "connection_id", "connection__slug", "connection__label"),
        *("first_sent_at", "value", "currency", "created_at"),
    )
    return Facts(held_causes(TYPE.key), [_pending(row) for row in pending.values_list(*fields)])


def _pending(row: tuple[Any, ...]) -> Pending:
    pk, document, connection, slug, label, first_sent_at, value, currency, created_at = row
    since = first_sent_at or created_at
    return Pending(pk, document, connection, slug, label, since, value, currency)


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    held = [_held(cause, figures) for cause in facts.causes]
    patience = figures.minutes("unknown-minutes")
    groups: dict[int, list[Pending]] = {}
    for each in facts.pending:
        if now - each.since >= patience:
            groups.setdefault(each.connection_id, []).append(each)
    return [*held, *(_unanswered(group, figures) for group in groups.values())]


def _held(cause: HeldCause, figures: Assumptions) -> Finding:
    stake = unknown(cause.totals, count=cause.count, figures=figures)
    title = f"It is not known whether {cause.subject} arrived in {cause.owner}. {cause.sentence}"
    return cause_finding(TYPE, cause, figures=figures, stake=stake, title=title)


def _unanswered(group: Sequence[Pending], figures: Assumptions) -> Finding:
    first = group[0]
    totals = add_up((each.currency, each.value) for each in group)
    what = counted(len(group), "write")
    return Finding(
        type=TYPE,
        subject="look-up has no answer",
        title=f"It is not known whether {what} to {first.label} arrived.",
        summary="Plumbline goes on looking them up; nothing is sent twice meanwhile.",
        stake=unknown(totals, count=len(group), figures=figures),
        scope=f"connection:{first.slug}",
        connection_id=first.connection_id,
        count=len(group),
        occurrences=tuple(_occurrences(group[:LISTED])),
        detail={"oldest": first.since.isoformat()},
    )


def _occurrences(group: Iterable[Pending]) -> Iterable[Occurrence]:
    for each in group:
        yield Occurrence(
            ref=f"transfer:{each.transfer_id}",
            since=each.since,
            value=each.value,
            currency=each.currency,
            transfer_id=each.transfer_id,
            document_id=each.document_id,
        )
