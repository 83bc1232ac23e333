"""Spelling: decimals as strings, times in the account's zone, id sets; and reading them back."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.brightpearl.replies import BAD_REQUEST, TOO_MANY_IDS, ApiError, invalid

PENNY = Decimal("0.01")
FOUR_PLACES = Decimal("0.0001")
SIX_PLACES = Decimal("0.000001")
ZERO = Decimal(0)


def two(amount: Decimal) -> str:
    """Two decimal places, halves away from zero."""
    return str(amount.quantize(PENNY, ROUND_HALF_UP))


def four(amount: Decimal) -> str:
    """Four decimal places."""
    return str(amount.quantize(FOUR_PLACES, ROUND_HALF_UP))


def six(amount: Decimal) -> str:
    """Six decimal places, for exchange rates."""
    return str(amount.quantize(SIX_PLACES, ROUND_HALF_UP))


@lru_cache(maxsize=4096)
def stamp(at: datetime, zone: str) -> str:
    """ISO 8601 with milliseconds and the account's offset: `2025-11-04T10:41:38.000-06:00`."""
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")


def whole(quantity: Decimal) -> int | str:
    """A stock figure: an integer where it is one."""
    return int(quantity) if quantity == quantity.to_integral_value() else format(quantity, "f")


def read_decimal(value: Any, name: str, *, code: str = BAD_REQUEST) -> Decimal:
    """A number or a numeric string as Decimal. Raises ApiError naming the field."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise invalid(code, f"{name} must be a number")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise invalid(code, f"{name} must be a number, not {value!r}") from error
    if not number.is_finite():
        raise invalid(code, f"{name} must be a number, not {value!r}")
    return number


def read_int(value: Any, name: str, *, code: str = BAD_REQUEST) -> int:
    """An integer, also when sent as a string. Raises ApiError naming the field."""
    number = read_decimal(value, name, code=code)
    if number != number.to_integral_value():
        raise invalid(code, f"{name} must be a whole number, not {value!r}")
    return int(number)


def read_time(value: Any, name: str, *, code: str = BAD_REQUEST) -> datetime:
    """An ISO 8601 time as aware UTC; without an offset it is read as UTC."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise invalid(code, f"{name} is not an ISO 8601 date: {value!r}") from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def read_day(value: Any, name: str, *, code: str = BAD_REQUEST) -> date:
    """A `yyyy-mm-dd` day."""
    if not isinstance(value, str) or len(value) != 10:
        raise invalid(code, f"{name} must be yyyy-mm-dd, not {value!r}")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise invalid(code, f"{name} must be yyyy-mm-dd, not {value!r}") from error


def read_text(value: Any, name: str, *, limit: int, code: str = BAD_REQUEST) -> str:
    """A string of at most `limit` characters; missing is empty."""
    text = "" if value is None else value
    if not isinstance(text, str) or len(text) > limit:
        raise invalid(code, f"{name} must be a text of at most {limit} characters")
    return text


def section(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested object of a body; missing is empty."""
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def id_ranges(text: str) -> list[tuple[int, int]]:
    """`1,2,5-10` as [(1, 1), (2, 2), (5, 10)]. Raises ApiError for anything else."""
    ranges = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            raise invalid(BAD_REQUEST, f"'{text}' is not a set of ids")
        low, high = int(first), int(last or first)
        if high < low:
            raise invalid(BAD_REQUEST, f"Ranges of ids must ascend: '{part}'")
        ranges.append((low, high))
    return ranges


def id_set(text: str, *, cap: int) -> list[int]:
    """All ids of a set, ascending and once each. Raises ApiError when there are more than `cap`."""
    ranges = id_ranges(text)
    if sum(high - low + 1 for low, high in ranges) > cap:
        raise ApiError(400, TOO_MANY_IDS, f"At most {cap} ids can be fetched at once")
    return sorted({one for low, high in ranges for one in range(low, high + 1)})


def write_id_set(ids: Iterable[int]) -> str:
    """Ids as the shortest set: `1-2,5,8`."""
    parts: list[list[int]] = []
    for one in sorted(set(ids)):
        if parts and one == parts[-1][-1] + 1:
            parts[-1][1:] = [one]
        else:
            parts.append([one])
    return ",".join("-".join(map(str, part)) for part in parts)


def without_none(payload: dict[str, Any]) -> dict[str, Any]:
    """Unset fields are omitted, never null."""
    return {name: value for name, value in payload.items() if value is not None}
