"""The history of drift: every finished census is attributed to its causes and kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from integrations import public
from integrations.canonical.money import round_money
from integrations.public import ChannelLevel, Differences, Link
from monitoring.drift import Cause, Drift, Level, Part, explain
from monitoring.models import DriftCensus, DriftSample, DriftTotal, SalesRate
from monitoring.services.drift_facts import levels_of
from monitoring.services.figures import figures_in_force
from monitoring.services.goods import Goods, goods_of
from monitoring.value import LEAST_HOURS, Assumptions, drifted

CHUNK = 200  # rows attributed together
SAMPLES_KEPT = timedelta(days=60)
TOTALS_KEPT = timedelta(days=400)
THREE = Decimal("0.001")
Key = tuple[str, str, str]  # location, category, cause


@dataclass(frozen=True, slots=True)
class Row:
    """One differing level with everything that is said of it."""

    level: ChannelLevel
    sides: Level
    drift: Drift
    goods: Goods
    per_hour: Decimal


def keep_census(link: Link, began_at: datetime, now: datetime) -> None:
    """Attribute what a census found and store it, before anything is corrected.

    Safe to repeat: a census that is kept already is left as it is.
    """
    if DriftCensus.objects.filter(link=link, began_at=began_at).exists():
        return
    figures = figures_in_force()
    found = public.find_differences(link)
    with transaction.atomic():
        census = DriftCensus.objects.create(
            link=link,
            began_at=began_at,
            taken_at=now,
            levels=_counted(found),
            agreeing=sum(plain.levels for plain in found.plain.values()),
            unknown=sum(found.unknown.values()),
            currency=figures.currency,
        )
        totals = _policy(found)
        for start in range(0, len(found.odd), CHUNK):
            rows = _rows(found.odd[start : start + CHUNK], figures, now)
            DriftSample.objects.bulk_create(sample(census, row, figures) for row in rows)
            _add_up(totals, rows)
        DriftTotal.objects.bulk_create(_totals(census, totals))
        forget(link, now=now)


def forget(link: Link, *, now: datetime) -> None:
    """Rows of single SKUs are kept for two months, the sums for more than a year."""
    of_link = DriftCensus.objects.filter(link=link)
    DriftSample.objects.filter(
        census__in=of_link.filter(began_at__lt=now - SAMPLES_KEPT).values("pk")
    ).delete()
    of_link.filter(began_at__lt=now - TOTALS_KEPT).delete()


def _counted(found: Differences) -> int:
    agreeing = sum(plain.levels for plain in found.plain.values())
    return agreeing + sum(found.unknown.values()) + len(found.odd)


def _rows(ids: Sequence[int], figures: Assumptions, now: datetime) -> list[Row]:
    levels = list(public.channel_levels().filter(pk__in=ids).order_by("location_code", "sku"))
    patience = figures.minutes("sale-patience-minutes")
    sides = levels_of(levels, now=now, patience=patience)
    goods = goods_of(level.sku for level in levels)
    rates = rates_of(levels)
    rows = (
        Row(
            level=level,
            sides=sides[level.pk],
            drift=explain(sides[level.pk]),
            goods=goods.get(level.sku, Goods()),
            per_hour=rates.get((level.location_code, level.sku), Decimal(0)),
        )
        for level in levels
    )
    return [row for row in rows if row.drift.units is not None]


def rates_of(levels: Iterable[ChannelLevel]) -> dict[tuple[str, str], Decimal]:
    skus = {level.sku for level in levels}
    rows = SalesRate.objects.filter(sku__in=skus)
    return {
        (place, sku): per_hour
        for place, sku, per_hour in rows.values_list("location_code", "sku", "per_hour")
    }


def sample(census: DriftCensus, row: Row, figures: Assumptions) -> DriftSample:
    """Return the row of the history for one differing level; not saved."""
    level, sides, drift = row.level, row.sides, row.drift
    assert drift.units is not None
    assert sides.owner is not None
    assert sides.owner_at is not None
    assert sides.channel is not None
    stake = drifted(drift.units, price=row.goods.net, figures=figures)
    cover = max(sides.channel, Decimal(0)) / row.per_hour if row.per_hour else None
    hours = MOST_HOURS if cover is None else min(cover, MOST_HOURS)
    return DriftSample(
        census=census,
        connection_id=level.connection_id,
        location_code=level.location_code,
        sku=level.sku,
        name=row.goods.name,
        category=row.goods.category,
        owner=sides.owner,
        owner_at=sides.owner_at,
        channel=sides.channel,
        channel_at=sides.channel_at,
        is_read=sides.is_read,
        units=drift.units,
        size=abs(drift.units),
        unexplained=drift.unexplained,
        cause=drift.main or "",
        parts=[part_as_json(part) for part in drift.parts],
        value=abs(drift.units) * row.goods.gross,
        at_risk=stake.value,
        per_hour=row.per_hour.quantize(THREE),
        cover_hours=None if cover is None else hours.quantize(THREE),
        risk=round_money(stake.value / max(hours, LEAST_HOURS), figures.currency),
    )


MOST_HOURS = Decimal(28 * 24)  # cover of what did not sell in the window of the rates


def part_as_json(part: Part) -> dict[str, object]:
    return {
        "label": part.label,
        "units": str(part.units),
        "cause": str(part.kind),
        "refs": [[ref.kind, ref.pk, ref.label] for ref in part.refs[:20]],
    }


Sums = dict[Key, list[Decimal]]  # rows, units, value


def _policy(found: Differences) -> Sums:
    totals: Sums = defaultdict(lambda: [Decimal(0)] * 3)
    for place, plain in found.plain.items():
        if plain.policy:
            totals[place, "", Cause.POLICY] = [Decimal(plain.levels), plain.policy, Decimal(0)]
    return totals


def _add_up(totals: Sums, rows: Iterable[Row]) -> None:
    for row in rows:
        for part in row.drift.parts:
            if part.kind is Cause.POLICY:  # counted for the whole place
                continue
            key = (row.level.location_code, row.goods.category, str(part.kind))
            count, units, value = totals[key]
            size = abs(part.units)
            totals[key] = [count + 1, units + size, value + size * row.goods.gross]


def _totals(census: DriftCensus, totals: Sums) -> list[DriftTotal]:
    return [
        DriftTotal(
            census=census,
            location_code=place,
            category=category,
            cause=cause,
            rows=int(count),
            units=units,
            value=value,
        )
        for (place, category, cause), (count, units, value) in totals.items()
    ]
