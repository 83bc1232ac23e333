"""Refusals in Sitoo's words. Texts marked [A] in the reference are ours."""

from typing import Any

from integrations.sandbox.core.http import Response, json_response

TOO_MANY_CONNECTIONS = "Too many connections"
TOO_MANY_REQUESTS = "Too many requests"
INTERNAL_ERROR = "Internal error"


class ApiError(Exception):
    """A request, or one row of a batch, that is refused."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(f"{status} {text}")

    @property
    def body(self) -> dict[str, Any]:
        return {"statuscode": self.status, "errortext": self.text}

    def response(self, headers: dict[str, str] | None = None) -> Response:
        """The refusal as an answer."""
        return json_response(self.body, status=self.status, headers=headers)


def bad_request(text: str) -> ApiError:
    return ApiError(400, text)


def missing(field: str) -> ApiError:
    return bad_request(f"Missing required field '{field}'.")


def invalid_value(field: str, value: object = "") -> ApiError:
    return bad_request(f"Invalid value in {field}" + (f" ({value})" if value != "" else ""))


def unauthorised() -> ApiError:
    return ApiError(401, "Authorization failed.")


def not_found() -> ApiError:
    return ApiError(404, "Resource not found.")
