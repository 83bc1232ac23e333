"""How BigCommerce lets us in, refuses us and counts us."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.connectors.bigcommerce.assumed import (
    BARE_PATIENCE,
    LEAST_PATIENCE,
    PENDING_REFUND,
)
from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.errors import (
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.connectors.http import Budget
from integrations.connectors.redaction import redact_text
from integrations.connectors.statuses import bounded, retry_after

SYSTEM = "BigCommerce"
LACKS_SCOPE = "403"  # the code of an UnauthorisedError whose token is good
QUOTA = "x-rate-limit-requests-quota"
LEFT = "x-rate-limit-requests-left"
RESET = "x-rate-limit-time-reset-ms"
RETRY = "x-retry-after"
LONGEST = 300  # characters of what it said


def credentials(config: BigCommerceConfig) -> dict[str, str]:
    """Source: "Authentication": one static token; X-Auth-Client is not needed any more."""
    return {
        "X-Auth-Token": config.access_token.get_secret_value(),
        "User-Agent": "Plumbline (order and stock reconciliation)",
    }


def classify(
    status: int, headers: Mapping[str, str], data: Any, *, now: datetime
) -> ConnectorError | None:
    """The error in an answer; None leaves it to the common table."""
    said = message(data)
    if status == 429:
        return ThrottledError(f"{SYSTEM} asked us to wait.", retry_after=_wait(headers, now=now))
    if status == 401:
        return UnauthorisedError(f"{SYSTEM} refused our access token.", code="401")
    if status == 403:
        return UnauthorisedError(
            f"{SYSTEM} let us in, but the API account lacks a permission. {said}".strip(),
            code=LACKS_SCOPE,
        )
    if not 400 <= status < 500 or status == 408:
        return None
    return _refusal(status, said)


def _refusal(status: int, said: str) -> ConnectorError:
    code = str(status)
    if PENDING_REFUND in said.lower():
        return UnavailableError(f"{SYSTEM} is still busy with another refund.", code=code)
    if status in (404, 410):
        return NotFoundError(f"{SYSTEM} does not have it. {said}".strip(), code=code)
    if status in (409, 412):
        return ConflictError(f"{SYSTEM} says it does not fit what is there. {said}", code=code)
    if status == 423:
        return UnavailableError(f"{SYSTEM} is busy with it just now. {said}", code=code)
    return RejectedError(f"{SYSTEM} refused it. {said}".strip(), code=code)


def message(data: Any) -> str:
    """What an error body says, in whichever of its shapes. Source: "API status codes".

    QUIRK(bigcommerce): v2 sends an array of messages, v3 an object with title and fields, a refund
    wraps that in `data`, a batch has `batch_errors`.
    """
    if isinstance(data, list):
        return " ".join(filter(None, (message(row) for row in data)))[:LONGEST]
    if not isinstance(data, Mapping):
        return ""
    if isinstance(data.get("data"), list):
        return message(data["data"])
    if isinstance(data.get("batch_errors"), list):
        return message(data["batch_errors"])
    said = data.get("message") or data.get("title") or data.get("error") or data.get("detail") or ""
    fields = data.get("errors")
    pairs = fields.items() if isinstance(fields, Mapping) else ()
    named = [f"{name}: {text}" for name, text in pairs]
    return redact_text(" ".join(filter(None, [str(said), *named])))[:LONGEST]


def learn(headers: Mapping[str, str]) -> Budget | None:
    """What is left of the quota, which is the store's and shared with other apps."""
    left = _number(headers, LEFT)
    if left is None:
        return None
    reset = _number(headers, RESET)
    return Budget(
        limit=_number(headers, QUOTA),
        remaining=left,
        reset_after=None if reset is None else timedelta(milliseconds=reset),
    )


def _wait(headers: Mapping[str, str], *, now: datetime) -> timedelta:
    """QUIRK(bigcommerce): without headers the platform itself is under load, and a missing
    number must not be taken for no wait at all."""
    reset = _number(headers, RESET)
    if reset is not None:
        return bounded(max(timedelta(milliseconds=reset), LEAST_PATIENCE))
    seconds = _number(headers, RETRY)
    if seconds is not None:
        return bounded(max(timedelta(seconds=seconds), LEAST_PATIENCE))
    return max(retry_after(headers, now=now), BARE_PATIENCE)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else None
