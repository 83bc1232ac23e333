"""How long after a sale every channel showed the lower level."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from integrations.public import Document, Link, MappingRow, Transfer
from monitoring.models import SaleExposure
from monitoring.services.exposure import (
    begin_exposures,
    close_exposures,
    forget_exposures,
    spreads,
)
from tests.conftest import NOW
from tests.monitoring import rows

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def link(db: None) -> Link:
    link = rows.pair()
    MappingRow.objects.create(
        link=link,
        table="store-warehouse",
        source_value="3",
        target={"warehouse": "12"},
        changed_at=NOW,
        changed_by="Ada",
    )
    for sku in ("HAT", "CAP"):
        rows.level(sku, desired=5)
    return link


def sale(*skus: str, at: datetime = NOW) -> Document:
    document = rows.receipt(placed_at=at, received_at=at + SECOND)
    for sku in skus:
        rows.line(document, sku)
    return document


def told(sku: str, *, made: datetime, taken: datetime, **fields: Any) -> Transfer:
    return rows.transfer(
        connection=rows.till(),
        operation="set-level",
        location_code="3",
        sku=sku,
        created_at=made,
        posted_at=taken,
        **{"state": "posted", "external_ref": "x"} | fields,
    )


def measure() -> list[int | None]:
    begin_exposures(now=NOW + HOUR)
    close_exposures(now=NOW + HOUR)
    return list(SaleExposure.objects.order_by("pk").values_list("seconds", flat=True))


def test_it_ends_when_the_last_of_its_levels_was_taken(link: Link) -> None:
    sale("HAT", "CAP")
    told("HAT", made=NOW + 2 * SECOND, taken=NOW + 3 * SECOND)

    before = measure()
    told("CAP", made=NOW + 2 * SECOND, taken=NOW + 9 * SECOND)

    assert (before, measure()) == ([None], [9])


def test_a_level_worked_out_before_the_sale_was_known_does_not_count(link: Link) -> None:
    sale("HAT")
    told("HAT", made=NOW, taken=NOW + 3 * SECOND)

    assert measure() == [None]


def test_later_levels_do_not_make_it_longer(link: Link) -> None:
    sale("HAT")
    told("HAT", made=NOW + 2 * SECOND, taken=NOW + 4 * SECOND)
    told("HAT", made=NOW + 60 * SECOND, taken=NOW + 61 * SECOND)

    assert measure() == [4]


def test_a_level_that_was_refused_does_not_end_it(link: Link) -> None:
    sale("HAT")
    told("HAT", made=NOW + 2 * SECOND, taken=None, state="held", external_ref="")

    assert measure() == [None]


def test_a_sale_that_lowers_no_level_has_none_and_stops_nobody(link: Link) -> None:
    sale("SERVICE")
    sale("HAT")
    told("HAT", made=NOW + 2 * SECOND, taken=NOW + 4 * SECOND)

    assert measure() == [4]


def test_measuring_twice_changes_nothing(link: Link) -> None:
    sale("HAT")
    told("HAT", made=NOW + 2 * SECOND, taken=NOW + 4 * SECOND)

    assert (measure(), measure()) == ([4], [4])


def test_percentiles_are_of_the_hour_of_the_sale(link: Link) -> None:
    document = sale()
    for seconds in range(1, 101):
        SaleExposure.objects.create(
            document=sale(),
            connection=link.channel,
            sold_at=NOW,
            shown_at=NOW,
            seconds=seconds,
        )
    SaleExposure.objects.create(document=document, connection=link.channel, sold_at=NOW)

    (found,) = spreads(since=NOW - HOUR)

    assert (found.sales, found.open) == (101, 1)
    assert (found.p50, found.p95, found.p99) == (50, 95, 99)


def test_one_sale_is_all_its_percentiles(link: Link) -> None:
    SaleExposure.objects.create(
        document=sale(), connection=link.channel, sold_at=NOW, shown_at=NOW, seconds=3
    )

    (found,) = spreads(since=NOW - HOUR)

    assert (found.p50, found.p95, found.p99) == (3, 3, 3)


def test_dismissed_sales_and_old_ones_are_forgotten(link: Link) -> None:
    gone = sale("HAT")
    measure()
    Document.objects.filter(pk=gone.pk).update(state="dismissed")
    old = sale("CAP", at=NOW - timedelta(days=61))
    SaleExposure.objects.create(document=old, connection=link.channel, sold_at=old.placed_at)

    forget_exposures(now=NOW)

    assert not SaleExposure.objects.exists()
