"""Records that are incomplete or unreadable, and all that is held and has no type of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef

from integrations import public
from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.value import Assumptions, add_up, waiting
from monitoring.words import counted, listed
from monitoring.working_time import Wait

LISTED = 500

TYPE = ExceptionType(
    key="VALIDATION_FAILED",
    code="E07",
    title="Record is incomplete or cannot be read",
    owner=TeamCode.OPS,
    severity=Severity.MEDIUM,
    sla_first=Wait(minutes=60),
    sla_resolve=Wait(days=1),
    first_step="Complete the record at its source; then read it again and post.",
    blocks=("posting",),
    takes_holds=True,
)


@dataclass(frozen=True, slots=True)
class Stray:
    """A record that waits, and nothing says for what. There should be none."""

    ref: str
    what: str  # transfers, receipts, messages
    name: str
    since: datetime
    value: Decimal
    currency: str
    patience: str  # the figure that says how long it may wait; empty: not at all


@dataclass(frozen=True, slots=True)
class Facts:
    causes: Sequence[HeldCause]
    strays: Sequence[Stray]


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    strays = [*_transfers(), *_documents(), *_events()]
    return Facts(held_causes(TYPE.key), strays)


def _transfers() -> Iterator[Stray]:
    holds = public.holds().filter(transfer=OuterRef("pk"), closed_at__isnull=True)
    rows = public.transfers().filter(state="held").exclude(Exists(holds))
    for pk, key, at, value, currency in rows.order_by("created_at", "pk").values_list(
        "pk", "key", "created_at", "value", "currency"
    ):
        yield Stray(f"transfer:{pk}", "transfer", key, at, value, currency, "")


def _documents() -> Iterator[Stray]:
    holds = public.holds().filter(document=OuterRef("pk"), closed_at__isnull=True)
    rows = public.documents().filter(state="held").exclude(Exists(holds))
    for pk, number, at, gross, currency in rows.order_by("received_at", "pk").values_list(
        "pk", "number", "received_at", "gross", "currency"
    ):
        yield Stray(f"document:{pk}", "receipt", number, at, gross, currency, "")


def _events() -> Iterator[Stray]:
    """Held without a hold of itself or its documents; or parked without a document."""
    holds = public.holds().filter(closed_at__isnull=True)
    own = holds.filter(event=OuterRef("pk"))
    theirs = holds.filter(document__event=OuterRef("pk"))
    later = holds.filter(  # a later version of a receipt is held by the receipt's own hold
        document__connection=OuterRef("connection"),
        document__external_id=OuterRef("external_id"),
    )
    documents = public.documents().filter(event=OuterRef("pk"))
    held = public.events().filter(state="held")
    for explained in (own, theirs, later):
        held = held.exclude(Exists(explained))
    parked = public.events().filter(state="parked").exclude(Exists(documents))
    for rows, patience in ((held, ""), (parked, "parked-hours")):
        for pk, topic, external_id, at in rows.order_by("received_at", "pk").values_list(
            "pk", "topic", "external_id", "received_at"
        ):
            name = f"{topic} {external_id}"
            yield Stray(f"event:{pk}", "message", name, at, Decimal(0), "", patience)


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    held = [cause_finding(TYPE, cause, figures=figures) for cause in facts.causes]
    groups: dict[tuple[str, str], list[Stray]] = {}
    for each in facts.strays:
        if not each.patience or now - each.since >= figures.hours(each.patience):
            groups.setdefault((each.what, each.patience), []).append(each)
    return [*held, *(_strays(group, figures) for group in groups.values())]


def _strays(group: Sequence[Stray], figures: Assumptions) -> Finding:
    first = group[0]
    totals = add_up((each.currency, each.value) for each in group)
    many = counted(len(group), first.what)
    waits = "wait for another record that has not come" if first.patience else "wait unexplained"
    return Finding(
        type=TYPE,
        subject=f"{first.what} {'parked' if first.patience else 'without a reason'}",
        title=f"{many}: {waits}.",
        summary=f"Oldest first: {listed([each.name for each in group[:3]])}.",
        stake=waiting(totals, count=len(group), figures=figures),
        count=len(group),
        occurrences=tuple(_occurrence(each) for each in group[:LISTED]),
        detail={"oldest": first.since.isoformat()},
    )


def _occurrence(each: Stray) -> Occurrence:
    kind, _, pk = each.ref.partition(":")
    return Occurrence(
        ref=each.ref,
        since=each.since,
        value=each.value,
        currency=each.currency,
        transfer_id=int(pk) if kind == "transfer" else None,
        document_id=int(pk) if kind == "document" else None,
        event_id=int(pk) if kind == "event" else None,
    )
