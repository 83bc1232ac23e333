"""The nightly census: what a channel shows is read, and what differs is told again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.connectors.errors import UnavailableError
from integrations.models import ChannelLevel, Link, StreamCursor, Transfer
from integrations.services.census import census
from integrations.services.publish import publish
from tests.factories.integrations import (
    EventFactory,
    LevelFactory,
    ReadingFactory,
    TransferFactory,
)
from tests.fakes import Worker
from tests.integrations.services.retail import open_shop

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 3, 27, 22, 0, tzinfo=UTC)


@pytest.fixture
def link(hub: Worker) -> Link:
    """One level: the channel was told 5 in the evening, and that is what it should show."""
    hub.clock.at = EVENING
    link = open_shop()
    ReadingFactory(sellable=5)
    LevelFactory(desired=5, told=5, told_at=EVENING)
    census(hub.rt, link)  # the first one counts as done: everything was just published
    return link


def spend_the_night(hub: Worker, link: Link, *, orders_read: bool = True) -> None:
    hub.clock.at = EVENING + timedelta(hours=5)
    answer = census(hub.rt, link)
    while answer is True:
        answer = census(hub.rt, link)
    if orders_read:
        hub.clock.pass_time(seconds=10)
        StreamCursor.objects.update_or_create(
            connection=link.channel,
            stream="orders",
            defaults={"caught_up_at": hub.clock()},
        )
        census(hub.rt, link)
    hub.clock.pass_time(seconds=5)
    publish(hub.rt, link)


def told_again() -> list[Decimal]:
    rows = Transfer.objects.filter(state="ready", operation="set-level")
    return [Decimal(row.payload["level"]) for row in rows]


def test_a_level_that_somebody_changed_at_the_channel_is_found_and_told_again(
    hub: Worker, link: Link
) -> None:
    hub.tills.stock["3", "SOCK"] = Decimal(50)

    spend_the_night(hub, link)

    assert ChannelLevel.objects.get().seen == 50
    assert told_again() == [5]


def test_a_level_that_agrees_costs_nothing_more(hub: Worker, link: Link) -> None:
    hub.tills.stock["3", "SOCK"] = Decimal(5)

    spend_the_night(hub, link)

    assert told_again() == []


def test_what_the_channel_did_not_answer_for_is_unknown(hub: Worker, link: Link) -> None:
    spend_the_night(hub, link)

    assert ChannelLevel.objects.get().seen is None
    assert told_again() == []


def test_a_sale_that_nobody_told_us_of_yet_is_not_taken_for_drift(hub: Worker, link: Link) -> None:
    hub.tills.stock["3", "SOCK"] = Decimal(4)

    spend_the_night(hub, link, orders_read=False)
    before = told_again()
    EventFactory(connection=link.channel)  # the sale was read and is not planned yet
    spend_the_night(hub, link)

    assert (before, told_again()) == ([], [])


def test_a_level_that_is_on_its_way_is_left_alone(hub: Worker, link: Link) -> None:
    hub.tills.stock["3", "SOCK"] = Decimal(50)
    TransferFactory(link=link, sku="SOCK", state="held")

    spend_the_night(hub, link)

    assert told_again() == []


def test_it_runs_once_a_night_and_reads_in_steps(hub: Worker, link: Link) -> None:
    for number in range(150):
        LevelFactory(sku=f"A{number:03}")

    spend_the_night(hub, link)
    asked = len(hub.tills.asked)
    hub.clock.pass_time(hours=1)
    census(hub.rt, link)

    assert (asked, len(hub.tills.asked)) == (2, 2)


def test_an_outage_in_the_night_is_waited_out_and_it_goes_on_where_it_was(
    hub: Worker, link: Link
) -> None:
    hub.tills.stock["3", "SOCK"] = Decimal(50)
    hub.clock.at = EVENING + timedelta(hours=5)
    hub.tills.trouble = UnavailableError("Out of service.")
    again_at = census(hub.rt, link)
    hub.tills.trouble = None

    spend_the_night(hub, link)

    assert isinstance(again_at, datetime)
    assert told_again() == [5]
