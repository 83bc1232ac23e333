"""The same sale twice at a target, or the same receipt twice from the tills."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from integrations import public
from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.detectors.remembered import remembered_documents
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.kit.formats import money
from monitoring.value import Assumptions, Stake
from monitoring.words import counted
from monitoring.working_time import Wait

WINDOW = timedelta(days=7)  # older receipts are compared only while their case is open
SENT = ("posting", "posted")

TYPE = ExceptionType(
    key="DUPLICATE_POSTING",
    code="E11",
    title="The same sale exists twice",
    owner=TeamCode.FIN,
    severity=Severity.CRITICAL,
    sla_first=Wait(minutes=30),
    sla_resolve=Wait(same_day=True),
    first_step="Choose the survivor; reverse the other; check its stock and its journal.",
    blocks=("journal", "seal"),
    takes_holds=True,
    every=timedelta(minutes=1),
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One sent receipt. Two with the same natural key are one receipt that was sent twice."""

    document_id: int
    connection_id: int
    slug: str
    kind: str
    store_code: str
    register_id: str
    number: str
    gross: Decimal
    currency: str
    since: datetime

    @property
    def natural_key(self) -> tuple[str, ...]:
        return (self.slug, self.kind, self.store_code, self.register_id, self.number)


@dataclass(frozen=True, slots=True)
class Shared:
    """A target record that several documents claim as theirs."""

    connection_id: int
    slug: str
    label: str
    kind: str
    external_id: str
    documents: tuple[tuple[int, str, Decimal, str, datetime], ...]  # id, number, gross, currency


@dataclass(frozen=True, slots=True)
class Facts:
    causes: Sequence[HeldCause]
    receipts: Sequence[Receipt]
    shared: Sequence[Shared]


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    known = remembered_documents(TYPE.key)
    return Facts(held_causes(TYPE.key), _receipts(now, known), _shared(now, known))


def _receipts(now: datetime, known: list[int]) -> list[Receipt]:
    sent = public.documents().filter(kind__in=("sale", "return"), state__in=SENT)
    sent = sent.exclude(number="").filter(Q(placed_at__gt=now - WINDOW) | Q(pk__in=known))
    key = ("connection_id", "kind", "store_code", "register_id", "number")
    twice = sent.order_by().values_list(*key).annotate(n=Count("pk")).filter(n__gt=1)
    wanted = {row[:-1] for row in twice}
    if not wanted:
        return []
    numbers = {row[-1] for row in wanted}
    fields = (*key, "pk", "connection__slug", "gross", "currency", "received_at")
    rows = sent.filter(number__in=numbers).order_by("received_at", "pk").values_list(*fields)
    return [
        Receipt(pk, connection, slug, kind, store, register, number, gross, currency, at)
        for connection, kind, store, register, number, pk, slug, gross, currency, at in rows
        if (connection, kind, store, register, number) in wanted
    ]


def _shared(now: datetime, known: list[int]) -> list[Shared]:
    links = public.document_links().filter(
        Q(linked_at__gt=now - WINDOW) | Q(document_id__in=known), kind__in=("order", "credit")
    )
    key = ("connection_id", "kind", "external_id")
    twice = links.order_by().values_list(*key).annotate(n=Count("document")).filter(n__gt=1)
    return [_claimants(*row[:3]) for row in twice[:100]]


def _claimants(connection_id: int, kind: str, external_id: str) -> Shared:
    links = public.document_links().filter(
        connection_id=connection_id, kind=kind, external_id=external_id
    )
    rows = list(links.select_related("document", "connection").order_by("linked_at", "pk"))
    return Shared(
        connection_id,
        rows[0].connection.slug,
        rows[0].connection.label,
        kind,
        external_id,
        tuple(
            (r.document_id, str(r.document), r.document.gross, r.document.currency, r.linked_at)
            for r in rows
        ),
    )


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    held = [cause_finding(TYPE, cause, figures=figures) for cause in facts.causes]
    return [*held, *_twice(facts.receipts), *map(_claimed_twice, facts.shared)]


def _twice(receipts: Sequence[Receipt]) -> Iterator[Finding]:
    groups: dict[tuple[str, ...], list[Receipt]] = {}
    for each in receipts:
        groups.setdefault(each.natural_key, []).append(each)
    for group in groups.values():
        if len(group) > 1:
            yield _sent_twice(group)


def _sent_twice(group: Sequence[Receipt]) -> Finding:
    first, *extra = group
    times = counted(len(group), "time")
    return Finding(
        type=TYPE,
        subject="/".join(first.natural_key[1:]),
        title=f"Receipt {first.number} of till {first.register_id} was sent {times}.",
        summary="Several records of the tills carry the same receipt number.",
        stake=_extras([each.gross for each in extra], first.currency),
        scope=f"connection:{first.slug}",
        connection_id=first.connection_id,
        store_code=first.store_code,
        count=len(group),
        occurrences=tuple(
            Occurrence(
                ref=f"document:{each.document_id}",
                since=each.since,
                value=each.gross,
                currency=each.currency,
                document_id=each.document_id,
            )
            for each in group
        ),
    )


def _claimed_twice(shared: Shared) -> Finding:
    names = " and ".join(number for _, number, *_ in shared.documents[:3])
    _, _, _, currency, _ = shared.documents[0]
    return Finding(
        type=TYPE,
        subject=f"{shared.kind} {shared.external_id}",
        title=f"{shared.label} {shared.kind} {shared.external_id} stands for {names}.",
        summary="Only one of them can be right; the other is not in the ledger.",
        stake=_extras([gross for _, _, gross, _, _ in shared.documents[1:]], currency),
        scope=f"connection:{shared.slug}",
        connection_id=shared.connection_id,
        count=len(shared.documents),
        occurrences=tuple(
            Occurrence(ref=f"document:{pk}", since=at, value=gross, currency=code, document_id=pk)
            for pk, _, gross, code, at in shared.documents
        ),
    )


def _extras(extras: Sequence[Decimal], currency: str) -> Stake:
    total = sum(extras, Decimal(0))
    formula = f"{money(total, currency)} = gross value of {counted(len(extras), 'extra record')}"
    return Stake(total, currency, True, formula)
