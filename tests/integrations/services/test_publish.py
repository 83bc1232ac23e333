"""Stock to the channel: what may be promised, at the pace that was chosen, and nothing odd."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.connectors.errors import RejectedError
from integrations.models import ChannelLevel, Hold, Link, StockReading, Transfer
from integrations.services import commands, levels, readings
from integrations.services.deliver import deliver
from integrations.services.publish import publish
from tests.conftest import NOW
from tests.factories.integrations import (
    DocumentFactory,
    LevelFactory,
    LineFactory,
    ReadingFactory,
)
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive, open_shop

pytestmark = pytest.mark.django_db


def shop(**stock: Any) -> Link:
    link = open_shop()
    link.policy = {"stock": stock}
    link.save()
    return link


def dirty(sku: str = "SOCK", **fields: Any) -> ChannelLevel:
    """A level that may differ since a minute; what was told was told an hour ago."""
    told_at = NOW - timedelta(hours=1) if "told" in fields else None
    defaults = {"sku": sku, "dirty_at": NOW - timedelta(minutes=1), "told_at": told_at}
    level: ChannelLevel = LevelFactory(**defaults | fields)
    return level


def sell(units: int, **fields: Any) -> None:
    LineFactory(document=DocumentFactory(), signed_quantity=units, **fields)


def queued() -> dict[str, Decimal]:
    rows = Transfer.objects.filter(operation="set-level", state="ready")
    return {row.sku: Decimal(row.payload["level"]) for row in rows}


def desired() -> Decimal | None:
    return ChannelLevel.objects.get().desired


def test_the_channel_is_told_sellable_less_safety_less_what_was_just_sold(hub: Worker) -> None:
    link = shop(safety_stock={"default": 2})
    ReadingFactory(sellable=10)
    sell(3)
    dirty()

    publish(hub.rt, link)

    assert queued() == {"SOCK": Decimal(5)}


def test_while_the_ledger_is_down_a_sale_lowers_the_promise_at_once(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=1)
    arrive(hub, sale())
    hub.clock.pass_time(seconds=2)

    publish(hub.rt, link)

    assert queued() == {"SOCK": Decimal(0)}


def test_more_came_back_than_was_sold_raises_the_promise(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=4)
    sell(-1)
    dirty()

    publish(hub.rt, link)

    assert queued() == {"SOCK": Decimal(5)}


def test_a_promise_is_never_below_zero(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=1)
    sell(5)
    dirty(told=3)

    publish(hub.rt, link)

    assert queued() == {"SOCK": Decimal(0)}


def test_a_level_that_was_never_read_is_unknown_and_not_zero(hub: Worker) -> None:
    link = shop()
    dirty(told=7)

    publish(hub.rt, link)

    assert (desired(), queued()) == (None, {})


def test_what_did_not_change_is_not_sent(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=7)
    dirty(told=7)

    publish(hub.rt, link)

    assert queued() == {}


def test_a_newer_level_replaces_the_one_that_waits(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=7)
    dirty()
    publish(hub.rt, link)
    StockReading.objects.update(sellable=6)
    ChannelLevel.objects.update(dirty_at=NOW - timedelta(minutes=1))
    hub.clock.pass_time(seconds=1)

    publish(hub.rt, link)

    assert queued() == {"SOCK": Decimal(6)}
    assert Transfer.objects.filter(state="superseded").count() == 1


def test_a_level_that_swings_back_takes_the_waiting_one_out_of_the_queue(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=9)
    dirty(told=10)
    publish(hub.rt, link)
    StockReading.objects.update(sellable=10)
    ChannelLevel.objects.update(dirty_at=NOW - timedelta(minutes=1))

    publish(hub.rt, link)

    assert queued() == {}


def test_a_level_whose_fate_is_unknown_is_told_again(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=9)
    dirty(told=10)
    publish(hub.rt, link)
    Transfer.objects.update(state="unknown")
    StockReading.objects.update(sellable=10)
    ChannelLevel.objects.update(dirty_at=NOW - timedelta(minutes=1))
    hub.clock.pass_time(seconds=1)

    publish(hub.rt, link)

    assert queued() == {"SOCK": Decimal(10)}


def test_a_level_that_may_have_landed_before_its_retry_is_told_again(hub: Worker) -> None:
    """Its answer was lost, so it waits to be sent again; then the old figure is right after all."""
    link = shop()
    ReadingFactory(sellable=9)
    dirty(told=10)
    publish(hub.rt, link)
    Transfer.objects.update(first_sent_at=NOW, attempts=1)
    StockReading.objects.update(sellable=10)
    ChannelLevel.objects.update(dirty_at=NOW - timedelta(minutes=1))

    publish(hub.rt, link)

    assert queued() == {"SOCK": Decimal(10)}


def test_a_place_whose_level_is_being_sent_has_its_turn_afterwards(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=9)
    dirty()
    publish(hub.rt, link)
    ChannelLevel.objects.update(dirty_at=NOW - timedelta(minutes=1))
    hub.tills.during_send = lambda: publish(hub.another(), link)

    deliver(hub.rt, link.channel)

    assert ChannelLevel.objects.get().dirty_at is not None
    assert Transfer.objects.get().state == "posted"


def test_an_accepted_level_is_what_the_channel_was_told(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=9)
    dirty()
    publish(hub.rt, link)

    deliver(hub.rt, link.channel)

    assert ChannelLevel.objects.get().told == 9


def test_a_refused_level_is_an_exception_and_was_not_told(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=9)
    dirty()
    publish(hub.rt, link)
    hub.tills.answers = [RejectedError("There is no such item.")]

    deliver(hub.rt, link.channel)

    assert Hold.objects.open().get().kind == "STOCK_PUSH_FAILED"
    assert ChannelLevel.objects.get().told is None


# Cadence


def test_changes_of_one_moment_are_merged(hub: Worker) -> None:
    link = shop(coalesce_seconds=30)
    ReadingFactory()
    LevelFactory(dirty_at=NOW)

    at_once = publish(hub.rt, link)
    hub.clock.pass_time(seconds=30)

    assert (at_once, publish(hub.rt, link)) == (0, 1)


def test_the_first_change_after_a_quiet_moment_does_not_wait(hub: Worker) -> None:
    link = shop(coalesce_seconds=30)
    ReadingFactory()
    LevelFactory(told=1, told_at=NOW - timedelta(seconds=31), dirty_at=NOW)

    assert publish(hub.rt, link) == 1


def test_a_link_switched_to_quarter_hours_publishes_at_the_quarter(hub: Worker) -> None:
    link = shop(cadence="interval", interval_minutes=15)
    ReadingFactory()
    hub.clock.pass_time(minutes=1)  # 10:31
    LevelFactory(dirty_at=hub.clock())

    looked_at = []
    for _ in range(3):  # 10:35, 10:40, 10:45
        hub.clock.at = hub.clock.at.replace(minute=hub.clock.at.minute // 5 * 5)
        hub.clock.pass_time(minutes=5)
        looked_at.append(publish(hub.rt, link))

    assert looked_at == [0, 0, 1]


def test_one_store_may_have_a_pace_of_its_own(hub: Worker) -> None:
    slow = {"cadence": "interval", "interval_minutes": 60}
    link = shop(cadence="event", by_location={"9": slow})
    dirty("SOCK")
    dirty("HAT", location_code="9")

    publish(hub.rt, link)

    assert ChannelLevel.objects.get(location_code="3").dirty_at is None
    assert ChannelLevel.objects.get(location_code="9").dirty_at is not None


# Abnormal writes wait


@pytest.fixture
def many(hub: Worker) -> Link:
    """Thirty levels of ten, all of which the ledger now says are gone."""
    link = shop()
    for number in range(30):
        ReadingFactory(sku=f"S{number}", sellable=0)
        dirty(f"S{number}", told=10)
    return link


def test_a_publication_that_would_empty_the_shelves_waits_for_a_person(
    hub: Worker, many: Link
) -> None:
    publish(hub.rt, many)

    assert queued() == {}
    assert Transfer.objects.held().count() == 30
    assert Hold.objects.open().values("kind").distinct().get() == {"kind": "STOCK_WRITE_HELD"}


def test_one_approval_lets_them_all_go(hub: Worker, many: Link, admin_user: Any) -> None:
    publish(hub.rt, many)

    commands.approve_levels(link_slug=many.slug, by=admin_user, reason="Stocktake.", now=NOW)

    assert len(queued()) == 30
    assert not Hold.objects.open().exists()


def test_levels_that_wait_for_approval_do_not_slip_out_one_by_one(hub: Worker, many: Link) -> None:
    publish(hub.rt, many)
    ChannelLevel.objects.filter(sku="S1").update(dirty_at=NOW - timedelta(minutes=1))
    hub.clock.pass_time(seconds=1)

    publish(hub.rt, many)

    assert queued() == {}
    assert Hold.objects.open().count() == 30


def test_levels_that_came_right_again_need_no_approval(hub: Worker, many: Link) -> None:
    publish(hub.rt, many)
    StockReading.objects.update(sellable=10)
    ChannelLevel.objects.update(dirty_at=NOW - timedelta(minutes=1))
    hub.clock.pass_time(seconds=1)

    publish(hub.rt, many)

    assert not Hold.objects.open().exists()
    assert queued() == {}


# The owner's readings


def test_a_sale_is_in_flight_until_a_reading_that_began_after_it_was_confirmed(
    hub: Worker,
) -> None:
    link = shop()
    sell(1, moved_at=NOW)
    hub.ledger.stock["W3", "SOCK"] = Decimal(9)
    item = [("SOCK", "p-SOCK")]

    readings.read_levels(hub.rt, link, item)  # began in the same moment: not surely included
    publish_later(hub, link)
    first = desired()
    hub.clock.pass_time(seconds=1)
    readings.read_levels(hub.rt, link, item)
    publish_later(hub, link)

    assert (first, desired()) == (8, 9)


def publish_later(hub: Worker, link: Link) -> None:
    hub.clock.pass_time(seconds=2)
    publish(hub.rt, link)


def test_what_the_owner_did_not_answer_for_stays_as_it_was(hub: Worker) -> None:
    link = shop()
    ReadingFactory(sellable=4)

    readings.read_levels(hub.rt, link, [("SOCK", "p-SOCK")])

    assert StockReading.objects.get().sellable == 4


def test_marking_again_keeps_the_time_since_when_a_level_may_differ(hub: Worker) -> None:
    level = dirty()

    levels.mark_dirty(level.connection_id, [("3", "SOCK")], now=NOW)

    assert ChannelLevel.objects.get().dirty_at == NOW - timedelta(minutes=1)
