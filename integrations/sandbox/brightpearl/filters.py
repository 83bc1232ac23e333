"""Search filters by column type: the text of a filter becomes a test of one value."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.brightpearl.formats import id_ranges, read_time
from integrations.sandbox.brightpearl.replies import CANNOT_PARSE_FILTER, ApiError

Test = Callable[[Any], bool]


def make_test(kind: str, name: str, text: str) -> Test:
    """The test for a filter `name=text` on a column of this kind. Raises ApiError."""
    return _TESTS[kind](name, text)


def _id_set_test(name: str, text: str) -> Test:
    ranges = ranges_of(name, text)
    if len(ranges) == 1 or any(low != high for low, high in ranges):
        return lambda value: any(low <= (value or 0) <= high for low, high in ranges)
    single = {low for low, _ in ranges}
    return lambda value: value in single


def ranges_of(name: str, text: str) -> list[tuple[int, int]]:
    try:
        return id_ranges(text)
    except ApiError as error:
        raise _unreadable(name, text, "IDSET") from error


def _integer_test(name: str, text: str) -> Test:
    if not text.isdecimal():
        raise _unreadable(name, text, "INTEGER")
    wanted = int(text)
    return lambda value: value == wanted


def _string_test(name: str, text: str) -> Test:
    """QUIRK: equality ignores case, so callers must compare again."""
    wanted = text.casefold()
    return lambda value: (value or "").casefold() == wanted


def _search_string_test(name: str, text: str) -> Test:
    wanted = text.casefold()
    return lambda value: wanted in (value or "").casefold()


def _string_set_test(name: str, text: str) -> Test:
    wanted = {part.casefold() for part in text.split(",")}
    return lambda value: (value or "").casefold() in wanted


def _boolean_test(name: str, text: str) -> Test:
    if text not in ("true", "false"):
        raise _unreadable(name, text, "BOOLEAN")
    wanted = text == "true"
    return lambda value: value is wanted


def _period_test(name: str, text: str) -> Test:
    start, end = period_of(name, text)

    def inside(value: datetime | None) -> bool:
        if value is None:
            return False
        return (start is None or value >= start) and (end is None or value <= end)

    return inside


def period_of(name: str, text: str) -> tuple[datetime | None, datetime | None]:
    start, slash, end = text.partition("/")
    if not slash or not (start or end):
        raise _unreadable(name, text, "PERIOD")
    try:
        return (
            read_time(start, name) if start else None,
            read_time(end, name) if end else None,
        )
    except ApiError as error:
        raise _unreadable(name, text, "PERIOD") from error


def _decimal_test(name: str, text: str) -> Test:
    try:
        wanted = Decimal(text)
    except ArithmeticError as error:
        raise _unreadable(name, text, "DECIMAL") from error
    return lambda value: value is not None and Decimal(value) == wanted


_TESTS: Mapping[str, Callable[[str, str], Test]] = {
    "IDSET": _id_set_test,
    "INTEGER": _integer_test,
    "STRING": _string_test,
    "SEARCH_STRING": _search_string_test,
    "STRING_SET": _string_set_test,
    "BOOLEAN": _boolean_test,
    "PERIOD": _period_test,
    "DATETIME": _period_test,
    "DECIMAL": _decimal_test,
}


def _unreadable(name: str, text: str, kind: str) -> ApiError:
    """QUIRK: a filter of the wrong type is the caller's mistake, and still answers 500."""
    return ApiError(500, CANNOT_PARSE_FILTER, f"Could not parse '{text}' for {name} as {kind}")
