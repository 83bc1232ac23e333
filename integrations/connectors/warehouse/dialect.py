"""How a warehouse lets us in, refuses us and counts us."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from integrations.connectors.errors import (
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
)
from integrations.connectors.http import Budget
from integrations.connectors.redaction import redact_text
from integrations.connectors.statuses import bounded
from integrations.connectors.warehouse.assumed import (
    LIMIT_HEADER,
    REMAINING_HEADER,
    RESET_HEADER,
)
from integrations.connectors.warehouse.config import WarehouseConfig

CONFLICTS = frozenset({"duplicate_order", "idempotency_conflict"})


def credentials(config: WarehouseConfig) -> dict[str, str]:
    """A bearer token, or the bare key in a header of its own."""
    key = config.api_key.get_secret_value() if config.api_key else ""
    is_bearer = config.key_header.lower() == "authorization"
    return {config.key_header: f"Bearer {key}" if is_bearer else key}


def classify(status: int, headers: Mapping[str, str], data: Any) -> ConnectorError | None:
    """The error of a problem document; credentials, limits and their own failures are left to the
    common table."""
    if status < 400 or status in (401, 403, 429) or status >= 500:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("code"), str):
        return None
    code, said = data["code"], redact_text(str(data.get("detail", "")))[:200]
    detail = f"{status} {code} request {data.get('request_id', '')}: {said}"
    if code == "unknown_sku":
        return RejectedError(_unknown(data.get("errors")), detail=detail, code=code)
    kind = NotFoundError if status == 404 else RejectedError
    if code in CONFLICTS:
        kind = ConflictError
    return kind(f"The warehouse refused it: {said}", detail=detail, code=code)


def learn(headers: Mapping[str, str]) -> Budget | None:
    """The rate limit's state, where the headers tell."""
    limit, remaining = _number(headers, LIMIT_HEADER), _number(headers, REMAINING_HEADER)
    reset = _number(headers, RESET_HEADER)
    if remaining is None:
        return None
    wait = None if reset is None else bounded(timedelta(seconds=reset))
    return Budget(limit=limit, remaining=remaining, reset_after=wait)


def _unknown(errors: Any) -> str:
    rows = errors if isinstance(errors, list) else []
    skus = [str(row.get("value")) for row in rows if isinstance(row, dict) and row.get("value")]
    if not skus:
        return "The warehouse does not know a SKU of this order."
    return f"The warehouse does not know SKU {', '.join(skus[:5])}."


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None
