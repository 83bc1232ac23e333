"""Two systems disagree on stock, twice in a row, and it does not right itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from integrations import public
from integrations.canonical.money import round_money
from monitoring.detectors.remembered import remembered_details
from monitoring.drift import Cause
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.kit.formats import money, quantity
from monitoring.models import DriftCensus, DriftSample
from monitoring.value import Assumptions, Stake
from monitoring.words import counted, listed
from monitoring.working_time import Wait

PERSISTS = timedelta(hours=24)
LISTED = 200  # SKUs that a case remembers
# The others wait for a record that is an exception of its own, or right themselves.
WATCHED = (Cause.UNEXPLAINED, Cause.ONE_SIDED)

TYPE = ExceptionType(
    key="STOCK_DRIFT",
    code="E24",
    title="Two systems disagree on stock",
    owner=TeamCode.OPS,
    severity=Severity.MEDIUM,
    sla_first=Wait(minutes=240),
    sla_resolve=Wait(minutes=2 * 600),
    first_step="Look at what was booked at one side only; put it right there; compare again.",
    blocks=("stock",),
    every=timedelta(minutes=1),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One SKU at one place whose difference needs a person, in one of the last two censuses."""

    sku: str
    units: Decimal
    at_risk: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """What one cause parts at one place of one link, now and in the census before."""

    link_id: int
    link_slug: str
    place: str
    name: str
    owner: str
    channel: str
    cause: Cause
    latest: Mapping[str, Row]
    before: Mapping[str, Row]
    compared_at: datetime  # the census before
    remembered: frozenset[str]  # SKUs of its open case

    @property
    def rows(self) -> list[Row]:
        """What differs in both; of an open case, also what differs in one of them."""
        both = self.latest.keys() & self.before.keys()
        either = (self.latest.keys() | self.before.keys()) & self.remembered
        found = [self.latest.get(sku) or self.before[sku] for sku in sorted(both | either)]
        return sorted(found, key=lambda row: -row.at_risk)


def gather(*, now: datetime, figures: Assumptions) -> list[Group]:
    """Four queries for each link that was compared twice."""
    known: dict[str, set[str]] = {}
    for detail in remembered_details(TYPE.key):
        known.setdefault(detail.get("key", ""), set()).update(detail.get("skus", ()))
    names = _names()
    least = figures["drift-units"]
    return [
        group
        for link in public.links().filter(enabled=True)
        for group in _groups(link, names, least, known)
    ]


def _names() -> dict[str, str]:
    rows = public.mapping_rows().filter(table="store-warehouse")
    pairs = rows.values_list("source_value", "source_label")
    return {code: label or code for code, label in pairs}


Rows = dict[tuple[str, Cause], dict[str, Row]]


def _groups(
    link: public.Link, names: Mapping[str, str], least: Decimal, known: Mapping[str, set[str]]
) -> Iterable[Group]:
    censuses = list(DriftCensus.objects.filter(link=link)[:2])
    if len(censuses) < 2:
        return
    latest, before = (_rows(census, least) for census in censuses)
    for place, cause in sorted({*latest, *before}):
        yield Group(
            link_id=link.pk,
            link_slug=link.slug,
            place=place,
            name=names.get(place, place),
            owner=link.owner.label,
            channel=link.channel.label,
            cause=cause,
            latest=latest.get((place, cause), {}),
            before=before.get((place, cause), {}),
            compared_at=censuses[1].began_at,
            remembered=frozenset(known.get(_key(link.slug, place, cause), ())),
        )


def _rows(census: DriftCensus, least: Decimal) -> Rows:
    odd = DriftSample.objects.filter(census=census).filter(~Q(unexplained=0) | Q(cause__in=WATCHED))
    found: Rows = defaultdict(dict)
    for sample in odd.order_by("pk").iterator(chunk_size=2000):
        for part in sample.parts:
            units = Decimal(part["units"])
            if part["cause"] in WATCHED and abs(units) >= least:
                row = Row(sample.sku, units, sample.at_risk, part["label"])
                found[sample.location_code, Cause(part["cause"])][sample.sku] = row
    return found


def _key(link: str, place: str, cause: str) -> str:
    return f"{link} {place} {cause}"


def detect(facts: Sequence[Group], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(group, now, figures) for group in facts if group.rows]


def _finding(group: Group, now: datetime, figures: Assumptions) -> Finding:
    rows = group.rows
    units = sum((abs(row.units) for row in rows), Decimal(0))
    many = f"{quantity(units)} unit{'' if units == 1 else 's'} of {counted(len(rows), 'SKU')}"
    title = f"{group.name}: {group.owner} and {group.channel} differ by {many}; {_why(group, rows)}"
    persists = now - group.compared_at >= PERSISTS
    return Finding(
        type=TYPE,
        subject=f"{group.place} {group.cause}",
        title=title,
        summary=f"{listed([_named(row) for row in rows], most=5)}.",
        stake=_stake(rows, figures),
        scope=f"link:{group.link_slug}",
        link_id=group.link_id,
        count=len(rows),
        detail={
            "key": _key(group.link_slug, group.place, group.cause),
            "skus": [row.sku for row in rows[:LISTED]],
            "location": group.place,
            "cause": title,
            "records": [_named(row) for row in rows[:5]],
        },
        severity=Severity.HIGH if persists else Severity.MEDIUM,
    )


def _why(group: Group, rows: Sequence[Row]) -> str:
    if group.cause is Cause.UNEXPLAINED:
        return "no record says why."
    reasons = list(dict.fromkeys(row.why for row in rows))
    return f"probably {listed(reasons)}."


def _named(row: Row) -> str:
    return f"{row.sku} ({quantity(row.units)})"


def _stake(rows: Sequence[Row], figures: Assumptions) -> Stake:
    risk = round_money(sum((row.at_risk for row in rows), Decimal(0)), figures.currency)
    parts = f"units apart at cost, and what is promised too much, of {counted(len(rows), 'SKU')}"
    return Stake(risk, figures.currency, False, f"{money(risk, figures.currency)} = {parts}")
