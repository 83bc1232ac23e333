"""The figures on Today: now, over the last days, and beside the same weekday before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.urls import reverse
from django.utils.safestring import SafeString

from integrations import public as hub
from integrations.public import Document
from monitoring.kit import charts, formats
from monitoring.public import ExceptionCase
from monitoring.services.measures import MEASURES, Measure, Reading, history

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Figure:
    """One tile. `value` is written out; empty while there is no figure, and `note` says why."""

    label: str
    value: str
    note: str
    source: str
    as_of: datetime | None
    is_old: bool
    line: SafeString | None
    url: str


def figures(queue: Sequence[dict[str, Any]], *, now: datetime) -> list[Figure]:
    """Return every figure; two queries each and one for what was before."""
    before = history(now=now)
    return [_figure(measure, before[measure.key], queue, now=now) for measure in MEASURES]


def _figure(
    measure: Measure,
    before: Sequence[Decimal | None],
    queue: Sequence[dict[str, Any]],
    *,
    now: datetime,
) -> Figure:
    reading = measure.read(now)
    known = reading.value is not None
    values = [*before, reading.value]
    drawn = sum(value is not None for value in values) > 1
    title = f"{measure.label}, the last {len(values)} days at this hour"
    return Figure(
        label=measure.label,
        value=_written(measure.unit, reading.value, reading.currency) if known else "",
        note=_note(measure, reading, before[0], queue) if known else measure.missing,
        source=measure.source,
        as_of=reading.as_of,
        is_old=reading.as_of is not None and now - reading.as_of > measure.patience,
        line=charts.sparkline(values, title=title) if drawn else None,
        url=reverse(measure.page) + (f"?{measure.query}" if measure.query else ""),
    )


def _written(unit: str, value: Decimal | None, currency: str) -> str:
    if unit == "money":
        return formats.money(value, currency)
    if unit == "seconds" and value is not None:
        return formats.age(timedelta(seconds=int(value))) if value else "None"
    return f"{formats.quantity(value)} units"


def _note(
    measure: Measure,
    reading: Reading,
    before: Decimal | None,
    queue: Sequence[dict[str, Any]],
) -> str:
    others = [
        formats.money(row["value"], row["currency"])
        for row in queue
        if measure.unit == "money" and row["currency"] != reading.currency and row["value"]
    ]
    more = f"and {' + '.join(others)}. " if others else ""
    if before is None:
        return f"{more}Nothing to compare with yet"
    return f"{more}{_written(measure.unit, before, reading.currency)} a week ago at this hour"


def queue_figures(*, now: datetime) -> list[dict[str, Any]]:
    """Return what is open per currency, the largest value first; currencies are never mixed.

    One query. A case is urgent when the clock that runs ends within the hour.
    """
    soon = now + timedelta(hours=1)
    first = Q(acknowledged_at__isnull=True, first_action_due__lt=soon)
    second = Q(acknowledged_at__isnull=False, resolve_due__lt=soon)
    rows: Any = ExceptionCase.objects.queue().order_by().values("currency")
    found = rows.annotate(
        value=Sum("value_at_risk"), causes=Count("pk"), urgent=Count("pk", filter=first | second)
    )
    return sorted(found, key=lambda row: (row["value"], row["currency"]), reverse=True)


def moved(now: datetime) -> dict[str, Any]:
    """Count the receipts of the last day by how they fared. One query."""
    state = Document.State
    going = (state.POSTING, state.PARKED)
    return (
        hub.documents()
        .receipts()
        .filter(received_at__gte=now - DAY)
        .aggregate(
            all=Count("pk"),
            done=Count("pk", filter=Q(state__in=(state.POSTED, state.SKIPPED))),
            held=Count("pk", filter=Q(state=state.HELD)),
            going=Count("pk", filter=Q(state__in=going)),
            oldest=Min("placed_at", filter=Q(state__in=going)),
        )
    )
