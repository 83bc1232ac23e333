"""Refusals as `application/problem+json`, each with its code."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.sandbox.core.http import Response, write_json

TITLES = {
    "malformed": (400, "Malformed request"),
    "unauthorized": (401, "Unauthorised"),
    "not_found": (404, "Not found"),
    "duplicate_order": (409, "Duplicate order"),
    "idempotency_conflict": (409, "Idempotency conflict"),
    "not_cancellable": (409, "Not cancellable"),
    "unknown_sku": (422, "Unknown SKU"),
    "inactive_sku": (422, "Inactive SKU"),
    "unknown_warehouse": (422, "Unknown warehouse"),
    "invalid_address": (422, "Invalid address"),
    "unknown_service": (422, "Unknown service"),
    "validation": (422, "Validation failed"),
    "rate_limited": (429, "Too many requests"),
    "server_error": (500, "Server error"),
    "maintenance": (503, "Maintenance"),
}
RETRYABLE = frozenset({"rate_limited", "server_error", "maintenance"})


class ProblemError(Exception):
    """A request that is refused. `errors` name lines and fields."""

    def __init__(self, code: str, detail: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        self.code, self.detail, self.errors = code, detail, list(errors)
        super().__init__(f"{code}: {detail}")

    def response(self, request_id: str, headers: Mapping[str, str]) -> Response:
        """The refusal as an answer."""
        status, title = TITLES[self.code]
        body = {
            "type": f"https://wms.example/problems/{self.code.replace('_', '-')}",
            "title": title,
            "status": status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
            "retryable": self.code in RETRYABLE,
            "errors": self.errors,
        }
        return Response(
            status, {"content-type": "application/problem+json", **headers}, write_json(body)
        )


def malformed(detail: str) -> ProblemError:
    return ProblemError("malformed", detail)


def not_found(what: str) -> ProblemError:
    return ProblemError("not_found", f"There is no {what}.")
