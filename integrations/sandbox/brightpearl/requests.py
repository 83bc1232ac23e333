"""Reading what a caller sent."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.brightpearl.replies import BODY_REQUIRED, invalid
from integrations.sandbox.core.http import BadJsonError, Request


def read_body(request: Request) -> Mapping[str, Any]:
    """The body as a JSON object. Raises ApiError when it is missing or something else."""
    try:
        body = request.json()
    except BadJsonError as error:
        raise invalid(BODY_REQUIRED, "A JSON request body is required") from error
    if not isinstance(body, Mapping):
        raise invalid(BODY_REQUIRED, "The request body must be a JSON object")
    return body


def read_optional_body(request: Request) -> Mapping[str, Any]:
    """The body as a JSON object, empty when there is none."""
    return read_body(request) if request.body.strip() else {}


def read_list(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A required array of objects. Raises ApiError."""
    rows = body.get(name)
    if not isinstance(rows, list) or not rows:
        raise invalid(BODY_REQUIRED, f"{name} must be a non-empty array")
    if not all(isinstance(row, Mapping) for row in rows):
        raise invalid(BODY_REQUIRED, f"{name} must be an array of objects")
    return rows


def includes(request: Request, option: str) -> bool:
    """Whether an optional section was asked for with `includeOptional`."""
    wanted = ",".join(request.every("includeOptional"))
    return option in wanted.split(",")
