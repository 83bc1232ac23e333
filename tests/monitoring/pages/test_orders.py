"""Any id leads to the story of its receipt."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import ReplayRun
from integrations.public import (
    CallLog,
    Connection,
    Document,
    Store,
    Transfer,
    TransferAttempt,
)
from monitoring.models import ExceptionCase
from monitoring.services.cases import refresh_cases
from monitoring.services.triage import claim
from tests.conftest import NOW
from tests.monitoring import rows

HOUR = timedelta(hours=1)


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
    assert "payment references" in page
    assert "SKUs and barcodes" in page


def test_an_id_that_several_carry_lists_them_with_reason_and_owner(
    ops: Client, sale: Document
) -> None:
    held = Document.objects.get(state="held")
    rows.stands_at(held, sale.number)

    page = ops.get("/search/", {"q": sale.number}).content.decode()

    assert "2 carry this id" in page
    assert "Klarna is not right." in page
    assert "Finance, nobody yet" in page


def test_a_product_and_news_that_waits_are_found_too(ops: Client, sale: Document) -> None:
    rows.item("SOCK", barcode="5012345678900")
    rows.event(external_id="77", state="held", reason="Its total is missing.")

    assert ops.get("/search/?q=5012345678900")["Location"] == "/stock/SOCK/"
    assert "Its total is missing." in ops.get("/search/?q=77").content.decode()


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

    assert "€30.00 + £24.00" in page  # held, and on its way before its order is there


def test_returns_have_their_own_tab(ops: Client, sale: Document) -> None:
    back = rows.receipt(kind="return", number="R-BACK")

    assert "R-BACK" not in ops.get("/orders/").content.decode()
    assert str(back) in ops.get("/orders/?kind=return").content.decode()


def stopped(**fields: Any) -> Document:
    """A sale that is in the ERP for an hour and whose goods-out note waits for something."""
    sale = rows.receipt(state="posting", received_at=NOW - HOUR, placed_at=NOW - HOUR, **fields)
    at = NOW - HOUR
    rows.transfer(document=sale, state="posted", external_ref=f"SO-{sale.pk}", posted_at=at)
    rows.transfer(document=sale, operation="issue-goods-out", step=2, waiting=True)
    return sale


def test_a_stuck_order_says_why_who_has_it_and_what_comes_next(ops: Client, leeds: Store) -> None:
    sale = stopped(store=leeds)
    refresh_cases(now=NOW)

    page = ops.get("/orders/?kind=stuck").content.decode()

    assert str(sale) in page
    assert "Goods-out note waits for the step before it." in page
    assert "Operations, nobody yet" in page
    assert "Open the trace of the order and act on the first hop that is missing." in page


def test_an_order_that_moves_is_not_among_the_stuck(ops: Client) -> None:
    sale = stopped()
    Transfer.objects.filter(state="posted").update(posted_at=timezone.now())

    assert str(sale) not in ops.get("/orders/?kind=stuck").content.decode()
    assert str(sale) in ops.get("/orders/?stage=posted").content.decode()


REASONS = {
    "paused": (
        {"state": "paused", "state_reason": "Stock take"},
        {},
        "Brightpearl is paused: Stock take.",
    ),
    "no answer": (
        {"trouble": "unavailable", "trouble_sentence": "No answer."},
        {},
        "No answer.",
    ),
    "at its limit": ({"trouble": "throttled"}, {}, "Brightpearl is at its limit of requests"),
    "put off": (
        {},
        {"not_before": timezone.now() + 2 * HOUR, "error_sentence": "Brightpearl is closed."},
        "Brightpearl is closed. It is tried again in 1 h",
    ),
    "nobody knows": ({}, {"state": "unknown"}, "nobody knows yet whether Brightpearl took it"),
    "next": ({}, {}, "Sales order is next to go."),
}


@pytest.mark.parametrize("case", REASONS)
def test_what_waits_says_so_in_business_words(ops: Client, case: str) -> None:
    connection, transfer, words = REASONS[case]
    sale = rows.receipt(state="posting")
    rows.transfer(document=sale, **transfer)
    Connection.objects.filter(role="erp").update(**connection)

    assert words in ops.get("/orders/").content.decode()


def test_a_return_that_waits_for_its_sale_names_it(ops: Client) -> None:
    sale = rows.receipt(state="posting", number="R-SALE")
    order = rows.transfer(document=sale)
    back = rows.receipt(kind="return", state="posting", original=sale)
    rows.transfer(document=back, operation="create-credit", waiting=True, waits_for=order)

    page = ops.get("/orders/?kind=return").content.decode()

    assert "Sales credit waits for sales order of R-SALE." in page


def test_filters_of_the_list_are_in_the_url_and_nothing_unknown_is_obeyed(
    ops: Client, leeds: Store
) -> None:
    small, large = rows.receipt(gross=5, number="R-SMALL"), rows.receipt(gross=500)

    page = ops.get("/orders/?least=100").content.decode()

    assert str(large) in page
    assert str(small) not in page
    for nonsense in ("least=x", "stage=held__pk", "link=zz", "age=1%27", "day=yesterday"):
        assert "This filter was not understood" in ops.get(f"/orders/?{nonsense}").content.decode()


def test_the_list_as_a_file_follows_the_filters_and_runs_no_formula(
    ops: Client, leeds: Store
) -> None:
    rows.receipt(number="=1+1", store=leeds, gross=500)
    rows.receipt(number="R-SMALL", gross=5)

    answer = ops.get("/orders/orders.csv?least=100")

    assert answer["Content-Disposition"] == 'attachment; filename="orders-sale.csv"'
    head, line = answer.content.decode().strip("\ufeff").splitlines()
    assert head.startswith("Receipt,Kind,Store,Sold")
    assert line.startswith("'=1+1,Sale,Leeds,2026-03-28 09:30:00+00:00,,GBP,")


def test_a_stranger_gets_no_file(browser: Any, outsider: Any) -> None:
    assert browser(outsider).get("/orders/orders.csv").status_code == 403


def story_of(client: Client, document: Document) -> str:
    return client.get(f"/orders/{document.pk}/").content.decode()


def test_the_trace_says_where_a_held_order_is_who_has_it_and_what_comes_next(
    ops: Client, sale: Document
) -> None:
    page = story_of(ops, Document.objects.get(state="held"))

    assert "Captured, since" in page
    assert "Finance, nobody yet" in page
    assert "To the exception" in page


def test_the_trace_says_who_did_what(ops: Client, ops_user: Any, sale: Document) -> None:
    held = Document.objects.get(state="held")
    case = ExceptionCase.objects.get()
    claim(case_id=case.pk, by=ops_user, now=NOW)

    page = story_of(ops, held)

    assert f"{ops_user.get_username()}: claimed" in page
    assert "Held for a person" in page


def test_the_trace_says_who_asked_for_a_replay(ops: Client, sale: Document) -> None:
    ReplayRun.objects.all().delete()
    held = Document.objects.get(state="held")
    event = rows.event(external_id=held.external_id)
    Document.objects.filter(pk=held.pk).update(event=event)
    ops.post("/orders/replay/send/", {"pk": held.pk})

    assert "Asked for again by olive" in story_of(ops, held)


def test_the_trace_shows_both_sides_and_marks_what_differs(ops: Client, sale: Document) -> None:
    line = sale.lines.get()
    Transfer.objects.filter(document=sale).update(
        link_kind="order",
        payload={"lines": [{"line_id": line.line_id, "quantity": "1", "net": "10", "tax": "2"}]},
    )
    link = rows.stands_at(sale, "SO-9")
    link.detail = {"read": [[line.line_id, line.sku, "1", "9.00", "2"]]}
    link.save()

    page = story_of(ops, sale)

    assert "Brightpearl, as read back" in page
    assert '<span class="differs">9.00</span>' in page


def test_a_sale_and_its_return_lead_to_each_other(ops: Client, sale: Document) -> None:
    back = rows.receipt(kind="return", original=sale, number="R-BACK")

    assert f'href="/orders/{back.pk}/"' in story_of(ops, sale)
    assert f'href="/orders/{sale.pk}/"' in story_of(ops, back)


def test_the_trading_day_with_its_journal_is_one_click_away(ops: Client, sale: Document) -> None:
    assert f'href="/days/LDS01/{NOW:%Y-%m-%d}/"' in story_of(ops, sale)
