"""Before a channel is told for the first time, what it shows already is read."""

from decimal import Decimal

import pytest

from integrations.connectors.errors import UnavailableError
from integrations.models import ChannelLevel, Link, Transfer
from integrations.services.sweeps import publish_now
from tests.conftest import NOW
from tests.factories.integrations import (
    DocumentFactory,
    LevelFactory,
    LineFactory,
    ReadingFactory,
)
from tests.fakes import Worker
from tests.integrations.services.retail import open_shop, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> Link:
    return open_shop()


def has(sku: str, sellable: int) -> None:
    stock(sku)
    ReadingFactory(sku=sku, sellable=sellable)
    LevelFactory(sku=sku, dirty_at=NOW)


def publish(hub: Worker, link: Link) -> dict[str, Decimal]:
    hub.clock.pass_time(seconds=5)
    while publish_now(hub.rt, link.slug) is True:
        pass
    rows = Transfer.objects.filter(operation="set-level")
    return {row.sku: Decimal(row.payload["level"]) for row in rows}


def test_only_what_differs_is_sent(hub: Worker, link: Link) -> None:
    has("HAT", 5)
    has("CAP", 5)
    hub.tills.stock |= {("3", "HAT"): Decimal(5), ("3", "CAP"): Decimal(9)}

    sent = publish(hub, link)

    assert sent == {"CAP": Decimal(5)}
    assert ChannelLevel.objects.get(sku="HAT").told == 5


def test_nothing_of_what_the_till_does_not_list_is_not_worth_a_message(
    hub: Worker, link: Link
) -> None:
    has("HAT", 0)
    has("CAP", 4)

    sent = publish(hub, link)

    assert sent == {"CAP": Decimal(4)}
    assert ChannelLevel.objects.get(sku="HAT").told is None


def test_once_it_sold_there_the_till_lists_it_and_is_told_nothing_is_left(
    hub: Worker, link: Link
) -> None:
    has("HAT", 0)
    publish(hub, link)
    LineFactory(document=DocumentFactory(connection=link.channel), sku="HAT")
    ChannelLevel.objects.update(dirty_at=hub.clock())

    assert publish(hub, link) == {"HAT": Decimal(0)}


def test_the_tills_are_asked_once(hub: Worker, link: Link) -> None:
    has("HAT", 0)
    publish(hub, link)
    ChannelLevel.objects.update(dirty_at=hub.clock())

    publish(hub, link)

    assert len(hub.tills.asked) == 1


def test_while_the_tills_do_not_answer_nothing_is_told_unseen(hub: Worker, link: Link) -> None:
    has("CAP", 4)
    hub.tills.trouble = UnavailableError("Out of service.")
    before = publish(hub, link)
    hub.tills.trouble = None
    hub.clock.pass_time(minutes=2)

    after = publish(hub, link)

    assert (before, after) == ({}, {"CAP": Decimal(4)})
