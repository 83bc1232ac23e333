"""Products of the owner: kept as it has them, and told to the channel when they changed."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.products import Product
from integrations.models import CatalogueItem, ChannelLevel, Link, Transfer
from integrations.services.catalogue import store_products
from tests.conftest import NOW
from tests.integrations.services.retail import open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> Link:
    return open_shop("SOCK")


def product(**fields: Any) -> Product:
    defaults = {
        "external_id": "p-SOCK",
        "sku": "SOCK",
        "name": "Sock",
        "tax_code": "T20",
        "price_gross": Decimal("12.00"),
    }
    return Product(**defaults | fields)


def tell(link: Link, *products: Product) -> None:
    store_products(link.owner, products, now=NOW)


def prices() -> list[tuple[str, Decimal]]:
    rows = Transfer.objects.filter(operation="put-product").order_by("pk")
    return [(row.state, Decimal(row.payload["price_gross"])) for row in rows]


def test_a_new_product_is_told_with_its_price_and_tax(link: Link) -> None:
    tell(link, product())

    payload = Transfer.objects.get().payload
    assert (payload["price_gross"], payload["tax_rate"]) == ("12.00", "20")


def test_what_did_not_change_is_not_told_again(link: Link) -> None:
    tell(link, product())
    tell(link, product())

    assert len(prices()) == 1


def test_a_newer_price_replaces_the_one_that_waits(link: Link) -> None:
    tell(link, product())
    tell(link, product(price_gross=Decimal("13.00")))

    assert prices() == [("superseded", Decimal("12.00")), ("ready", Decimal("13.00"))]


def test_a_price_that_goes_back_is_told_again(link: Link) -> None:
    for price in ("12.00", "13.00", "12.00"):
        tell(link, product(price_gross=Decimal(price)))

    assert prices()[-1] == ("ready", Decimal("12.00"))


def test_a_renamed_product_is_the_same_product(link: Link) -> None:
    tell(link, product(name="Long sock"))

    assert CatalogueItem.objects.get(external_id="p-SOCK").name == "Long sock"
    assert CatalogueItem.objects.count() == 1


def test_a_new_stocked_product_has_its_levels_worked_out(link: Link) -> None:
    tell(link, product(external_id="p-HAT", sku="HAT"))

    level = ChannelLevel.objects.get(sku="HAT")
    assert (level.location_code, level.dirty_at) == ("3", NOW)
