"""/api/v1: every operation that the apps declare, behind its door, with its OpenAPI document."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from config.tokens.callers import identify
from config.tokens.door import ApiTokenAuth
from integrations.api import OPERATIONS as HUB
from integrations.api.kit import ApiError, Operation, Problem
from monitoring.api import OPERATIONS as MONITORING
from reconciliation.api import OPERATIONS as RECONCILIATION

OPERATIONS: tuple[Operation, ...] = (*HUB, *MONITORING, *RECONCILIATION)
REFUSALS = frozenset({400, 401, 403, 404, 409, 429})
ABOUT = (
    "What the hub knows, and what people may do with it. A token acts as its user: the role and "
    "the token's scopes both decide. Amounts and quantities are text, times are UTC."
)

_log = logging.getLogger(__name__)


def assemble(operations: Iterable[Operation]) -> NinjaAPI:
    """Put every operation behind its own door."""
    made = NinjaAPI(
        title="Plumbline", version="1", description=ABOUT, docs_url=None, openapi_url=None
    )
    for operation in operations:
        made.api_operation(
            [operation.method],
            operation.path,
            auth=ApiTokenAuth(operation),
            response={200: operation.answer, REFUSALS: Problem},
            operation_id=operation.view.__name__,
            description=_description(operation),
            tags=[operation.path.split("/")[1]],
            openapi_extra={
                "x-capability": str(operation.capability),
                "x-scope": str(operation.scope),
            },
        )(operation.view)
    answers: dict[type[Exception], Any] = {
        ApiError: _refused,
        ValidationError: _not_understood,
        HttpError: _unreadable,
        Exception: _failed,
    }
    for error, answer in answers.items():
        made.add_exception_handler(error, answer)
    return made


def _description(operation: Operation) -> str:
    text = " ".join((operation.view.__doc__ or "").split())
    return f"{text} Needs {operation.capability} and the scope {operation.scope}."


def problem(
    status: int, message: str, *, field: str = "", headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Answer with a sentence, and with the field to change where there is one."""
    body = {"message": message} | ({"field": field} if field else {})
    return JsonResponse(body, status=status, headers=dict(headers or {}))


def _refused(request: HttpRequest, error: ApiError) -> HttpResponse:
    return problem(error.status, error.message, field=error.field, headers=error.headers)


def _not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the first field that is wrong; the value itself is not repeated."""
    first = error.errors[0]
    parts = [str(part) for part in first["loc"]]
    field = ".".join(parts[2:] if parts[0] == "body" else parts[1:]) or parts[-1]
    return problem(400, f"{field}: {first['msg']}.", field=field)


def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "The body is not JSON.")


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our own failure: a reference to quote, and nothing about the inside."""
    if isinstance(error, SuspiciousOperation):
        return problem(400, "The request is too large or malformed.")
    reference = secrets.token_hex(4)
    _log.error("api failed reference=%s", reference, exc_info=error)
    if isinstance(error, OperationalError | InterfaceError):
        again = {"Retry-After": "5"}
        return problem(503, f"Not now. Try again. Reference: {reference}.", headers=again)
    return problem(500, f"Plumbline could not answer. Reference: {reference}.")


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for whoever is signed in or holds a token."""
    if request.method not in ("GET", "HEAD"):
        return problem(405, "Only GET is possible here.", headers={"Allow": "GET, HEAD"})
    try:
        if not request.user.is_authenticated:
            identify(request, now=timezone.now())
    except ApiError as error:
        return _refused(request, error)
    document = api.get_openapi_schema(path_prefix=PREFIX)
    return api.create_response(request, document, status=200)


def nothing_here(request: HttpRequest) -> HttpResponse:
    return problem(404, "There is no such address. See /api/v1/openapi.json.")


def speaking_json(pattern: URLPattern) -> URLPattern:
    """Answer a wrong method in JSON as well; ninja's own answer is plain text."""
    view = pattern.callback

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response.headers.get("Allow", "")
            return problem(405, f"Only {allowed} is possible here.", headers={"Allow": allowed})
        return response

    pattern.callback = wrapped
    return pattern


PREFIX = "/api/v1/"
api = assemble(OPERATIONS)
urlpatterns = [
    path("openapi.json", openapi, name="api-openapi"),
    *(speaking_json(each) for each in api.urls[0] if each.name != "api-root"),  # type: ignore[arg-type, union-attr]
    re_path("", nothing_here, name="api-nothing"),
]
