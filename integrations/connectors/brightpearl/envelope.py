"""What an answer means: `{"response": …}` or `{"errors": [{"code", "message"}]}`.

The error code is looked at before the status: Brightpearl answers some client errors with 500, and
throttles with 503. Answers without a code are left to the common status table, which knows whether
the request may be repeated.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from integrations.connectors.brightpearl import assumed
from integrations.connectors.errors import (
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
)
from integrations.connectors.http import Budget
from integrations.connectors.redaction import redact_text
from integrations.connectors.statuses import PATIENCE, bounded

LABEL = "Brightpearl"
REMAINING = "brightpearl-requests-remaining"
RESETS_IN = "brightpearl-next-throttle-period"  # milliseconds
THROTTLE_TEXT = "too many requests"
INTERNAL_PREFIX = "CMNU"  # the vendor's own fault: it says nothing about the record
NOT_FOUND_CODE = "CMNC-404"


class Complaint(NamedTuple):
    """The first error of an answer."""

    code: str
    message: str


def classify(status: int, headers: Mapping[str, str], data: Any) -> ConnectorError | None:
    """The error of an answer, or None for a success and for what only the status can tell."""
    if status == 429 or is_throttle(data):
        return throttled(headers)
    if status == 401:
        return UnauthorisedError(
            "Brightpearl refused our credentials.", detail=redact_text(str(plain_text(data)))[:200]
        )
    complaint = first_complaint(data)
    return refusal(complaint, status=status) if complaint and is_final(complaint, status) else None


def is_final(complaint: Complaint, status: int) -> bool:
    """QUIRK(brightpearl): a module's own code is final even on a 500; CMNU or no code is not."""
    if complaint.code.startswith(INTERNAL_PREFIX):
        return False
    return bool(complaint.code) or status < 500


def learn(headers: Mapping[str, str]) -> Budget | None:
    """The budget from the quota headers, which every answer carries."""
    remaining, period = headers.get(REMAINING, ""), headers.get(RESETS_IN, "")
    if not remaining.isdecimal():
        return None
    reset_after = timedelta(milliseconds=int(period)) if period.isdecimal() else None
    return Budget(remaining=int(remaining), reset_after=reset_after)


def throttled(headers: Mapping[str, str]) -> ThrottledError:
    """QUIRK(brightpearl): throttling is a 503 with a text; the wait is in milliseconds."""
    milliseconds, seconds = headers.get(RESETS_IN, ""), headers.get("retry-after", "")
    wait = PATIENCE
    if milliseconds.isdecimal():
        wait = timedelta(milliseconds=int(milliseconds))
    elif seconds.isdecimal():
        wait = timedelta(seconds=int(seconds))
    return ThrottledError("Brightpearl asked us to wait.", retry_after=bounded(wait))


def is_throttle(data: Any) -> bool:
    """Whether the text of §2 is there, as `response` or as the message of an error."""
    complaint = first_complaint(data)
    text = complaint.message if complaint else plain_text(data)
    return THROTTLE_TEXT in text.lower()


def plain_text(data: Any) -> str:
    """`response` when it is a plain string, else nothing."""
    response = data.get("response") if isinstance(data, Mapping) else None
    return response if isinstance(response, str) else ""


def first_complaint(data: Any) -> Complaint | None:
    """The first entry of `errors`, whatever the status said."""
    errors = data.get("errors") if isinstance(data, Mapping) else None
    if not isinstance(errors, list) or not errors:
        return None
    first = errors[0] if isinstance(errors[0], Mapping) else {}
    return Complaint(str(first.get("code", "")), str(first.get("message", errors[0])))


def refusal(complaint: Complaint, *, status: int) -> RejectedError:
    """The refusal of one record, by what the caller should do next."""
    message = redact_text(complaint.message)[:300]
    sentence = f"Brightpearl refused it: {message}"
    detail = f"{status} {complaint.code}"
    if complaint.code == NOT_FOUND_CODE:
        return NotFoundError(f"Brightpearl does not have it: {message}", code=complaint.code)
    if complaint.code in assumed.EXISTS_CODES or status in (409, 412) or _exists(message):
        return ConflictError(sentence, detail=detail, code=complaint.code)
    return RejectedError(sentence, detail=detail, code=complaint.code)


def response_of(data: Any) -> Any:
    """What the envelope holds; an envelope without `response` (`{}`) is None."""
    return data.get("response") if isinstance(data, Mapping) else None


def _exists(message: str) -> bool:
    lowered = message.lower()
    return any(phrase in lowered for phrase in assumed.EXISTS_PHRASES)
