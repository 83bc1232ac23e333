"""Receivers: verify, store, answer. What arrives is a hint; the object is fetched again."""

import logging
from datetime import datetime, timedelta

from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations.connectors.registry import system
from integrations.connectors.spec import Delivery
from integrations.models import Connection
from integrations.services import wiring
from integrations.services.receive import store_hints
from integrations.services.runtime import system_now
from integrations.services.schedule import kick

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, slug: str, rest: str = "") -> HttpResponse:
    """200 only after commit; 503 when it is our own failure, so that the vendor tries again.

    401 without the right credentials (nothing is stored), 404 for a connection that is not there
    or is disabled, 413 and 400 for what cannot be one of its webhooks.
    """
    try:
        return _receive(request, slug)
    except Exception:  # whatever broke is ours: any answer but 503 would lose what was told
        log.exception("webhook not stored connection=%s", slug)
        return _answer(503, "Not stored. Send it again.", retry_after=30)


def _receive(request: HttpRequest, slug: str) -> HttpResponse:
    connection = Connection.objects.receiving().filter(slug=slug).first()
    if connection is None:
        return _answer(404, "There is nothing here.")
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        return _answer(413, f"A webhook has at most {MAX_BODY} bytes. Nothing was stored.")
    if not _is_theirs(request, connection):
        Connection.objects.filter(pk=connection.pk).update(
            refused_webhooks=F("refused_webhooks") + 1
        )
        log.warning("webhook refused connection=%s reason=credentials", slug)
        return _answer(401, "The credentials are missing or wrong. Nothing was stored.")
    connector, _ = wiring.live().open(connection)
    now = system_now()
    try:
        hints = connector.hints(request.body)
        store_hints(connection, hints, now=now)
    except ValueError as error:
        return _answer(400, f"{error} Nothing was stored.")
    _note_heard(connection, now)
    kick(f"intake:{slug}", now=now)
    return _answer(200, f"Stored {len(hints)}.")


def _note_heard(connection: Connection, now: datetime) -> None:
    """When the last one came, to the second: receivers must not queue for one row."""
    last = connection.last_webhook_at
    if last is None or now - last >= timedelta(seconds=1):
        Connection.objects.filter(pk=connection.pk).update(last_webhook_at=now)


def _is_theirs(request: HttpRequest, connection: Connection) -> bool:
    delivery = Delivery(
        headers={name.lower(): value for name, value in request.headers.items()},
        query=request.GET.dict(),
        body=request.body,
        at=system_now(),
    )
    config = wiring.configuration(connection)
    return system(connection.system).authenticate(delivery, config)


def _answer(status: int, sentence: str, *, retry_after: int | None = None) -> HttpResponse:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return JsonResponse({"message": sentence}, status=status, headers=headers)
