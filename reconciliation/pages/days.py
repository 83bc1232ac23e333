"""The days: stores by trading days as a calendar of states, and what stands in the way."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from integrations import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from reconciliation.content import shown
from reconciliation.models import StoreDay, VarianceNote
from reconciliation.pages.spans import Span, span_of, span_tabs
from reconciliation.pages.takings import takings
from reconciliation.pages.words import ORDER, STUCK, DayWord, day_word, is_clean

STUCK_SHOWN = 12


@dataclass(frozen=True)
class Cell:
    """One store's one day in the grid."""

    on: date
    state: DayWord
    day: StoreDay | None
    url: str


@dataclass(frozen=True)
class Money:
    """Amounts by currency are never added together."""

    currency: str
    gross: Decimal


@dataclass(frozen=True)
class Headline:
    """The newest trading day over all stores."""

    on: date
    stores: int
    gross: Sequence[Money]
    ties: int  # complete, and every column agrees to the penny
    differs: int
    open: int


def days(request: HttpRequest) -> HttpResponse:
    """The grid of a span of days. A fixed number of queries."""
    today = now_of(request).date()
    newest = StoreDay.objects.order_by("-business_date").values_list("business_date", flat=True)
    last = newest.first() or today
    span = span_of(request, newest=last)
    found = in_span(span)
    cells = [cell for _, row in grid(found, span, today=today) for cell in row]
    context = {
        "span": span,
        "tabs": span_tabs(span, newest=last),
        "rows": grid(found, span, today=today),
        "legend": legend(cells),
        "headline": headline(found),
        "stuck": stuck(cells),
        "clean": sum(is_clean(day) for day in found),
        "prepared": sum(day.state == StoreDay.State.PREPARED for day in found),
        "signed": sum(day.state == StoreDay.State.SIGNED for day in found),
        "carried": carried(span),
        "today": today,
        "figure": takings(found, span.dates),
    }
    partial = "reconciliation/partials/_days.html"
    return render(request, "reconciliation/days.html", context, partial=partial)


def in_span(span: Span) -> list[StoreDay]:
    """Return the days of a span without their figures. One query."""
    rows = StoreDay.objects.between(span.first, span.last)
    return list(rows.defer("content", "seal_lines"))


def grid(
    found: Iterable[StoreDay], span: Span, *, today: date
) -> list[tuple[public.Store, list[Cell]]]:
    """Lay the days out by store. One query."""
    by_place = {(day.store_code, day.business_date): day for day in found}
    return [
        (store, [_cell(store.code, on, by_place.get((store.code, on)), today) for on in span.dates])
        for store in public.stores()
    ]


def _cell(code: str, on: date, day: StoreDay | None, today: date) -> Cell:
    return Cell(on, day_word(day, today=today), day, reverse("day", args=[code, f"{on:%Y-%m-%d}"]))


def legend(cells: Iterable[Cell]) -> list[tuple[DayWord, int]]:
    """Return how many days stand in each state, what needs somebody first."""
    counted = Counter(cell.state for cell in cells)
    return [(state, counted[state]) for state in ORDER if counted[state]]


def headline(found: Sequence[StoreDay]) -> Headline | None:
    """Return the figures of the newest day; None when nothing was sold at all."""
    if not found:
        return None
    on = max(day.business_date for day in found)
    rows = [day for day in found if day.business_date == on]
    done = [day for day in rows if day.state != StoreDay.State.COLLECTING]
    ties = sum(not day.variances for day in done)
    return Headline(on, len(rows), by_currency(rows), ties, len(done) - ties, len(rows) - len(done))


def by_currency(days: Iterable[StoreDay]) -> list[Money]:
    """Add up takings, each currency for itself, the largest first."""
    sums: dict[str, Decimal] = {}
    for day in days:
        if day.currency:
            sums[day.currency] = sums.get(day.currency, Decimal(0)) + day.gross
    return [Money(code, sums[code]) for code in sorted(sums, key=lambda code: -sums[code])]


def stuck(cells: Iterable[Cell]) -> list[tuple[Cell, Sequence[str]]]:
    """Return the days that wait for somebody, newest first, each with why. One query."""
    wanted = [cell for cell in cells if cell.day and cell.state in STUCK]
    wanted.sort(key=lambda cell: (STUCK.index(cell.state), -cell.on.toordinal()))
    shown = wanted[:STUCK_SHOWN]
    whole: Mapping[int, StoreDay] = StoreDay.objects.in_bulk([c.day.pk for c in shown if c.day])
    return [(cell, reasons(whole[cell.day.pk])) for cell in shown if cell.day]


def carried(span: Span) -> list[VarianceNote]:
    """Return the differences that were carried forward and have not cleared, the oldest first."""
    rows = VarianceNote.objects.filter(
        cleared_at=None, day__business_date__gte=span.first, day__business_date__lte=span.last
    ).select_related("day", "reason")
    newest = {(note.day_id, note.key): note for note in rows.order_by("at", "pk")}
    found = [note for note in newest.values() if note.is_carried]
    return sorted(found, key=lambda note: (note.day.business_date, note.day.store_name))


def reasons(day: StoreDay) -> list[str]:
    """Say in sentences why a day is not signed, or no longer as it was signed."""
    content = shown(day.content)
    said = [each.sentence for each in content.blockers]
    said += [each.sentence for each in content.variances if each.key in content.unexplained]
    if day.late:
        said.insert(
            0, f"{day.late} receipt{'' if day.late == 1 else 's'} came after it was signed."
        )
    elif day.state == StoreDay.State.SIGNED:
        said = ["What was signed is no longer what the systems say."]
    return said


PAGE = Page(
    path="days/",
    name="days",
    title="Days",
    view=days,
    capability=Capability.VIEW_DAYS,
    section="Days",
    icon="calendar-check",
    menu=True,
)
