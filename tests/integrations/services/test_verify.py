"""Posted is not correct: what stands at the target is compared with what was meant."""

import pytest

from integrations.connectors.errors import UnavailableError
from integrations.models import DocumentLink, Hold, Transfer
from integrations.ports import ReadBack
from integrations.services import replay
from integrations.services.deliver import deliver
from integrations.services.idle import pending
from integrations.services.verify import verify
from tests.factories.receipts import sale
from tests.fakes import Worker, differs
from tests.integrations.services.retail import arrive, document, open_shop

pytestmark = pytest.mark.django_db
KEY = "sales-order-to-erp:tills:1001:order"


@pytest.fixture
def order(hub: Worker) -> Transfer:
    """A sale whose order was accepted by the ledger and not read back yet."""
    link = open_shop()
    arrive(hub, sale())
    deliver(hub.rt, link.owner)
    return Transfer.objects.get(operation="create-order")


def goods_out() -> Transfer:
    return Transfer.objects.get(operation="issue-goods-out")


def test_what_reads_back_equal_is_verified_and_lets_the_next_step_go(
    hub: Worker, order: Transfer
) -> None:
    before = goods_out().waiting

    verify(hub.rt, order.connection)

    order.refresh_from_db()
    assert order.verified_at == hub.clock()
    assert (before, goods_out().waiting) == (True, False)


def test_a_difference_names_the_field_and_both_values_and_nothing_is_built_upon_it(
    hub: Worker, order: Transfer
) -> None:
    hub.ledger.differences[KEY] = differs("lines[SOCK].tax", meant="2.00", found="0.00")

    verify(hub.rt, order.connection)

    hold = Hold.objects.open().get()
    assert (hold.kind, hold.field) == ("READBACK_MISMATCH", "lines[SOCK].tax")
    assert "2.00" in hold.sentence
    assert goods_out().waiting


def test_a_record_that_vanished_is_not_taken_for_posted_and_correct(
    hub: Worker, order: Transfer
) -> None:
    hub.ledger.differences[KEY] = ReadBack(missing=True)

    verify(hub.rt, order.connection)

    assert "is not there" in Hold.objects.open().get().sentence


def test_a_mended_record_clears_its_exception_by_itself(hub: Worker, order: Transfer) -> None:
    hub.ledger.differences[KEY] = differs("total", meant="12.00", found="10.00")
    verify(hub.rt, order.connection)

    hub.ledger.differences.clear()
    hub.clock.pass_time(minutes=5)
    verify(hub.rt, order.connection)

    assert not Hold.objects.open().exists()
    assert not goods_out().waiting


def test_an_accepted_difference_does_not_return_and_the_rest_goes_on(
    hub: Worker, order: Transfer
) -> None:
    hub.ledger.differences[KEY] = differs("total", meant="12.00", found="10.00")
    verify(hub.rt, order.connection)

    replay.dismiss(Hold.objects.open().get(), reason="Agreed with finance.", now=hub.clock())
    hub.clock.pass_time(minutes=5)
    verify(hub.rt, order.connection)

    assert not Hold.objects.open().exists()
    assert not goods_out().waiting
    assert document().state == "posting"
    assert DocumentLink.objects.get(kind="order").detail == {"rows": {"1": "r1"}}


def test_accepting_leaves_its_reason_in_the_history(hub: Worker, order: Transfer) -> None:
    hub.ledger.differences[KEY] = differs("total", meant="12.00", found="10.00")
    verify(hub.rt, order.connection)

    replay.dismiss(Hold.objects.open().get(), reason="Agreed with finance.", now=hub.clock())

    last = order.history.last()
    assert last is not None
    assert (last.action, last.sentence) == ("accept", "Agreed with finance.")


def test_giving_up_a_record_that_vanished_ends_it_and_it_does_not_return(
    hub: Worker, order: Transfer
) -> None:
    hub.ledger.differences[KEY] = ReadBack(missing=True)
    verify(hub.rt, order.connection)

    replay.dismiss(Hold.objects.open().get(), reason="Deleted on purpose.", now=hub.clock())
    hub.clock.pass_time(minutes=5)
    verify(hub.rt, order.connection)

    assert document().state == "dismissed"
    assert goods_out().state == Transfer.State.DISMISSED
    assert not Hold.objects.open().exists()
    assert pending().unverified == 0


def test_while_the_target_cannot_be_read_nothing_is_claimed(hub: Worker, order: Transfer) -> None:
    hub.ledger.trouble = UnavailableError("Out of service.")

    verify(hub.rt, order.connection)

    order.refresh_from_db()
    assert order.verified_at is None
    assert not Hold.objects.exists()
