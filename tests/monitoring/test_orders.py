"""Orders that are not finished: where each stands, and since when."""

from datetime import timedelta

import pytest

from integrations.public import Document
from monitoring.orders import counted, limits, open_orders, past_patience
from monitoring.pipeline import KEYS
from monitoring.services.patience import decide
from monitoring.value import Assumptions
from tests.conftest import NOW
from tests.monitoring import rows

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def posted(document: Document, operation: str, *, at=NOW, **fields):
    sent = {"state": "posted", "external_ref": "1", "posted_at": at, "operation": operation}
    return rows.transfer(document=document, **sent | fields)


def waiting(document: Document, operation: str, **fields):
    return rows.transfer(document=document, operation=operation, waiting=True, **fields)


def standing(kind="sale"):
    return [(KEYS[row.place], row.since) for row in open_orders(kind)]


@pytest.mark.parametrize("state", ["held", "parked", "posting"])
def test_what_was_never_sent_is_captured_since_it_arrived(state):
    rows.receipt(state=state, received_at=NOW)

    assert standing() == [("captured", NOW)]


def test_what_the_till_has_not_finished_is_open_there():
    rows.receipt(state="open", received_at=NOW)

    assert standing() == [("open", NOW)]


@pytest.mark.parametrize(
    ("done", "next_", "stage"),
    [
        ([], "create-order", "captured"),
        (["create-order"], "issue-goods-out", "posted"),
        (["create-order", "issue-goods-out"], "ship-goods-out", "posted"),
        (["create-order", "ship-goods-out"], "take-payment", "moved"),
        (["create-order", "take-payment"], "close-order", "paid"),
    ],
)
def test_an_order_stands_before_the_first_effect_that_is_missing(done, next_, stage):
    sale = rows.receipt(state="posting", received_at=NOW)
    for minutes, operation in enumerate(done, 1):
        posted(sale, operation, at=NOW + minutes * MINUTE)
    waiting(sale, next_)
    waiting(sale, "close-order")

    assert standing() == [(stage, NOW + len(done) * MINUTE)]


def test_an_order_is_not_finished_before_it_was_read_back():
    sale = rows.receipt(state="posted")
    order = posted(sale, "create-order", verify_after=NOW)

    assert standing() == [("complete", NOW)]

    type(order).objects.update(verified_at=NOW, verify_after=None)

    assert standing() == []


def test_the_board_adds_up_to_every_open_order_and_its_money():
    for state in ("open", "held", "parked", "posting", "posted", "skipped", "dismissed"):
        rows.receipt(state=state)
    rows.receipt(state="held", currency="EUR", gross=30)
    posted(rows.receipt(state="posted"), "create-order", verify_after=NOW)
    rows.receipt(kind="return", state="held")

    found = counted(limits(Assumptions()), now=NOW)
    sales = [each for (_, kind, _), each in found.items() if kind == "sale"]

    assert sum(each.found for each in sales) == open_orders("sale").count() == 6
    assert sum(each.money["GBP"] for each in sales) == 60
    assert sum(each.money.get("EUR", 0) for each in sales) == 30
    assert sum(each.found for each in found.values()) == open_orders("sale", "return").count()


def stuck(now):
    known = limits(Assumptions())
    on_board = sum(each.stuck for each in counted(known, now=now).values())
    listed = open_orders("sale").filter(past_patience(known, now=now)).count()
    assert on_board == listed
    return listed


def test_an_order_is_stuck_at_the_end_of_its_patience_and_not_a_second_earlier():
    rows.receipt(state="held", received_at=NOW)
    waiting(rows.receipt(state="posting", received_at=NOW), "create-order")

    assert stuck(NOW + 60 * MINUTE - timedelta(seconds=1)) == 0
    assert stuck(NOW + 60 * MINUTE) == 2


def test_an_administrator_may_decide_how_long_an_order_may_stand(admin_user):
    rows.receipt(state="held", received_at=NOW)
    decide(
        link_id=rows.pair().pk,
        kind="sale",
        stage="captured",
        minutes=5,
        by=admin_user,
        reason="Peak",
        now=NOW,
    )

    assert stuck(NOW + 5 * MINUTE - timedelta(seconds=1)) == 0
    assert stuck(NOW + 5 * MINUTE) == 1


def test_an_order_open_at_the_till_is_never_stuck():
    rows.receipt(state="open", received_at=NOW)

    assert stuck(NOW + timedelta(days=30)) == 0
