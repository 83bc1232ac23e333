"""What a channel is told of a product."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.products import Product
from integrations.flows.decisions import Post, Skip
from integrations.flows.product_to_channel import decide


def product(**fields: Any) -> Product:
    defaults = {"external_id": "7", "sku": "SOCK", "name": "Sock", "price_gross": Decimal("12.00")}
    return Product(**defaults | fields)


def key_of(wanted: Product) -> str:
    decision = decide(wanted, channel="tills", tax_rate=Decimal(20))
    assert isinstance(decision, Post)
    return decision.steps[0].key


def test_the_same_content_is_the_same_effect() -> None:
    assert key_of(product()) == key_of(product())


def test_another_price_is_another_effect() -> None:
    assert key_of(product()) != key_of(product(price_gross=Decimal("12.01")))


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"price_gross": None}], ids=["not sold", "no price"]
)
def test_what_cannot_be_sold_is_skipped_with_a_reason(fields: dict[str, Any]) -> None:
    decision = decide(product(**fields), channel="tills", tax_rate=Decimal(20))

    assert isinstance(decision, Skip)
    assert decision.reason
