"""How Mintsoft refuses."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    ConnectorError,
    RejectedError,
)
from integrations.connectors.mintsoft import schemas as wire
from integrations.connectors.mintsoft.assumed import DUPLICATE_PATTERNS, UNKNOWN_SKU_PATTERNS
from integrations.connectors.redaction import redact_text


def classify(status: int, headers: Mapping[str, str], data: Any) -> ConnectorError | None:
    """QUIRK(mintsoft): a refusal by the business is a 200 that says Success: false."""
    if not isinstance(data, dict):
        return None
    if data.get("Success") is False:
        return refusal(str(data.get("Message") or ""))
    if status in (400, 422) and isinstance(data.get("Message"), str):
        return refusal(data["Message"])
    return None


def refusal(message: str) -> RejectedError:
    """Wording is only a hint at the reason; the refusal itself is certain."""
    said, lowered = redact_text(message)[:200], message.lower()
    if any(pattern in lowered for pattern in DUPLICATE_PATTERNS):
        return ConflictError(f"Mintsoft says it exists already: {said}", code="duplicate_order")
    is_unknown = any(pattern in lowered for pattern in UNKNOWN_SKU_PATTERNS)
    return RejectedError(f"Mintsoft refused it: {said}", code="unknown_sku" if is_unknown else "")


def accepted(entries: Sequence[wire.Accepted]) -> list[int]:
    """Ids of the parts of a new order.

    Raises RejectedError when all of it was refused, AmbiguousError when only some of it was.
    """
    ids = [entry.OrderId for entry in entries if entry.Success and entry.OrderId]
    refused = [entry.Message for entry in entries if not entry.Success]
    if refused and ids:
        raise AmbiguousError("Mintsoft took a part of the order and refused another.")
    if refused:
        raise refusal(refused[0])
    if not ids:
        raise AmbiguousError("Mintsoft took the order without saying under which number.")
    return ids
