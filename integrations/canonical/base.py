"""What every canonical record has in common."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

THREE_PLACES = Decimal("0.001")


class CanonicalRecord(BaseModel):
    """A frozen value; an unknown field is a mistake of ours and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _three_places(value: Decimal) -> Decimal:
    if value != value.quantize(THREE_PLACES):
        raise ValueError("a quantity has at most three decimal places")
    return value


Sku = Annotated[str, Field(min_length=1, max_length=64)]
Quantity = Annotated[Decimal, AfterValidator(_three_places)]
Instant = AwareDatetime
