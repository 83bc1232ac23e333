"""How Sitoo lets us in, refuses us and counts us."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
)
from integrations.connectors.http import Budget
from integrations.connectors.redaction import redact_text
from integrations.connectors.sitoo.assumed import LIMIT_HEADER, REMAINING_HEADER, RESET_HEADER
from integrations.connectors.sitoo.config import SitooConfig
from integrations.connectors.statuses import bounded, retry_after

# What our own level pushes are called, so that they are recognised when they come back.
OUR_MOVEMENT = "Level set by Plumbline"


def credentials(config: SitooConfig) -> dict[str, str]:
    """HTTP Basic with the API id. Source: Sitoo developer site, "Introduction"."""
    pair = f"{config.api_id}:{config.password.get_secret_value()}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def classify(
    status: int, headers: Mapping[str, str], data: Any, *, now: datetime
) -> ConnectorError | None:
    """The error in an answer, if it speaks of one; None leaves it to the common table.

    QUIRK(sitoo): the body's `statuscode` counts, also inside a 200.
    """
    if isinstance(data, dict) and "errortext" in data and isinstance(data.get("statuscode"), int):
        return refusal(data["statuscode"], str(data["errortext"]), headers=headers, now=now)
    if status == 429:
        return _throttled(headers, now=now)
    return None


def refusal(status: int, text: str, *, headers: Mapping[str, str], now: datetime) -> ConnectorError:
    """One error body, or one refused row of a batch, by its `statuscode`."""
    said = redact_text(text)[:200]
    code = str(status)
    if status == 429:
        return _throttled(headers, now=now)
    if status in (401, 403):
        return UnauthorisedError(f"Sitoo refused our credentials: {said}", code=code)
    if status == 404:
        return NotFoundError(f"Sitoo does not have it: {said}", code=code)
    if status == 409:
        return ConflictError(f"Sitoo says it exists already: {said}", code=code)
    if 400 <= status < 500:
        return RejectedError(f"Sitoo refused it: {said}", code=code)
    # The transport turns this into UnavailableError where asking again does no harm.
    return AmbiguousError(f"Sitoo failed inside: {said}", code=code)


def learn(headers: Mapping[str, str], *, now: datetime) -> Budget | None:
    """The rate limit's state, where the headers tell; nothing about them is documented."""
    limit, remaining = _number(headers, LIMIT_HEADER), _number(headers, REMAINING_HEADER)
    reset = _number(headers, RESET_HEADER)
    if remaining is None:
        return None
    wait = None if reset is None else bounded(datetime.fromtimestamp(reset, UTC) - now)
    return Budget(limit=limit, remaining=remaining, reset_after=wait)


def _throttled(headers: Mapping[str, str], *, now: datetime) -> ThrottledError:
    """QUIRK(sitoo): also said to a second request in flight ("Too many connections")."""
    reset = _number(headers, RESET_HEADER)
    if "retry-after" in headers or reset is None:
        wait = retry_after(headers, now=now)
    else:
        wait = bounded(datetime.fromtimestamp(reset, UTC) - now)
    return ThrottledError("Sitoo asked us to wait.", retry_after=wait, code="429")


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else None
