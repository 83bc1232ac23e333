"""Spelling: v2 money as strings with four decimals, v3 money as numbers, two kinds of dates."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError
from integrations.sandbox.core.http import Response

PENNY = Decimal("0.01")
ZERO = Decimal("0.00")
NUMBER_MARK = "\ue000"  # a private character: around what json would otherwise write as a string
_NUMBER = re.compile(f'"{NUMBER_MARK}(-?[0-9.]+){NUMBER_MARK}"')


def to_penny(amount: Decimal) -> Decimal:
    """Two decimals, halves up."""
    return amount.quantize(PENNY, ROUND_HALF_UP)


def four(amount: Decimal) -> str:
    """QUIRK(bigcommerce): v2 amounts are strings with four decimals."""
    return format(amount.quantize(Decimal("0.0001")) + 0, ".4f")


def rfc2822(at: datetime | None) -> str:
    """QUIRK(bigcommerce): v2 dates look like mail headers; never is an empty string."""
    return format_datetime(at.astimezone(UTC)) if at else ""


def iso(at: datetime) -> str:
    """v3 dates: ISO 8601 in whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat()


def read_time(text: str, name: str) -> datetime:
    """An instant as a filter spells it, RFC 2822 or ISO 8601. Raises ApiError 400."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            raise ApiError(400, f"The field '{name}' is invalid.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def read_amount(value: Any, name: str) -> Decimal:
    """A JSON number, or a number in a string. Raises ApiError 422."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise invalid(name)
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise invalid(name) from None
    if not found.is_finite():
        raise invalid(name)
    return found


def read_whole(value: Any, name: str) -> int:
    """A whole JSON number. Raises ApiError 422."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(name)
    return value


def invalid(name: str) -> ApiError:
    """A body whose field `name` cannot be used."""
    return ApiError(422, "JSON data is missing or invalid", errors={name: "error.invalid"})


def write_json(payload: Any) -> bytes:
    """Compact JSON in which a Decimal is a number, digit by digit: never a binary fraction."""
    text = json.dumps(payload, default=_plain, separators=(",", ":"), ensure_ascii=False)
    return _NUMBER.sub(r"\1", text).encode()


def answer(
    payload: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> Response:
    """An answer; None has no body."""
    body = b"" if payload is None else write_json(payload)
    kind = {} if payload is None else {"content-type": content_type}
    return Response(status, {**kind, **(headers or {})}, body)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{NUMBER_MARK}{value:f}{NUMBER_MARK}"
    raise TypeError(f"{type(value).__name__} has no JSON form")
