"""What all collections share: filters and the two ways of paging."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError
from integrations.sandbox.bigcommerce.formats import answer, read_amount, read_time
from integrations.sandbox.core.http import BadJsonError, Request, Response

Wire = dict[str, Any]
V2_DEFAULT, V2_MOST = 50, 250
V3_DEFAULT, V3_MOST = 50, 250
INVENTORY_MOST = 1000


def v2_page(request: Request, rows: Sequence[Any], view: Callable[[Any], Any]) -> Response:
    """A bare array. QUIRK(bigcommerce): nothing found is a 204 without a body."""
    page, limit = _page(request), _limit(request, V2_DEFAULT, V2_MOST)
    shown = rows[(page - 1) * limit : page * limit]
    return answer([view(row) for row in shown]) if shown else answer(None, status=204)


def v3_page(
    request: Request,
    rows: Sequence[Any],
    view: Callable[[Any], Any],
    *,
    most: int = V3_MOST,
    default: int = V3_DEFAULT,
) -> Response:
    """`data` and `meta.pagination`; nothing found is an empty list."""
    page, limit = _page(request), _limit(request, default, most)
    shown = rows[(page - 1) * limit : page * limit]
    pagination = {
        "total": len(rows),
        "count": len(shown),
        "per_page": limit,
        "current_page": page,
        "total_pages": -(-len(rows) // limit),
        "links": {"current": f"?page={page}&limit={limit}"},
    }
    return answer({"data": [view(row) for row in shown], "meta": {"pagination": pagination}})


def among(request: Request, name: str) -> frozenset[str] | None:
    """The comma-separated values of a `:in` filter; None when it is absent."""
    text = request.last(name)
    return None if text is None else frozenset(part.strip() for part in text.split(","))


def whole(request: Request, name: str) -> int | None:
    """One whole number; None when it is absent. Raises ApiError 400."""
    text = request.last(name)
    if text is None:
        return None
    if not text.lstrip("-").isdecimal():
        raise ApiError(400, f"The field '{name}' is invalid.")
    return int(text)


def moment(request: Request, name: str) -> datetime | None:
    """One instant; None when it is absent. Raises ApiError 400."""
    text = request.last(name)
    return None if text is None else read_time(text, name)


def amount(request: Request, name: str) -> Decimal | None:
    """One amount; None when it is absent. Raises ApiError."""
    text = request.last(name)
    return None if text is None else read_amount(text, name)


def between(rows: Iterable[Any], value: Callable[[Any], Any], low: Any, high: Any) -> list[Any]:
    """Rows with low ≤ value ≤ high; a missing bound is open."""
    return [
        row
        for row in rows
        if (low is None or value(row) >= low) and (high is None or value(row) <= high)
    ]


def body_of(request: Request) -> Any:
    """The JSON body. Raises ApiError 400."""
    try:
        return request.json()
    except BadJsonError:
        raise ApiError(400, "The request body is not valid JSON.") from None


def object_of(request: Request) -> Wire:
    """The body as an object. Raises ApiError."""
    body = body_of(request)
    if not isinstance(body, dict):
        raise ApiError(422, "JSON data is missing or invalid")
    return body


def rows_of(body: Any, *, most: int) -> list[Wire]:
    """A body that is an array of objects. Raises ApiError 422 or 413."""
    if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
        raise ApiError(422, "JSON data is missing or invalid")
    if len(body) > most:
        raise ApiError(422, f"The request holds more than {most} items.")
    return body


def _page(request: Request) -> int:
    return max(whole(request, "page") or 1, 1)


def _limit(request: Request, default: int, most: int) -> int:
    return min(max(whole(request, "limit") or default, 1), most)
