"""The owner moved stock by itself: a reading differs by more than our own movements."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.canonical.stock import StockLevel
from integrations.models import Link, StockMovement
from integrations.services.places import places
from integrations.services.readings import store_levels
from tests.conftest import NOW
from tests.factories.integrations import DocumentFactory, LineFactory, ReadingFactory
from tests.integrations.services.retail import open_shop

pytestmark = pytest.mark.django_db
AGO = NOW - timedelta(hours=1)


@pytest.fixture
def link() -> Link:
    return open_shop()


def read(link: Link, sellable: int) -> list[Decimal]:
    found = [
        StockLevel(
            location_code="W3", sku="SOCK", on_hand=Decimal(sellable), sellable=Decimal(sellable)
        )
    ]
    store_levels(link, places(link), found, began_at=NOW, now=NOW)
    return list(StockMovement.objects.values_list("quantity", flat=True))


def test_a_correction_there_is_noticed(link: Link) -> None:
    ReadingFactory(sellable=10, began_at=AGO)

    assert read(link, 7) == [-3]
    assert StockMovement.objects.get().connection == link.owner


def test_our_own_sales_are_no_news(link: Link) -> None:
    ReadingFactory(sellable=10, began_at=AGO)
    LineFactory(document=DocumentFactory(), signed_quantity=2, moved_at=AGO)

    assert read(link, 8) == []


def test_a_sale_that_it_does_not_have_yet_explains_nothing(link: Link) -> None:
    ReadingFactory(sellable=10, began_at=AGO)
    LineFactory(document=DocumentFactory(), signed_quantity=2)

    assert read(link, 8) == [-2]


def test_the_first_reading_is_no_change(link: Link) -> None:
    assert read(link, 8) == []
