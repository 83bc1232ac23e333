"""Spelling: local times without a zone, and money and quantities as JSON numbers."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.core.http import JSON_TYPE, Response

LONDON = ZoneInfo("Europe/London")
_NUMBER = re.compile(r'"\\u0000(-?\d+(?:\.\d+)?)"')


def local(at: datetime) -> str:
    """UK local time of the server."""
    return at.astimezone(LONDON).replace(tzinfo=None).isoformat(timespec="seconds")


def answer(
    payload: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON with exact numbers: a Decimal is a number with its own digits."""
    text = json.dumps(payload, default=_marked, separators=(",", ":"))
    body = _NUMBER.sub(r"\1", text).encode()
    return Response(status, {"content-type": JSON_TYPE, **(headers or {})}, body)


def _marked(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"\0{value:f}"
    raise TypeError(f"{type(value).__name__} has no JSON form")
