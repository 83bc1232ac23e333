"""Quantities: by the piece or by weight, to three decimal places."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from integrations.canonical.base import Quantity

QUANTITY = TypeAdapter(Quantity)


@pytest.mark.parametrize("text", ["1", "0.125", "2.500"])
def test_cloth_and_coffee_are_sold_to_the_gram(text: str) -> None:
    assert QUANTITY.validate_python(Decimal(text)) == Decimal(text)


def test_a_fourth_decimal_is_refused_and_not_rounded_away() -> None:
    with pytest.raises(ValidationError, match="three decimal places"):
        QUANTITY.validate_python(Decimal("0.1234"))
