"""Spelling: money with two decimals, quantities with three, epoch seconds, upper-case GUIDs."""

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from integrations.sandbox.sitoo.errors import invalid_value

PENNY = Decimal("0.01")
THOUSANDTH = Decimal("0.001")
ZERO = Decimal("0.00")
SKU = re.compile(r"[A-Za-z0-9_+\-./]+")
EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


def money(amount: Decimal) -> str:
    """Two decimals, halves away from zero; never a negative zero."""
    return format(amount.quantize(PENNY, ROUND_HALF_UP) + ZERO, ".2f")


def quantity(amount: Decimal | int) -> str:
    """Three decimals; never a negative zero."""
    return format(Decimal(amount).quantize(THOUSANDTH, ROUND_HALF_UP) + 0, ".3f")


def epoch(at: datetime) -> int:
    """Whole seconds since 1970."""
    return int(at.timestamp())


def guid(*parts: object) -> str:
    """A GUID in braces and upper case that depends on nothing but `parts`."""
    digits = sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32].upper()
    return f"{{{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}}}"


def read_decimal(value: Any, field: str) -> Decimal:
    """A decimal sent as a string or a number. Raises ApiError 400."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise invalid_value(field)
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise invalid_value(field) from None
    if not found.is_finite():
        raise invalid_value(field)
    return found


def read_int(value: Any, field: str) -> int:
    """A whole number. Raises ApiError 400."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid_value(field)
    return value


def percent(rate: Decimal) -> int | str:
    """A VAT rate as Sitoo writes it: a JSON number. Fractions of a percent keep their digits."""
    return int(rate) if rate == rate.to_integral_value() else format(rate.normalize(), "f")
