"""A hybrid pace looks back once an interval: what was overlooked is read and told again."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.models import ChannelLevel, Link
from integrations.services.interval import overlooked
from tests.conftest import NOW
from tests.factories.integrations import (
    DocumentFactory,
    LevelFactory,
    LineFactory,
    ReadingFactory,
    TransferFactory,
)
from tests.integrations.services.retail import open_shop, stock

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(hours=2)


def shop(*skus: str, **policy: Any) -> Link:
    link = open_shop(*skus)
    link.policy = {"stock": policy}
    link.save()
    return link


def look(link: Link, limit: int = 10) -> list[str]:
    return [sku for sku, _ in overlooked(link, limit=limit, now=NOW)]


def test_what_sold_today_and_what_is_nearly_gone_is_read_again() -> None:
    link = shop("SOLD", "SCARCE", "QUIET", cadence="hybrid")
    LineFactory(sku="SOLD", document=DocumentFactory())
    LevelFactory(sku="SCARCE", desired=1)
    LevelFactory(sku="QUIET", desired=40)
    for sku in ("SOLD", "SCARCE", "QUIET"):
        ReadingFactory(sku=sku, began_at=LONG_AGO)

    assert look(link) == ["SCARCE", "SOLD"]


def test_each_item_is_read_once_an_interval_even_when_the_owner_says_nothing() -> None:
    link = shop("A", "B", "C", cadence="hybrid")
    for sku in ("A", "B", "C"):
        LevelFactory(sku=sku, desired=1)

    assert [look(link, limit=2), look(link, limit=2), look(link, limit=2)] == [
        ["A", "B"],
        ["C"],
        [],
    ]
    assert look(link) == []


def test_the_next_interval_looks_again() -> None:
    link = shop("A", cadence="hybrid", interval_minutes=15)
    LevelFactory(sku="A", desired=1)
    look(link)
    look(link)

    later = overlooked(link, limit=10, now=NOW + timedelta(minutes=15))

    assert [sku for sku, _ in later] == ["A"]


def test_a_pace_that_follows_events_alone_never_looks_back() -> None:
    link = shop("A", cadence="event")
    LevelFactory(sku="A", desired=1)

    assert look(link) == []


def test_a_level_told_otherwise_with_nothing_on_its_way_is_marked() -> None:
    link = shop(cadence="hybrid")
    stock("LATE")
    LevelFactory(sku="SOCK", desired=50, told=40)
    LevelFactory(sku="LATE", desired=50, told=40)
    TransferFactory(link=link, sku="LATE")

    look(link)

    assert ChannelLevel.objects.get(dirty_at=NOW).sku == "SOCK"
