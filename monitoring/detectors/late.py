"""Receipts that wait without a hold: parked too long, or planned and still not confirmed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from integrations import public
from monitoring.detectors.held import describe_documents
from monitoring.findings import ExceptionType, Finding, Occurrence
from monitoring.value import Assumptions, Stake, add_up, waiting
from monitoring.words import counted, listed

ARRIVING = ("create-order", "create-credit")  # once they are done, the owner knows the receipt
LISTED = 500  # records a case lists; it counts them all


@dataclass(frozen=True, slots=True)
class Late:
    """One receipt that should be at the owner by now, unless `since` is recent."""

    document_id: int
    label: str
    reason: str
    is_parked: bool
    since: datetime
    gross: Decimal
    currency: str
    store_code: str
    link_id: int
    link_slug: str
    owner: str
    parked_hours: int | None  # the link's own policy


def late_documents(kind: str, *, now: datetime, figures: Assumptions) -> list[Late]:
    """Return receipts of `kind` that may be late, oldest first.

    Left out: what has an open hold, because that is a cause of its own; what waits for a system
    that is down or paused, because that is counted in the case of the system; and what its owner
    has already, because an order that stops later is an exception of its own.
    """
    holds = public.holds().filter(document=OuterRef("pk"), closed_at__isnull=True)
    moving = Q(state="posting", received_at__lte=now - figures.minutes("sale-patience-minutes"))
    reachable = Q(link__owner__state="active", link__owner__trouble="")
    arrived = public.transfers().filter(
        document=OuterRef("pk"), operation__in=ARRIVING, state="posted"
    )
    documents = (
        public.documents()
        .filter(Q(state="parked") | moving & reachable, kind=kind, link__isnull=False)
        .exclude(Exists(holds))
        .exclude(Exists(arrived))
        .select_related("link__owner")
        .only(*FIELDS)
        .order_by("received_at", "pk")
    )
    rows = list(documents)
    labels = describe_documents([each.pk for each in rows[:3]])
    return [_late(each, labels.get(each.pk, "")) for each in rows]


FIELDS = (
    *("number", "external_id", "reason", "state", "received_at", "planned_at", "gross"),
    *("currency", "store_code", "link__slug", "link__policy", "link__owner__label"),
)


def _late(document: Any, label: str) -> Late:
    hours = document.link.policy.get("parked_hours")
    parked = document.state == "parked"
    return Late(
        document_id=document.pk,
        label=label or f"receipt {document}",
        reason=document.reason,
        is_parked=parked,
        since=document.received_at if parked else document.planned_at or document.received_at,
        gross=document.gross,
        currency=document.currency,
        store_code=document.store_code,
        link_id=document.link_id,
        link_slug=document.link.slug,
        owner=document.link.owner.label,
        parked_hours=int(hours) if hours is not None else None,
    )


def overdue(late: Iterable[Late], *, now: datetime, figures: Assumptions) -> Iterator[Late]:
    """Yield what has waited for its whole patience."""
    for each in late:
        if each.is_parked:
            own = each.parked_hours
            patience = figures.hours("parked-hours") if own is None else timedelta(hours=own)
        else:
            patience = figures.minutes("sale-patience-minutes")
        if now - each.since >= patience:
            yield each


def late_findings(
    type: ExceptionType, late: Iterable[Late], *, now: datetime, figures: Assumptions, what: str
) -> Iterator[Finding]:
    """Yield one finding for each parked receipt, and one a link for those merely on their way."""
    moving: dict[int, list[Late]] = {}
    for each in overdue(late, now=now, figures=figures):
        if each.is_parked:
            yield _parked(type, each, figures=figures, what=what)
        else:
            moving.setdefault(each.link_id, []).append(each)
    for group in moving.values():
        yield _on_the_way(type, group, figures=figures, what=what)


def _parked(type: ExceptionType, each: Late, *, figures: Assumptions, what: str) -> Finding:
    reason = each.reason or "It waits for another record that has not come."
    return Finding(
        type=type,
        subject=f"document {each.document_id}",
        title=f"{each.label[:1].upper()}{each.label[1:]}: {what} has not reached {each.owner}.",
        summary=reason,
        stake=_stake([each], figures),
        scope=f"link:{each.link_slug}",
        link_id=each.link_id,
        store_code=each.store_code,
        count=1,
        occurrences=(_occurrence(each),),
        detail={"cause": reason, "records": [each.label], "oldest": each.since.isoformat()},
    )


def _on_the_way(
    type: ExceptionType, group: list[Late], *, figures: Assumptions, what: str
) -> Finding:
    first = group[0]
    names = [each.label for each in group[:3]]
    many = f"{counted(len(group), what)} on the way to {first.owner}: not confirmed in time."
    return Finding(
        type=type,
        subject="not confirmed in time",
        title=many,
        summary=f"Oldest first: {listed(names)}.",
        stake=_stake(group, figures),
        scope=f"link:{first.link_slug}",
        link_id=first.link_id,
        count=len(group),
        occurrences=tuple(_occurrence(each) for each in group[:LISTED]),
        detail={"cause": many, "records": names, "oldest": first.since.isoformat()},
    )


def _stake(group: list[Late], figures: Assumptions) -> Stake:
    totals = add_up((each.currency, each.gross) for each in group)
    return waiting(totals, count=len(group), figures=figures)


def _occurrence(each: Late) -> Occurrence:
    return Occurrence(
        ref=f"document:{each.document_id}",
        since=each.since,
        value=each.gross,
        currency=each.currency,
        document_id=each.document_id,
    )
