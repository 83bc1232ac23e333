"""Which days are shown, and the ways to show others."""

from datetime import date

import pytest
from django.test import RequestFactory

from reconciliation.pages.spans import Span, month_of, span_of, span_tabs

LAST = date(2026, 3, 28)


@pytest.mark.parametrize(
    ("text", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-12", 31), ("2026-04", 30)]
)
def test_a_month_has_its_own_days(text: str, days: int) -> None:
    month = month_of(text)

    assert month is not None
    assert len(month.dates) == days
    assert month.query == f"?month={text}"


@pytest.mark.parametrize("text", ["", "2026", "2026-00", "2026-13", "2026-1", "x", "2026-02-01"])
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_of(text) is None


def test_the_last_days_end_with_the_newest() -> None:
    span = span_of(RequestFactory().get("/days/?days=28"), newest=LAST)

    assert (span.dates[0], span.dates[-1]) == (date(2026, 3, 1), LAST)
    assert span.query == "?days=28"


def test_a_month_stands_between_its_neighbours() -> None:
    tabs = span_tabs(Span(date(2026, 1, 1), date(2026, 1, 31), True), newest=LAST)

    assert [(tab.label, tab.current) for tab in tabs] == [
        ("Last 14 days", False),
        ("Last 28 days", False),
        ("December 2025", False),
        ("January 2026", True),
        ("February 2026", False),
    ]


def test_no_month_of_the_future_is_offered() -> None:
    tabs = span_tabs(Span(date(2026, 3, 15), LAST), newest=LAST)

    assert [tab.label for tab in tabs][2:] == ["February 2026", "March 2026"]
    assert tabs[0].current
