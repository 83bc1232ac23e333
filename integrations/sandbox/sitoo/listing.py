"""What all collections share: filters, paging, field selection and batches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from integrations.sandbox.core.http import BadJsonError, Request
from integrations.sandbox.sitoo.errors import INTERNAL_ERROR, ApiError, bad_request, invalid_value

DEFAULT_NUM = 10
MOST_ROWS = 1000  # [A]: more than this is cut without a word

Wire = dict[str, Any]


def wanted(request: Request, name: str) -> list[str] | None:
    """The comma-separated values of a filter, or None when it is absent.

    QUIRK(sitoo): of a repeated key only the last is used, with a 200.
    """
    text = request.last(name)
    return None if text is None else [part.strip() for part in text.split(",")]


def wanted_ints(request: Request, name: str) -> list[int] | None:
    """The whole numbers of a filter, or None when it is absent. Raises ApiError 400."""
    parts = wanted(request, name)
    return None if parts is None else [_to_int(part, name) for part in parts]


def wanted_int(request: Request, name: str) -> int | None:
    """One whole number, or None when it is absent. Raises ApiError 400."""
    text = request.last(name)
    return None if text is None else _to_int(text, name)


def _to_int(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise invalid_value(name, text) from None


def window(request: Request) -> slice:
    """The rows asked for. Raises ApiError 400."""
    start = wanted_int(request, "start") or 0
    given = wanted_int(request, "num")
    num = DEFAULT_NUM if given is None else given
    if start < 0 or num < 0:
        raise invalid_value("start" if start < 0 else "num")
    return slice(start, start + min(num, MOST_ROWS))


def page(
    request: Request, rows: Sequence[Wire], *, omit: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The envelope: how many match, and the rows asked for.

    `omit` are the fields left out unless `fields` names them.
    """
    return {
        "totalcount": len(rows),
        "items": [project(request, row, omit=omit) for row in rows[window(request)]],
    }


def project(request: Request, row: Wire, *, omit: frozenset[str] = frozenset()) -> Wire:
    """The row with the fields that were asked for."""
    fields = wanted(request, "fields")
    if fields is None:
        return {name: value for name, value in row.items() if name not in omit}
    return {name: row[name] for name in fields if name in row}


def keep(rows: Iterable[Wire], field: str, values: Sequence[Any] | None) -> Iterable[Wire]:
    """Rows whose field is one of `values`; every row when there is no such filter."""
    if values is None:
        return rows
    allowed = frozenset(values)
    return (row for row in rows if row.get(field) in allowed)


def between(rows: Iterable[Wire], field: str, low: int | None, high: int | None) -> Iterable[Wire]:
    """Rows with low ≤ field ≤ high; a missing bound is open."""
    if low is None and high is None:
        return rows
    return (
        row
        for row in rows
        if (low is None or row[field] >= low) and (high is None or row[field] <= high)
    )


def in_order(request: Request, rows: Iterable[Wire], field: str) -> list[Wire]:
    """Sorted by `field`, descending unless `sort` says otherwise. Raises ApiError 400."""
    sort = request.last("sort") or f"-{field}"
    if sort.lstrip("-") != field:
        raise invalid_value("sort", sort)
    return sorted(rows, key=lambda row: row[field], reverse=sort.startswith("-"))


def body_of(request: Request) -> Any:
    """The JSON body. Raises ApiError 400."""
    try:
        return request.json()
    except BadJsonError:
        raise bad_request("Invalid JSON") from None


def as_object(body: Any) -> dict[str, Any]:
    """A JSON object. Raises ApiError 400."""
    if not isinstance(body, dict):
        raise bad_request("Invalid request")
    return body


def write(request: Request, one: Callable[[Mapping[str, Any]], Any]) -> Any:
    """Write one object, or an array row by row: rows of an array fail on their own.

    QUIRK(sitoo): an array is answered with 200 and a status per row.
    """
    body = body_of(request)
    if not isinstance(body, list):
        return one(as_object(body))
    breaks = len(body) - 1 if "partial_batch" in request.faults else None
    return [_row(one, row, broken=place == breaks) for place, row in enumerate(body)]


def _row(one: Callable[[Mapping[str, Any]], Any], row: Any, *, broken: bool) -> Wire:
    if broken:
        return ApiError(500, INTERNAL_ERROR).body
    try:
        return {"statuscode": 200, "return": one(as_object(row))}
    except ApiError as error:
        return error.body
