"""Requests and responses as plain values: a system answers with or without a socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

JSON_TYPE = "application/json;charset=UTF-8"


class BadJsonError(ValueError):
    """The body is not JSON in UTF-8."""


@dataclass(frozen=True)
class Request:
    """One call. Header names are lower-cased; `faults` is what the system must act out."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    faults: frozenset[str] = frozenset()

    def first(self, name: str, default: str | None = None) -> str | None:
        """The first query parameter called `name`."""
        return next((value for key, value in self.query if key == name), default)

    def last(self, name: str, default: str | None = None) -> str | None:
        """The last query parameter called `name`."""
        return next((value for key, value in reversed(self.query) if key == name), default)

    def every(self, name: str) -> list[str]:
        """All query parameters called `name`, in order."""
        return [value for key, value in self.query if key == name]

    def json(self) -> Any:
        """The body read as JSON with Decimal fractions. Raises BadJsonError."""
        return read_json(self.body)


@dataclass(frozen=True)
class Response:
    """One answer. `declared_length` differs from the body only when a fault cut the body short."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    declared_length: int | None = None

    def json(self) -> Any:
        """The body read as JSON with Decimal fractions. Raises BadJsonError."""
        return read_json(self.body)


def read_json(body: bytes) -> Any:
    """Parse JSON; fractions become Decimal. Raises BadJsonError."""
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, UnicodeDecodeError) as error:
        raise BadJsonError(str(error)) from error


def write_json(payload: Any) -> bytes:
    """Compact JSON; Decimals become strings (never floats), datetimes ISO 8601."""
    return json.dumps(payload, default=_plain, separators=(",", ":"), ensure_ascii=False).encode()


def json_response(
    payload: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with a JSON body."""
    return Response(status, {"content-type": JSON_TYPE, **(headers or {})}, write_json(payload))


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
