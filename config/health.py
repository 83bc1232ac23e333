"""Liveness, readiness, metrics, and what people see when the application itself fails."""

import hmac
import logging
import secrets
import sys

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.metrics import exposition

RETRY_AFTER = "5"  # seconds; a restarted database answers again within a few

_log = logging.getLogger(__name__)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers. Asks nothing of anybody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, else 503 with Retry-After."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return _unready("The database does not answer.\n")
    return HttpResponse("ready\n", content_type="text/plain")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, read from the database at this moment.

    Answers callers on this machine, or those that send `Bearer <METRICS_TOKEN>`; others get 404.
    """
    if not _may_scrape(request):
        return HttpResponse("Not found\n", status=404, content_type="text/plain")
    try:
        body, content_type = exposition(timezone.now())
    except (OperationalError, InterfaceError):
        return _unready("The database does not answer.\n")
    return HttpResponse(body, content_type=content_type)


def _may_scrape(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(given.encode(), token.encode())
    forwarded = "X-Forwarded-For" in request.headers
    return not forwarded and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}


def _unready(text: str) -> HttpResponse:
    headers = {"Retry-After": RETRY_AFTER}
    return HttpResponse(text, status=503, content_type="text/plain", headers=headers)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page after an error of ours: a reference to quote, and nothing about the inside.

    With the database away it is a 503 with Retry-After, and asks the database nothing.
    """
    error = sys.exc_info()[1]
    reference = secrets.token_hex(4)
    _log.error("request failed reference=%s error=%s", reference, type(error).__name__)
    if isinstance(error, OperationalError | InterfaceError):
        response = _plain_page("503.html", 503, reference)
        response["Retry-After"] = RETRY_AFTER
        return response
    return _plain_page("500.html", 500, reference)


def _plain_page(template: str, status: int, reference: str) -> HttpResponse:
    try:
        body: str = render_to_string(template, {"reference": reference})
    except TemplateDoesNotExist:
        body = f"Plumbline could not answer. Nothing is lost. Reference: {reference}"
    return HttpResponse(body, status=status, headers={"Cache-Control": "no-store"})
