"""Refusals. One error has a shape for each family of the API: v2, v3, and problem+json."""

from collections.abc import Mapping
from typing import Any

PAGE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"
PROBLEM = ("/inventory", "/pickup", "/orders/pickups")  # v3 families that say problem+json


class ApiError(Exception):
    """A refusal. `errors` names fields; `wrapped` puts it inside `data`, as refunds may do."""

    def __init__(
        self,
        status: int,
        title: str,
        *,
        errors: Mapping[str, str] | None = None,
        wrapped: bool = False,
    ) -> None:
        super().__init__(title)
        self.status, self.title = status, title
        self.errors = dict(errors or {})
        self.wrapped = wrapped

    def body(self, version: str) -> Any:
        """QUIRK(bigcommerce): v2 answers an array of messages, v3 one object."""
        if version == "v2":
            return [{"status": self.status, "message": self.title}]
        said = {"status": self.status, "title": self.title, "type": PAGE, "errors": self.errors}
        return {"data": [said], "meta": {}} if self.wrapped else said


def content_type(version: str, path: str) -> str:
    """How an error of this path is labelled."""
    is_problem = version == "v3" and path.startswith(PROBLEM)
    return "application/problem+json" if is_problem else "application/json"


def not_found() -> ApiError:
    return ApiError(404, "The requested resource was not found.")


def unauthorised() -> ApiError:
    return ApiError(
        401,
        "Unauthorized - the v3 Auth client ID or token in the request are not a valid "
        "combination for this store.",
    )


def forbidden(scope: str) -> ApiError:
    return ApiError(403, f"You don't have a required scope to access the endpoint ({scope}).")
