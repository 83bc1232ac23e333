"""A channel is about to sell what is not there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from integrations import public
from monitoring.detectors.remembered import remembered_details
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.kit.formats import age, quantity
from monitoring.services.cover import lag_of, scarce
from monitoring.services.goods import Goods, goods_of
from monitoring.value import Assumptions, emptied, overpromised
from monitoring.words import counted, listed
from monitoring.working_time import Wait

MOST = 500  # late levels looked at

TYPE = ExceptionType(
    key="OVERSELL_RISK",
    code="E25",
    title="About to sell what we do not have",
    owner=TeamCode.OPS,
    severity=Severity.CRITICAL,
    sla_first=Wait(minutes=10, round_the_clock=True),
    sla_resolve=Wait(minutes=30, round_the_clock=True),
    first_step="Lower the promise or hold units back; unblock the route that tells it.",
    blocks=("stock",),
    snooze_limit=timedelta(hours=4),
    every=timedelta(minutes=1),
)


@dataclass(frozen=True, slots=True)
class Fast:
    """A promise that its sales empty in `cover`; telling takes `lag`."""

    link: public.Link
    place: str
    name: str
    sku: str
    promise: Decimal
    per_hour: Decimal
    cover: timedelta
    lag: timedelta
    price: Decimal
    is_open: bool  # its case is there already


@dataclass(frozen=True, slots=True)
class Late:
    """Lower levels of last units that a channel has not taken for longer than `patience`."""

    link: public.Link
    since: datetime
    patience: timedelta
    transfers: tuple[tuple[int, str, datetime], ...]  # id, SKU, made
    excess: Decimal  # promised too much
    price: Decimal  # net, of one unit on average


def gather(*, now: datetime, figures: Assumptions) -> list[Fast | Late]:
    """A handful of queries for each link. A channel in trouble explains its own and is left out."""
    known = {detail.get("key") for detail in remembered_details(TYPE.key)}
    found: list[Fast | Late] = []
    for link in public.links().filter(enabled=True):
        if link.channel.state != "active" or link.channel.trouble:
            continue
        lag = lag_of(link, now=now)
        found += _fast(link, lag, known)
        found += _late(link, max(2 * lag, figures.seconds("lag-seconds")), now)
    return found


def _fast(link: public.Link, lag: timedelta, known: set[object]) -> Iterator[Fast]:
    rows = scarce(link, within=lag * 4)
    goods = goods_of(row.level.sku for row in rows)
    places = public.mapping_rows().filter(link=link, table="store-warehouse")
    names = dict(places.values_list("source_value", "source_label"))
    for row in rows:
        place = row.level.location_code
        yield Fast(
            link=link,
            place=place,
            name=names.get(place) or place,
            sku=row.level.sku,
            promise=row.promise,
            per_hour=row.per_hour,
            cover=row.cover,
            lag=lag,
            price=goods.get(row.level.sku, Goods()).net,
            is_open=_key(link.slug, place, row.level.sku) in known,
        )


def _late(link: public.Link, patience: timedelta, now: datetime) -> Iterator[Late]:
    waiting = (
        public.transfers()
        .unfinished()
        .filter(
            connection=link.channel_id,
            operation="set-level",
            lane=public.Transfer.Lane.LAST_UNITS,
            created_at__lte=now - patience,
        )
        .order_by("created_at", "pk")[:MOST]
    )
    rows = list(waiting)
    shown = _shown(link, {row.sku for row in rows})
    late, excess = [], Decimal(0)
    for row in rows:
        over = shown.get((row.location_code, row.sku), Decimal(0)) - Decimal(row.payload["level"])
        if over > 0:
            late.append((row.pk, row.sku, row.created_at))
            excess += over
    if late:
        prices = [each.net for each in goods_of(sku for _, sku, _ in late).values()]
        average = sum(prices, Decimal(0)) / max(len(prices), 1)
        yield Late(link, late[0][2], patience, tuple(late), excess, average)


def _shown(link: public.Link, skus: set[str]) -> dict[tuple[str, str], Decimal]:
    levels = public.channel_levels().filter(
        connection=link.channel_id, sku__in=skus, told__isnull=False
    )
    rows = levels.values_list("location_code", "sku", "told")
    return {(place, sku): told for place, sku, told in rows if told is not None}


def detect(facts: Sequence[Fast | Late], *, now: datetime, figures: Assumptions) -> list[Finding]:
    found = []
    for each in facts:
        if isinstance(each, Late):
            if now - each.since >= each.patience:
                found.append(_late_finding(each, now, figures))
        elif each.cover < each.lag * (4 if each.is_open else 2):
            found.append(_fast_finding(each, figures))
    return found


def _key(link: str, place: str, sku: str) -> str:
    return f"{link} {place} {sku}"


def _fast_finding(each: Fast, figures: Assumptions) -> Finding:
    lag_hours = Decimal(int(each.lag.total_seconds())) / 3600
    units = min(each.promise, each.per_hour * lag_hours)
    title = (
        f"{each.sku} in {each.name}: {quantity(each.promise)} promised last {age(each.cover)}, "
        f"and {each.link.channel.label} needs {age(each.lag)} to know of a sale."
    )
    return Finding(
        type=TYPE,
        subject=f"{each.place} {each.sku}",
        title=title,
        summary=f"It sells {each.per_hour:.1f} an hour.",
        stake=emptied(units, price=each.price, figures=figures),
        scope=f"link:{each.link.slug}",
        link_id=each.link.pk,
        count=1,
        detail={"key": _key(each.link.slug, each.place, each.sku), "cause": title},
    )


def _late_finding(each: Late, now: datetime, figures: Assumptions) -> Finding:
    skus = list(dict.fromkeys(sku for _, sku, _ in each.transfers))
    many = counted(len(each.transfers), "lower level")
    title = (
        f"{each.link.channel.label} promises {quantity(each.excess)} too many: {many} of last "
        f"units not taken for {age(now - each.since)}."
    )
    return Finding(
        type=TYPE,
        subject="lower levels wait",
        title=title,
        summary=f"{listed(skus, most=5)}.",
        stake=overpromised(each.excess, price=each.price, figures=figures),
        scope=f"link:{each.link.slug}",
        link_id=each.link.pk,
        count=len(each.transfers),
        occurrences=tuple(
            Occurrence(ref=f"transfer:{pk}", since=at, transfer_id=pk)
            for pk, _, at in each.transfers
        ),
        detail={"cause": title, "oldest": each.since.isoformat()},
    )
