"""A channel is about to sell what is not there."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.public import Connection, Link, Transfer
from monitoring.models import SalesRate
from monitoring.services.cases import refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def link(db: None) -> Link:
    """Levels are told every fifteen minutes."""
    link = rows.pair()
    link.policy = {"stock": {"cadence": "interval", "interval_minutes": 15}}
    link.save()
    return link


def sells(link: Link, sku: str, per_hour: str) -> None:
    SalesRate.objects.create(
        connection=link.channel, location_code="3", sku=sku, per_hour=Decimal(per_hour)
    )


def test_a_promise_that_is_gone_before_it_can_be_told_is_a_risk(look: Any, link: Link) -> None:
    rows.item("HOT", price_net=Decimal(10))
    rows.level("HOT", desired=4)
    sells(link, "HOT", "8.1")

    (found,) = look("OVERSELL_RISK")

    assert found.title.startswith("HOT in 3: 4 promised last 29 m, and Sitoo needs 15 m")
    assert found.stake.value == Decimal("58.73")  # 2.025 units in 15 minutes × (4 + 25)


def test_a_promise_that_lasts_twice_as_long_is_none(look: Any, link: Link) -> None:
    rows.level("HOT", desired=4)
    sells(link, "HOT", "8.0")

    assert look("OVERSELL_RISK") == []


def test_it_clears_when_the_promise_lasts_four_times_as_long(look: Any, link: Link) -> None:
    level = rows.level("HOT", desired=4)
    sells(link, "HOT", "9")
    refresh_cases(now=NOW, types=["OVERSELL_RISK"])

    type(level).objects.update(desired=8)  # 53 minutes: more than twice, less than four times
    better = look("OVERSELL_RISK")
    type(level).objects.update(desired=9)
    good = look("OVERSELL_RISK")

    assert (len(better), good) == (1, [])


def waits(link: Link, made: Any, level: str = "0") -> Transfer:
    return rows.transfer(
        connection=link.channel,
        operation="set-level",
        flow="stock-to-channel",
        lane=Transfer.Lane.LAST_UNITS,
        location_code="3",
        sku="LAST",
        payload={"location_code": "3", "sku": "LAST", "level": level},
        created_at=made,
    )


def test_last_units_that_are_still_promised_are_a_risk_after_twice_the_lag(
    look: Any, link: Link
) -> None:
    rows.level("LAST", desired=0, told=3)
    waits(link, NOW)

    assert look("OVERSELL_RISK", NOW + 30 * MINUTE - SECOND) == []
    (found,) = look("OVERSELL_RISK", NOW + 30 * MINUTE)

    assert found.title == (
        "Sitoo promises 3 too many: 1 lower level of last units not taken for 30 m."
    )


def test_a_level_that_rises_may_wait(look: Any, link: Link) -> None:
    rows.level("LAST", desired=2, told=0)
    waits(link, NOW, level="2")

    assert look("OVERSELL_RISK", NOW + 60 * MINUTE) == []


def test_it_clears_when_the_level_is_taken(look: Any, link: Link) -> None:
    rows.level("LAST", desired=0, told=3)
    push = waits(link, NOW)
    Transfer.objects.filter(pk=push.pk).update(state="posted", external_ref="x", posted_at=NOW)

    assert look("OVERSELL_RISK", NOW + 60 * MINUTE) == []


def test_a_channel_in_trouble_explains_its_own(look: Any, link: Link) -> None:
    rows.level("LAST", desired=0, told=3)
    waits(link, NOW)
    Connection.objects.filter(pk=link.channel_id).update(trouble="unavailable")

    assert look("OVERSELL_RISK", NOW + 60 * MINUTE) == []
