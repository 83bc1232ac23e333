"""Replay: the source is asked first; twice changes nothing; a fix lets go what it held up."""

from datetime import timedelta

import pytest

from integrations.connectors.errors import RejectedError
from integrations.models import Connection, Document, Hold, InboundEvent, Transfer
from integrations.services import replay
from integrations.services.deliver import deliver
from integrations.services.fetch import ask_for_parents, fetch
from integrations.services.plan import plan
from integrations.services.sweeps import plan_now
from tests.factories.integrations import MappingRowFactory, TransferFactory
from tests.factories.receipts import line, refund, sale
from tests.fakes import Worker, fact
from tests.integrations.services.retail import (
    ROWS,
    arrive,
    document,
    event,
    forget,
    open_shop,
    stock,
)

pytestmark = pytest.mark.django_db


def replay_all(hub: Worker) -> None:
    """Ask for everything that is held, fetch it and plan it."""
    replay.replay_holds(Hold.objects.open(), now=hub.clock())
    work_in(hub)


def work_in(hub: Worker) -> None:
    fetch(hub.rt, Connection.objects.get(slug="tills"))
    while plan(hub.rt):
        pass


def map_card() -> None:
    MappingRowFactory(
        table="payment-type", source_value="Card", target=ROWS["payment-type"]["Card"]
    )


def effects() -> int:
    return Transfer.objects.filter(operation="create-order").count()


def test_saving_the_missing_row_lets_go_everything_it_held_up(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")
    arrive(hub, sale(), sale(external_id="1002"))
    map_card()

    replay_all(hub)

    assert effects() == 2
    assert not Hold.objects.open().exists()


def test_a_record_that_lacks_two_rows_stays_held_for_the_second(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")
    forget("tax-code", "20")
    arrive(hub, sale())
    map_card()

    replay_all(hub)

    assert Hold.objects.open().get().kind == "MAP_TAX_MISSING"
    assert effects() == 0


def test_replaying_twice_sends_once(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")
    arrive(hub, sale())
    map_card()
    holds = Hold.objects.open()

    replay.replay_holds(holds, now=hub.clock())
    replay.replay_holds(holds, now=hub.clock())
    work_in(hub)

    assert effects() == 1


def test_a_receipt_cancelled_meanwhile_is_not_sent_blindly(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")
    arrive(hub, sale())
    map_card()
    hub.tills.keep(fact(sale(is_cancelled=True), version="2"))

    replay_all(hub)

    assert effects() == 0
    assert document().state == Document.State.SKIPPED
    assert not Hold.objects.open().exists()


def test_a_receipt_that_changed_meanwhile_is_planned_as_it_is_now(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")
    arrive(hub, sale())
    map_card()
    hub.tills.keep(fact(sale(lines=(line(gross="24.00"),)), version="2"))

    replay_all(hub)

    assert document().gross == 24
    assert event().state == "superseded"


def test_a_receipt_the_source_lost_stays_held_and_says_so(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")
    arrive(hub, sale())
    map_card()
    hub.tills.facts.clear()

    replay_all(hub)

    assert effects() == 0
    assert "does not know this record" in event().reason


def test_a_new_product_lets_go_the_sales_that_waited_for_it(hub: Worker) -> None:
    link = open_shop()
    arrive(hub, sale(lines=(line("NEW"),)))
    stock("NEW")

    replay.release_skus(link.owner_id, ["NEW"], now=hub.clock())
    work_in(hub)

    assert effects() == 1


def test_a_refused_level_is_due_again_when_replayed(hub: Worker) -> None:
    transfer = TransferFactory()
    hub.tills.answers = [RejectedError("It says no.")]
    deliver(hub.rt, transfer.connection)

    replay.replay_holds(Hold.objects.open(), now=hub.clock())
    deliver(hub.rt, transfer.connection)

    transfer.refresh_from_db()
    assert transfer.state == Transfer.State.POSTED
    assert not Hold.objects.open().exists()


def test_a_dismissed_receipt_ends_with_its_reason_and_is_not_planned_again(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")
    arrive(hub, sale())

    replay.dismiss(Hold.objects.open().get(), reason="A test of the till.", now=hub.clock())
    map_card()
    arrive(hub, sale(), sale(lines=(line(gross="24.00"),)), version="2")

    assert (document().state, document().reason) == ("dismissed", "A test of the till.")
    assert event().state == "dismissed"
    assert effects() == 0


def test_ignoring_a_later_change_leaves_the_transferred_receipt_alone(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale())
    arrive(hub, sale(lines=(line(gross="24.00"),)), version="2")

    replay.dismiss(Hold.objects.open().get(), reason="Reprinted only.", now=hub.clock())

    assert document().state == Document.State.POSTING
    assert event(version="2").state == "dismissed"
    assert Transfer.objects.unfinished().count() == 3


def test_a_return_whose_sale_the_tills_do_not_have_is_held_by_name_at_once(hub: Worker) -> None:
    open_shop()
    arrive(hub, refund(original_external_id="777"))

    plan_now(hub.rt, "")
    work_in(hub)

    hold = Hold.objects.open().get()
    assert (hold.kind, document("2001").state) == ("RETURN_NOT_CREDITED", "held")
    assert "777" in hold.sentence
    assert event("2001").state == "held"


def test_a_return_whose_sale_comes_when_asked_for_goes_on(hub: Worker) -> None:
    open_shop()
    hub.tills.keep(fact(sale()))
    arrive(hub, refund())

    plan_now(hub.rt, "")
    work_in(hub)

    assert document("2001").state == Document.State.POSTING
    assert not Hold.objects.open().exists()


def test_a_held_return_goes_on_when_its_sale_turns_up_after_all(hub: Worker) -> None:
    open_shop()
    arrive(hub, refund())
    plan_now(hub.rt, "")
    work_in(hub)

    arrive(hub, sale())

    assert document("2001").state == Document.State.POSTING
    assert not Hold.objects.open().exists()


def test_one_sale_is_asked_for_every_ten_minutes_and_not_more_often(hub: Worker) -> None:
    open_shop()
    arrive(hub, refund(), refund(external_id="2002"))
    tills = Connection.objects.get(slug="tills")

    asked = [ask_for_parents(tills, now=hub.clock() + timedelta(minutes=m)) for m in (0, 5, 10)]

    assert asked == [1, 0, 1]
    assert InboundEvent.objects.hints().count() == 2
