"""Which days a page shows: the last fourteen or twenty-eight, or a month."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.http import HttpRequest

from monitoring.kit.tabs import Tab

LENGTHS = (14, 28)


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both in. `is_month`: a whole calendar month."""

    first: date
    last: date
    is_month: bool = False

    @cached_property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def query(self) -> str:
        """The query string that shows this span again."""
        return f"?month={self.first:%Y-%m}" if self.is_month else f"?days={len(self.dates)}"


def month_of(text: str) -> Span | None:
    """Return the month that `text` names ("2026-11"), or None when it names none."""
    try:
        first = date.fromisoformat(f"{text}-01")
        return Span(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), True)
    except ValueError:
        return None


def span_of(request: HttpRequest, *, newest: date) -> Span:
    """Return what the address asks for; what it does not say clearly is the last fourteen days."""
    month = month_of(request.GET.get("month", ""))
    if month:
        return month
    asked = request.GET.get("days", "")
    length = next((each for each in LENGTHS if str(each) == asked), LENGTHS[0])
    return Span(newest - timedelta(days=length - 1), newest)


def span_tabs(span: Span, *, newest: date) -> list[Tab]:
    """Return the ways to look: two lengths, then the month shown between its neighbours."""
    tabs = [
        Tab(f"Last {n} days", f"?days={n}", not span.is_month and len(span.dates) == n)
        for n in LENGTHS
    ]
    middle = span.first if span.is_month else newest.replace(day=1)
    before = (middle - timedelta(days=1)).replace(day=1)
    after = (middle + timedelta(days=31)).replace(day=1)
    months = [each for each in (before, middle, after) if each <= newest]
    return tabs + [
        Tab(f"{each:%B %Y}", f"?month={each:%Y-%m}", span.is_month and each == middle)
        for each in months
    ]
