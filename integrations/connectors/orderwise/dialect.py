"""How OrderWise refuses."""

import base64
from collections.abc import Mapping
from typing import Any

from integrations.connectors.errors import (
    ConflictError,
    ConnectorError,
    RejectedError,
    UnauthorisedError,
)
from integrations.connectors.logins import MISSING_RIGHT
from integrations.connectors.orderwise.assumed import DUPLICATE_PATTERNS, UNKNOWN_SKU_PATTERNS
from integrations.connectors.orderwise.config import OrderwiseConfig
from integrations.connectors.orderwise.wire import SYSTEM, lowered
from integrations.connectors.redaction import redact_text


def credentials(config: OrderwiseConfig) -> dict[str, str]:
    """HTTP Basic, for the token only."""
    pair = f"{config.username}:{config.password.get_secret_value()}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def classify(status: int, headers: Mapping[str, str], data: Any) -> ConnectorError | None:
    """The error in an answer; None leaves it to the common table.

    QUIRK(orderwise): 403 is a right that the API's user group lacks, and no token helps.
    """
    if status == 403:
        sentence = f"{SYSTEM} lacks a right for our user: its API user group must grant it."
        return UnauthorisedError(sentence, code=MISSING_RIGHT)
    if status not in (400, 409, 422):
        return None
    said = redact_text(message(data))[:300]
    wording = said.lower()
    if any(pattern in wording for pattern in DUPLICATE_PATTERNS):
        return ConflictError(f"{SYSTEM} says it exists already: {said}", code="duplicate_order")
    is_unknown = any(pattern in wording for pattern in UNKNOWN_SKU_PATTERNS)
    code = "unknown_sku" if is_unknown else ""
    return RejectedError(f"{SYSTEM} refused it: {said or 'it did not say why.'}", code=code)


def message(data: Any) -> str:
    """What is said, however it is wrapped: each faulty field first, else the one sentence."""
    if isinstance(data, str):
        return data.strip()
    found = lowered(data)
    if not isinstance(found, dict):
        return ""
    faults = found.get("modelstate")
    if isinstance(faults, dict) and faults:
        each = (text for texts in faults.values() for text in _texts(texts))
        return " ".join(each)
    return str(found.get("message") or found.get("error") or "")


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
