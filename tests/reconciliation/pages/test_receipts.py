"""Every cell of a day leads to the receipts that add up to it."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integrations.models import Document, Link
from reconciliation.models import StoreDay
from tests.factories.receipts import paid, refund, sale
from tests.fakes import Worker
from tests.reconciliation.desk import TILL, closed_day
from tests.reconciliation.pages.browsing import ADDRESS, text

pytestmark = pytest.mark.django_db
CARD = f"{ADDRESS}receipts/?row=tender:Card&column=receipts"
FILE = f"{ADDRESS}receipts.csv?row=tender:Card"


@pytest.fixture
def mixed(hub: Worker, link: Link) -> StoreDay:
    """Two sales, one of them half in cash, and a return."""
    return closed_day(
        hub,
        sale(**TILL),
        sale(
            external_id="1002",
            number="R-1002",
            tenders=(paid("Cash", "5.00"), paid("Card", "7.00", index=1)),
            **TILL,
        ),
        refund(external_id="1003", number="R-1003", **TILL),
    )


def rows_of(response: Any) -> list[list[str]]:
    content = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def test_the_receipts_add_up_to_the_cell(petra: Client, mixed: StoreDay) -> None:
    page = text(petra.get(CARD))

    cell = next(row for row in mixed.content["figures"]["tenders"] if row["name"] == "Card")
    assert f"£{cell['receipts']}" in page
    assert page.count("The receipts add up to it") >= 2
    assert "The receipts come to" not in page
    assert "R-1002" in page


def test_a_row_lists_only_what_is_in_it(petra: Client, mixed: StoreDay) -> None:
    page = text(petra.get(f"{ADDRESS}receipts/?row=tender:Cash"))

    assert "R-1002" in page
    assert "R-1001<" not in page


@pytest.mark.parametrize("row", ["tender:Shells", "nonsense", ""])
def test_a_row_that_there_is_not_is_not_found(petra: Client, mixed: StoreDay, row: str) -> None:
    assert petra.get(f"{ADDRESS}receipts/?row={row}").status_code == 404


def test_the_file_says_the_same(petra: Client, mixed: StoreDay) -> None:
    response = petra.get(FILE)

    rows = rows_of(response)
    assert [row[0] for row in rows[1:]] == ["R-1001", "R-1002", "R-1003"]
    assert rows[2][4] == "7.00"
    assert response["Content-Disposition"] == (
        'attachment; filename="LDS-2026-03-28-tender-Card.csv"'
    )


def test_no_name_becomes_a_formula(petra: Client, mixed: StoreDay) -> None:
    Document.objects.filter(number="R-1002").update(number="=HYPERLINK(1)")

    assert "'=HYPERLINK(1)" in [row[0] for row in rows_of(petra.get(FILE))]


def test_more_receipts_are_more_pages_not_more_questions(
    petra: Client, hub: Worker, link: Link
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert petra.get(CARD).status_code == 200
        return len(captured)

    closed_day(hub, sale(**TILL))
    petra.get(CARD)
    few = questions()
    more = [sale(external_id=str(n), number=f"R-{n}", **TILL) for n in range(2000, 2040)]
    closed_day(hub, *more)

    assert questions() == few
    assert "of 41" in text(petra.get(CARD))


@pytest.mark.parametrize("address", [CARD, FILE])
def test_who_may_not_see_days_sees_no_receipts_of_them(
    signed_in: Any, user_in: Callable[..., Any], mixed: StoreDay, address: str
) -> None:
    assert signed_in(user_in("merchandising")).get(address).status_code == 403
