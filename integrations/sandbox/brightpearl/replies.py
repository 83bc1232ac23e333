"""Envelopes and errors: `{"response": …}` or `{"errors": […]}`, never both.

Codes marked [assumed] were not found in any public copy of the documentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CANNOT_PARSE_FILTER = "CMNC-018"
NOT_FOUND = "CMNC-404"
BODY_REQUIRED = "CMNC-010"
BAD_REQUEST = "CMNC-400"  # [assumed]
TOO_MANY_IDS = "CMNC-401"  # [assumed]
BAD_ORDER = "ORDC-001"  # [assumed]
DUPLICATE_ORDER = "ORDC-DUP"  # [assumed]
BAD_ROW_QUANTITY = "ORDC-024"
BAD_PAYMENT = "ACCC-001"  # [assumed]
DUPLICATE_PAYMENT = "ACCC-DUP"  # [assumed]
BAD_JOURNAL = "ACCC-002"  # [assumed]
BAD_PRODUCT = "PRDC-001"  # [assumed]
BRAND_REQUIRED = "PRDC-014"
BAD_STOCK = "WHSC-001"  # [assumed]
BAD_PRODUCT_ID = "WHSC-014"
NOT_IN_LOCATION = "WHSB-023"
DUPLICATE_BATCH = "WHSC-DUP"  # [assumed]
UNKNOWN_EVENT = "INTC-064"
BAD_CONTACT = "CNTC-001"  # [assumed]
INTERNAL = "CMNU-003"


@dataclass(frozen=True)
class Reply:
    """An answer before its headers are added."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """A refusal with one error in the errors array."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"{status} {code}: {message}")

    def reply(self) -> Reply:
        """The refusal as an answer."""
        return Reply(self.status, {"errors": [{"code": self.code, "message": self.message}]})


def invalid(code: str, message: str) -> ApiError:
    """A refusal of what was sent."""
    return ApiError(400, code, message)


def not_found(what: str) -> ApiError:
    """Nothing there under this id or path."""
    return ApiError(404, NOT_FOUND, f"{what} was not found")


def response(payload: Any) -> Reply:
    """200 with the payload in its envelope."""
    return Reply(200, {"response": payload})


def done() -> Reply:
    """200 with an empty object: what writes without a new id answer."""
    return Reply(200, {})


def message(status: int, text: str) -> Reply:
    """An answer whose response is a bare string, as for 401 and throttling."""
    return Reply(status, {"response": text})
