"""Money with its currency, and the one rounding rule."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Self

from pydantic import Field

from integrations.canonical.base import CanonicalRecord

# ISO 4217 minor units that are not two places.
EXPONENTS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "BHD": 3, "KWD": 3, "JOD": 3, "TND": 3}


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for GBP, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-EXPONENTS.get(currency, 2))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the minor unit. Amounts that a vendor stated never pass through here."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


class CurrencyMismatchError(ValueError):
    """Two currencies met in one sum; there is no implicit conversion."""


class Money(CanonicalRecord):
    """An exact amount in one currency; the sign is kept."""

    amount: Decimal
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    def __add__(self, other: Self) -> Self:
        self._same_currency(other)
        return self.model_copy(update={"amount": self.amount + other.amount})

    def __sub__(self, other: Self) -> Self:
        self._same_currency(other)
        return self.model_copy(update={"amount": self.amount - other.amount})

    def __mul__(self, factor: Decimal | int) -> Self:
        return self.model_copy(update={"amount": self.amount * factor})

    def __neg__(self) -> Self:
        return self.model_copy(update={"amount": -self.amount})

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def rounded(self) -> Self:
        return self.model_copy(update={"amount": round_money(self.amount, self.currency)})

    def allocate(self, weights: Sequence[Decimal]) -> list["Money"]:
        """Split into parts that add up exactly, by largest remainder; order follows `weights`.

        All-zero weights split evenly. Raises ValueError without weights or with a negative one.
        """
        if not weights or min(weights) < 0:
            raise ValueError("weights must be given and not negative")
        total_weight = sum(weights) or Decimal(len(weights))
        shares = [Decimal(w) if sum(weights) else Decimal(1) for w in weights]
        unit = minor_unit(self.currency)
        units = int((self.amount / unit).to_integral_value(rounding=ROUND_HALF_UP))
        exact = [units * share / total_weight for share in shares]
        floors = [int(value.to_integral_value(rounding=ROUND_FLOOR)) for value in exact]
        by_remainder = sorted(
            range(len(exact)), key=lambda i: (exact[i] - floors[i], -i), reverse=True
        )
        for index in by_remainder[: units - sum(floors)]:
            floors[index] += 1
        return [Money(amount=count * unit, currency=self.currency) for count in floors]

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} cannot be added")


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """Sum in `currency`; an empty sum is zero of that currency."""
    result = Money(amount=Decimal(0), currency=currency)
    for amount in amounts:
        result = result + amount
    return result
