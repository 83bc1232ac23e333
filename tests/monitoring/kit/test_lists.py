"""Tables, paging and filters, over a real table of rows."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django_filters as filters
import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory

from integrations.models import Connection, InboundEvent
from monitoring.kit.columns import MoneyColumn, TimeColumn
from monitoring.kit.filters import FilterSet
from monitoring.kit.paging import CappedPaginator, keyset
from monitoring.kit.tables import Table, show
from tests.conftest import NOW


class Events(Table):
    caption = "Messages received"
    empty_title = "No messages yet"
    keyset_field = "received_at"

    received_at = TimeColumn(verbose_name="Received", orderable=True)


class EventFilter(FilterSet):
    state = filters.ChoiceFilter(choices=InboundEvent.State.choices, label="State")


@pytest.fixture
def events(db: None) -> list[InboundEvent]:
    """Seven messages; every second one arrived in the same instant as the one before it."""
    tills = Connection.objects.create(slug="tills", label="Tills", system="sitoo", role="pos")
    made = [
        InboundEvent(
            connection=tills,
            topic="orders",
            external_id=str(number),
            version="1",
            source="poll",
            received_at=NOW + timedelta(seconds=number // 2),
            not_before=NOW,
        )
        for number in range(7)
    ]
    return InboundEvent.objects.bulk_create(made)


@pytest.fixture
def page_of(rf: RequestFactory) -> Callable[..., Any]:
    def build(query: str = "", *, rows: Any = None) -> Table:
        request = rf.get(f"/messages/{query}")
        request.now = NOW + timedelta(hours=1)  # type: ignore[attr-defined]
        return show(Events, InboundEvent.objects.all() if rows is None else rows, request)

    return build


def html(table: Table) -> str:
    return render_to_string("components/table.html", {"table": table, "request": table.request})


def test_a_count_stops_at_the_cap(events: list[InboundEvent]) -> None:
    class Small(CappedPaginator):
        cap = 5

    paginator = Small(InboundEvent.objects.order_by("pk"), 2)

    assert (paginator.total, paginator.num_pages) == ("5+", 3)


def test_walking_older_and_back_meets_every_row_once(events: list[InboundEvent]) -> None:
    rows = InboundEvent.objects.all()

    first = keyset(rows, field="received_at", size=3)
    second = keyset(rows, field="received_at", size=3, after=first.older)
    third = keyset(rows, field="received_at", size=3, after=second.older)
    back = keyset(rows, field="received_at", size=3, before=third.newer)

    walked = [*first.rows, *second.rows, *third.rows]
    assert [row.external_id for row in walked] == ["6", "5", "4", "3", "2", "1", "0"]
    assert back.rows == second.rows
    assert (first.newer, third.older) == ("", "")


@pytest.mark.parametrize("key", ["nonsense", "x~1", "2026-13-45T00:00~1", "~", "1~²"])
def test_a_forged_key_starts_from_the_top(events: list[InboundEvent], key: str) -> None:
    cut = keyset(InboundEvent.objects.all(), field="received_at", size=3, after=key)

    assert cut.rows[0].external_id == "6"


def test_a_sorted_header_says_so_aloud(events: list[InboundEvent], page_of: Any) -> None:
    assert 'aria-sort="descending"' in html(page_of("?sort=-received_at"))


def test_only_listed_columns_sort(events: list[InboundEvent], page_of: Any) -> None:
    table = page_of("?sort=connection__credentials")

    assert 'aria-sort="' not in html(table)


def test_times_are_relative_with_the_absolute_one_on_hover(
    events: list[InboundEvent], page_of: Any
) -> None:
    assert 'title="Sat 28 Mar 2026 10:30:03 UTC">59 m ago</time>' in html(page_of())


def test_an_empty_list_teaches(db: None, page_of: Any) -> None:
    assert "No messages yet" in html(page_of())


def test_a_page_of_rows_costs_two_queries(
    events: list[InboundEvent], page_of: Any, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        html(page_of())


def test_beyond_the_cap_a_list_is_walked_by_older_and_newer(
    events: list[InboundEvent], rf: RequestFactory
) -> None:
    class Small(CappedPaginator):
        cap = 5

    class Long(Events):
        pages = Small

    shown = html(show(Long, InboundEvent.objects.all(), rf.get("/messages/")))

    assert "5+ found" in shown
    assert shown.count('<tr class="row') == 7


class Amounts(Table):
    caption = "Amounts"
    value = MoneyColumn(verbose_name="At risk")


@pytest.mark.parametrize(
    ("currencies", "header", "cell"),
    [(("GBP", "GBP"), "At risk, £", ">9.00<"), (("GBP", "EUR"), "At risk", ">£9.00<")],
    ids=["one currency stands in the header", "mixed ones stand in each cell"],
)
def test_money_says_its_currency_once(
    rf: RequestFactory, currencies: tuple[str, ...], header: str, cell: str
) -> None:
    rows = [{"value": Decimal(9), "currency": currency} for currency in currencies]

    shown = html(show(Amounts, rows, rf.get("/")))

    assert f">{header}</th>" in shown
    assert cell in shown


def test_a_filter_in_the_url_narrows_the_rows(events: list[InboundEvent]) -> None:
    InboundEvent.objects.filter(external_id="3").update(state="held")

    chosen = EventFilter(QueryDict("state=held"), InboundEvent.objects.all())

    assert [row.external_id for row in chosen.rows] == ["3"]
    assert [(chip.label, chip.words, chip.query) for chip in chosen.chips] == [
        ("State", "Held", "?")
    ]


def test_a_filter_that_is_not_understood_shows_nothing(events: list[InboundEvent]) -> None:
    assert list(EventFilter(QueryDict("state=melted"), InboundEvent.objects.all()).rows) == []
