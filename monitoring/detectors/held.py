"""Open holds, folded into causes: what most detectors look at."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as fresh
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from integrations import public
from monitoring import registry
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity
from monitoring.value import Assumptions, Stake, waiting
from monitoring.words import counted, listed

SAMPLES = 3  # records named in a summary
STORES = 5


class Held(NamedTuple):
    """One open hold."""

    pk: int
    kind: str
    subject: str
    table: str
    field: str
    sentence: str
    link_id: int | None
    connection_id: int | None
    document_id: int | None
    transfer_id: int | None
    event_id: int | None
    store_code: str
    value: Decimal
    currency: str
    opened_at: datetime

    @property
    def record(self) -> str:
        """The record that waits: several holds of one document count once."""
        if self.document_id:
            return f"document:{self.document_id}"
        return f"transfer:{self.transfer_id}" if self.transfer_id else f"event:{self.event_id}"

    @property
    def cause(self) -> tuple[Any, ...]:
        scope = None if self.link_id else self.connection_id
        return (self.kind, self.subject, self.table, self.link_id, scope)


@dataclass(slots=True)
class HeldCause:
    """Everything held for one reason. `totals` count each record once, by currency."""

    kind: str
    subject: str
    table: str
    field: str
    sentence: str
    scope: str
    owner: str  # the name of the system that should have it
    link_id: int | None
    connection_id: int | None
    oldest: datetime
    occurrences: list[Occurrence] = fresh(default_factory=list)
    records: dict[str, tuple[str, Decimal]] = fresh(default_factory=dict)
    stores: dict[str, None] = fresh(default_factory=dict)
    samples: list[str] = fresh(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.records)

    @property
    def totals(self) -> dict[str, Decimal]:
        totals: dict[str, Decimal] = {}
        for currency, value in self.records.values():
            totals[currency] = totals.get(currency, Decimal(0)) + value
        return totals

    @property
    def documents(self) -> list[int]:
        ids = (each.document_id for each in self.occurrences if each.document_id)
        return list(dict.fromkeys(ids))


def held_causes(kind: str) -> list[HeldCause]:
    """Return the causes that the type `kind` shows, oldest first. Five queries, whatever is held.

    The fall-back type also gets every kind that no type of its own takes.
    """
    causes: dict[tuple[Any, ...], HeldCause] = {}
    names = _Names.read()
    for hold in _rows(kind):
        cause = causes.get(hold.cause)
        if cause is None:
            cause = causes[hold.cause] = names.begin(hold)
        _add(cause, hold)
    _name_samples(causes.values())
    return list(causes.values())


def _rows(kind: str) -> Iterator[Held]:
    holds = public.holds().filter(closed_at__isnull=True).order_by("opened_at", "pk")
    if kind == registry.FALLBACK:
        holds = holds.exclude(kind__in=registry.kinds_with_a_home())
    else:
        holds = holds.filter(kind=kind)
    return map(Held._make, holds.values_list(*Held._fields).iterator(chunk_size=2000))


def _add(cause: HeldCause, hold: Held) -> None:
    cause.occurrences.append(
        Occurrence(
            ref=f"hold:{hold.pk}",
            since=hold.opened_at,
            value=hold.value,
            currency=hold.currency,
            hold_id=hold.pk,
            document_id=hold.document_id,
            transfer_id=hold.transfer_id,
            event_id=hold.event_id,
        )
    )
    known = cause.records.get(hold.record)
    if known is None or hold.value > known[1]:
        cause.records[hold.record] = (hold.currency, hold.value)
    if hold.store_code:
        cause.stores.setdefault(hold.store_code)


@dataclass(frozen=True, slots=True)
class _Names:
    """What links and connections are called."""

    links: dict[int, tuple[str, str]]  # slug, the owner's label
    connections: dict[int, tuple[str, str]]  # slug, label

    @classmethod
    def read(cls) -> "_Names":
        links = public.links().values_list("pk", "slug", "owner__label")
        connections = public.connections().values_list("pk", "slug", "label")
        return cls(
            {pk: (slug, owner) for pk, slug, owner in links},
            {pk: (slug, label) for pk, slug, label in connections},
        )

    def begin(self, hold: Held) -> HeldCause:
        scope, owner = self._scope(hold)
        return HeldCause(
            kind=hold.kind,
            subject=hold.subject,
            table=hold.table,
            field=hold.field,
            sentence=hold.sentence,
            scope=":".join(filter(None, (scope, hold.table))),
            owner=owner,
            link_id=hold.link_id,
            connection_id=hold.connection_id,
            oldest=hold.opened_at,
        )

    def _scope(self, hold: Held) -> tuple[str, str]:
        if hold.link_id is not None:
            slug, owner = self.links[hold.link_id]
            return f"link:{slug}", owner
        slug, label = self.connections.get(hold.connection_id or 0, ("", "the other system"))
        return f"connection:{slug}", label


def _name_samples(causes: Iterable[HeldCause]) -> None:
    """Put receipt, store and goods of the first records into each cause: two queries for all."""
    wanted = {pk for cause in causes for pk in cause.documents[:SAMPLES]}
    labels = describe_documents(wanted)
    for cause in causes:
        cause.samples = [labels[pk] for pk in cause.documents[:SAMPLES] if pk in labels]


def describe_documents(ids: Iterable[int]) -> dict[int, str]:
    """Return "receipt R-1 at Leeds (RJ-NVY-M)" for each document. Two queries a thousand ids."""
    skus: dict[int, list[str]] = {}
    labels = {}
    for chunk in _chunks(sorted(ids), 500):
        lines = public.document_lines().filter(document_id__in=chunk).order_by("pk")
        for pk, sku in lines.values_list("document_id", "sku"):
            skus.setdefault(pk, []).append(sku)
        documents = public.documents().filter(pk__in=chunk)
        fields = ("pk", "number", "external_id", "store__name", "store_code")
        for pk, number, external_id, store, code in documents.values_list(*fields):
            goods = f" ({listed(skus[pk], most=2)})" if pk in skus else ""
            place = f" at {store or code}" if store or code else ""
            labels[pk] = f"receipt {number or external_id}{place}{goods}"
    return labels


def _chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def summary(cause: HeldCause) -> str:
    """Say what the cause holds up: how many, where, and which by name."""
    stores = f" in {counted(len(cause.stores), 'store')}" if len(cause.stores) > 1 else ""
    rest = cause.count - len(cause.samples)
    names = listed(
        [*cause.samples, *([f"{rest:,} more"] if rest and cause.samples else [])], most=9
    )
    return f"Holds up {counted(cause.count)}{stores}{': ' if names else ''}{names}."


def cause_finding(
    type: ExceptionType,
    cause: HeldCause,
    *,
    figures: Assumptions,
    title: str = "",
    stake: Stake | None = None,
    severity: Severity | None = None,
) -> Finding:
    """Return the finding of a cause; the title is the hold's own sentence unless one is given."""
    foreign = "" if cause.kind == type.key else f":{cause.kind}"
    return Finding(
        type=type,
        subject=cause.subject,
        title=title or cause.sentence,
        summary=summary(cause),
        stake=stake or waiting(cause.totals, count=cause.count, figures=figures),
        scope=f"{cause.scope}{foreign}",
        link_id=cause.link_id,
        connection_id=cause.connection_id,
        store_code=next(iter(cause.stores)) if len(cause.stores) == 1 else "",
        count=cause.count,
        occurrences=tuple(cause.occurrences),
        detail=_detail(cause),
        severity=severity,
    )


def named_title(prefix: str, cause: HeldCause) -> str:
    """Return the hold's sentence, led by `prefix` unless it names its record itself."""
    return cause.sentence if cause.subject in cause.sentence else f"{prefix} {cause.sentence}"


def _detail(cause: HeldCause) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "cause": cause.sentence,
        "table": cause.table,
        "field": cause.field,
        "stores": list(cause.stores)[:STORES],
        "records": cause.samples,
        "oldest": cause.oldest.isoformat(),
    }
