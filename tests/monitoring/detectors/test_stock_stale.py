"""Stock numbers that are old although nothing failed."""

from datetime import timedelta

from integrations.public import Link, StockReading
from tests.conftest import NOW
from tests.monitoring import rows

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def test_a_level_may_wait_an_hour_to_be_told(look):
    rows.pair()
    rows.level("LB-1", dirty_at=NOW)

    assert look("STOCK_STALE", NOW + HOUR - SECOND) == []
    found = look("STOCK_STALE", NOW + HOUR)

    assert [each.title for each in found] == [
        "Sitoo has not been told 1 stock level of location 3 for 1 h."
    ]


def test_a_link_that_publishes_rarely_has_more_patience(look):
    rows.pair()
    Link.objects.update(policy={"stock": {"interval_minutes": 60}})
    rows.level("LB-1", dirty_at=NOW)

    assert look("STOCK_STALE", NOW + 2 * HOUR - SECOND) == []
    assert len(look("STOCK_STALE", NOW + 2 * HOUR)) == 1


def test_it_clears_when_the_channel_is_told(look):
    rows.pair()
    rows.level("LB-1", dirty_at=None, told_at=NOW)

    assert look("STOCK_STALE", NOW + timedelta(days=1)) == []


def test_a_reading_may_be_a_day_and_two_hours_old(look):
    rows.pair()
    StockReading.objects.create(
        connection=rows.ledger(), location_code="2", sku="X", on_hand=1, sellable=1, began_at=NOW
    )

    assert look("STOCK_STALE", NOW + 26 * HOUR - SECOND) == []
    found = look("STOCK_STALE", NOW + 26 * HOUR)

    assert [each.subject for each in found] == ["reading 2"]


def test_a_system_in_trouble_explains_its_old_numbers(look):
    rows.till(trouble="unavailable", trouble_since=NOW)
    rows.pair()
    rows.level("LB-1", dirty_at=NOW)

    assert look("STOCK_STALE", NOW + 2 * HOUR) == []
