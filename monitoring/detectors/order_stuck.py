"""An order that has stopped on its way and that no other exception explains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from integrations import public
from monitoring.detectors.held import describe_documents
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.orders import Limits, is_stuck, limits, open_orders
from monitoring.pipeline import CAPTURED, KEYS, RETURN, SALE, Stage, stage_named
from monitoring.value import Assumptions, add_up, stopped
from monitoring.words import counted, listed
from monitoring.working_time import Wait

LISTED = 500  # orders a case lists; it counts them all
SAMPLES = 3

TYPE = ExceptionType(
    key="ORDER_STUCK",
    code="E12",
    title="Order has stopped moving",
    owner=TeamCode.OPS,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=60),
    sla_resolve=Wait(same_day=True),
    first_step="Open the trace of the order and act on the first hop that is missing.",
    blocks=("posting", "journal"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One order that stands in a stage past its capture, and nothing says why."""

    document_id: int
    label: str
    kind: str
    stage: Stage
    since: datetime
    gross: Decimal
    currency: str
    store_code: str
    link_id: int
    link_slug: str
    owner: str


@dataclass(frozen=True, slots=True)
class Facts:
    orders: Sequence[Standing]
    limits: Limits


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    return Facts(_standing(now), limits(figures))


def _standing(now: datetime) -> list[Standing]:
    """Orders beyond capture, longest first. Left out: what another exception explains.

    A sale or return that its owner does not have yet is an exception of its own; so are an open
    hold, an outcome that nobody knows, a system in trouble and a queue that is behind.
    """
    later = range(KEYS.index(CAPTURED) + 1, len(KEYS))
    holds = public.holds().filter(document=OuterRef("pk"), closed_at__isnull=True)
    known = Q(state="unknown") | Q(state="ready", waiting=False, not_before__lte=now)
    explained = public.transfers().filter(known, document=OuterRef("pk"))
    orders: Any = open_orders(SALE, RETURN)
    orders = orders.filter(place__in=later, link__isnull=False)
    orders = orders.filter(link__owner__state="active", link__owner__trouble="")
    orders = orders.exclude(Exists(holds)).exclude(Exists(explained))
    rows = list(orders.select_related("link__owner").order_by("since", "pk"))
    labels = describe_documents([row.pk for row in rows[:SAMPLES]])
    return [_order(row, labels.get(row.pk, "")) for row in rows]


def _order(row: Any, label: str) -> Standing:
    return Standing(
        document_id=row.pk,
        label=label or f"receipt {row}",
        kind=row.kind,
        stage=stage_named(KEYS[row.place], template=row.link.template, kind=row.kind),
        since=row.since,
        gross=row.gross,
        currency=row.currency,
        store_code=row.store_code,
        link_id=row.link_id,
        link_slug=row.link.slug,
        owner=row.link.owner.label,
    )


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    """One finding for each stage of each link in which orders have stopped."""
    groups: dict[tuple[int, str, str], list[Standing]] = {}
    for each in facts.orders:
        key = (each.link_id, each.kind, each.stage.key)
        if is_stuck(facts.limits, key, each.since, now=now):
            groups.setdefault(key, []).append(each)
    return [_finding(group, now=now, figures=figures) for group in groups.values()]


def _finding(group: Sequence[Standing], *, now: datetime, figures: Assumptions) -> Finding:
    first = group[0]
    stores = {each.store_code for each in group}
    names = [each.label for each in group[:SAMPLES]]
    totals = add_up((each.currency, each.gross) for each in group)
    return Finding(
        type=TYPE,
        subject=f"{first.kind} {first.stage.key}",
        title=_title(group),
        summary=f"Longest first: {listed(names)}.",
        stake=stopped(totals, age=now - first.since, count=len(group), figures=figures),
        scope=f"link:{first.link_slug}",
        link_id=first.link_id,
        store_code=stores.pop() if len(stores) == 1 else "",
        count=len(group),
        occurrences=tuple(_occurrence(each) for each in group[:LISTED]),
        detail={"stage": first.stage.key, "records": names, "oldest": first.since.isoformat()},
    )


def _title(group: Sequence[Standing]) -> str:
    first = group[0]
    where = f"at {first.owner}: “{first.stage.label}”"
    if len(group) == 1:
        label = f"{first.label[:1].upper()}{first.label[1:]}"
        return f"{label} has stopped {where}. It waits for {first.stage.waits_for}."
    many = counted(len(group), first.kind)
    return f"{many} have stopped {where}. Each waits for {first.stage.waits_for}."


def _occurrence(each: Standing) -> Occurrence:
    return Occurrence(
        ref=f"document:{each.document_id}",
        since=each.since,
        value=each.gross,
        currency=each.currency,
        document_id=each.document_id,
    )
