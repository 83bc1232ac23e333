"""Receipt numbers that a till used and we never saw."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from integrations import public
from monitoring.detectors.remembered import remembered_details
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions, gaps
from monitoring.words import counted
from monitoring.working_time import Wait

WINDOW = timedelta(days=3)  # older gaps are looked for only while their case is open
LARGEST = 500  # a longer jump is a new series of numbers, not so many lost receipts
NUMBER = re.compile(r"^(.*?)(\d{1,12})$", re.DOTALL)

TYPE = ExceptionType(
    key="RECEIPT_GAP",
    code="E20",
    title="Receipt numbers are missing",
    owner=TeamCode.OPS,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=60),
    sla_resolve=Wait(same_day=True),
    first_step="Ask the till to send again; confirm numbers that were voided.",
    blocks=("seal",),
    every=timedelta(minutes=1),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One receipt number as a till printed it."""

    connection_id: int
    slug: str
    store_code: str
    register_id: str
    number: str
    received_at: datetime
    gross: Decimal
    currency: str

    @property
    def till(self) -> tuple[str, str, str]:
        return (self.slug, self.store_code, self.register_id)


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` to `last` of one till are missing; the next one arrived at `noticed_at`."""

    connection_id: int
    slug: str
    store_code: str
    register_id: str
    prefix: str
    width: int
    first: int
    last: int
    noticed_at: datetime
    average: Decimal
    currency: str

    @property
    def missing(self) -> int:
        return self.last - self.first + 1

    def name(self, number: int) -> str:
        return f"{self.prefix}{number:0{self.width}d}"

    @property
    def names(self) -> list[str]:
        return [self.name(number) for number in range(self.first, self.last + 1)]


def gather(*, now: datetime, figures: Assumptions) -> list[Gap]:
    """Gaps among recent numbers, and older gaps of open cases that are still not filled."""
    fields = (
        *("connection_id", "connection__slug", "store_code", "register_id", "number"),
        *("received_at", "gross", "currency"),
    )
    recent = (
        public.documents()
        .filter(kind__in=("sale", "return"), placed_at__gt=now - WINDOW)
        .exclude(register_id="")
        .exclude(number="")
    )
    seen = [Seen(*row) for row in recent.values_list(*fields).iterator(chunk_size=5000)]
    found = list(gaps_in(seen))
    known = {(gap.slug, gap.store_code, gap.register_id, gap.last) for gap in found}
    older = (recall(detail) for detail in remembered_details(TYPE.key) if "gap" in detail)
    return [
        *found,
        *(
            gap
            for gap in older
            if (gap.slug, gap.store_code, gap.register_id, gap.last) not in known
            and not _is_filled(gap)
        ),
    ]


def gaps_in(seen: Iterable[Seen]) -> Iterator[Gap]:
    """Yield the holes in each till's series. A prefix of its own is a series of its own."""
    series: dict[tuple[str, ...], dict[int, Seen]] = {}
    for each in seen:
        if match := NUMBER.match(each.number):
            prefix, digits = match.groups()
            series.setdefault((*each.till, prefix), {}).setdefault(int(digits), each)
    for key, numbers in series.items():
        yield from _holes(key[-1], numbers)


def _holes(prefix: str, numbers: dict[int, Seen]) -> Iterator[Gap]:
    ordered = sorted(numbers)
    average = sum((each.gross for each in numbers.values()), Decimal(0)) / len(numbers)
    later: datetime | None = None
    found = []
    for low, high in reversed(list(pairwise(ordered))):
        after = numbers[high]
        later = after.received_at if later is None else min(later, after.received_at)
        if 1 < high - low <= LARGEST:
            found.append(_gap(prefix, low, high, after, noticed_at=later, average=average))
    yield from reversed(found)


def _gap(
    prefix: str, low: int, high: int, after: Seen, *, noticed_at: datetime, average: Decimal
) -> Gap:
    return Gap(
        connection_id=after.connection_id,
        slug=after.slug,
        store_code=after.store_code,
        register_id=after.register_id,
        prefix=prefix,
        width=len(after.number) - len(prefix),
        first=low + 1,
        last=high - 1,
        noticed_at=noticed_at,
        average=average,
        currency=after.currency,
    )


def recall(detail: Mapping[str, Any]) -> Gap:
    """The gap that a case's detail describes."""
    kept = dict(detail["gap"])
    kept["noticed_at"] = datetime.fromisoformat(kept["noticed_at"])
    kept["average"] = Decimal(kept["average"])
    return Gap(**kept)


def _is_filled(gap: Gap) -> bool:
    names = gap.names
    arrived = public.documents().filter(connection_id=gap.connection_id, number__in=names)
    return arrived.values("number").distinct().count() == gap.missing


def detect(facts: Sequence[Gap], *, now: datetime, figures: Assumptions) -> list[Finding]:
    grace = figures.minutes("receipt-grace-minutes")
    return [_finding(gap) for gap in facts if now - gap.noticed_at >= grace]


def _finding(gap: Gap) -> Finding:
    first, last = gap.name(gap.first), gap.name(gap.last)
    numbers = f"number {last}" if gap.missing == 1 else f"numbers {first} to {last}"
    return Finding(
        type=TYPE,
        subject=f"{gap.store_code}/{gap.register_id}/{last}",
        title=f"Till {gap.register_id} at {gap.store_code}: receipt {numbers} never arrived.",
        summary=f"{counted(gap.missing, 'receipt')} missing; later ones of the same till are here.",
        stake=gaps(missing=gap.missing, average=gap.average, currency=gap.currency),
        scope=f"connection:{gap.slug}",
        connection_id=gap.connection_id,
        store_code=gap.store_code,
        count=gap.missing,
        detail={"gap": _kept(gap), "stores": [gap.store_code]},
    )


def _kept(gap: Gap) -> dict[str, object]:
    kept = {name: getattr(gap, name) for name in Gap.__slots__}
    return kept | {"noticed_at": gap.noticed_at.isoformat(), "average": str(gap.average)}
