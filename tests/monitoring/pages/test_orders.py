"""Any id leads to the story of its receipt."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.public import CallLog, Document, TransferAttempt
from tests.conftest import NOW
from tests.monitoring import rows


@pytest.fixture
def sale(trouble: Callable[[int], None]) -> Document:
    trouble(1)
    return Document.objects.get(state="posted")


@pytest.mark.parametrize("by", ["number", "external_id", "the ERP's id", "a linked id"])
def test_any_id_of_any_system_opens_the_receipt(ops: Client, sale: Document, by: str) -> None:
    rows.stands_at(sale, "GON-77", kind="goods-out")
    ids = {
        "number": sale.number,
        "external_id": sale.external_id,
        "the ERP's id": f"SO-{sale.pk}",
        "a linked id": "GON-77",
    }

    response = ops.get("/search/", {"q": f" {ids[by]} "})

    assert response["Location"] == f"/orders/{sale.pk}/"


def test_an_unknown_id_says_where_it_was_looked_for(ops: Client, sale: Document) -> None:
    page = ops.get("/search/?q=ZZ-1").content.decode()

    assert "Nothing carries this id" in page
    assert "ids in every connected system" in page


def test_the_story_tells_each_step_and_draws_it(ops: Client, sale: Document) -> None:
    page = ops.get(f"/orders/{sale.pk}/").content.decode()

    assert "Rung up at the till" in page
    assert f"Sales order: sent, accepted as SO-{sale.pk}" in page
    assert 'aria-label="The way of this receipt"' in page


def test_a_held_receipt_says_why(ops: Client, sale: Document) -> None:
    held = Document.objects.get(state="held")

    assert "Klarna is not right." in ops.get(f"/orders/{held.pk}/").content.decode()
    assert "Klarna is not right." in ops.get("/orders/?state=held").content.decode()


def test_only_some_roles_read_the_messages_themselves(
    ops: Client, browser: Any, user_in: Any, sale: Document
) -> None:
    call = CallLog.objects.create(
        connection=rows.ledger(),
        method="POST",
        endpoint="order",
        path="/order",
        started_at=NOW,
        milliseconds=80,
        request='{"ref": "R-1"}',
    )
    TransferAttempt.objects.update(call=call)

    store = browser(user_in("store")).get(f"/orders/{sale.pk}/").content.decode()

    assert "&quot;ref&quot;" in ops.get(f"/orders/{sale.pk}/").content.decode()
    assert "&quot;ref&quot;" not in store


def test_the_board_counts_what_is_not_finished_per_currency(ops: Client, sale: Document) -> None:
    rows.receipt(state="held", currency="EUR", gross=30)

    page = ops.get("/orders/").content.decode()

    assert "€30.00 + £12.00" in page


def test_returns_have_their_own_tab(ops: Client, sale: Document) -> None:
    back = rows.receipt(kind="return", number="R-BACK")

    assert "R-BACK" not in ops.get("/orders/").content.decode()
    assert str(back) in ops.get("/orders/?kind=return").content.decode()
