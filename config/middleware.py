"""What every request gets: a login that ends, and pages that no cache keeps."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

GetResponse = Callable[[HttpRequest], HttpResponse]
STARTED, SEEN = "started_at", "seen_at"  # epoch seconds, kept in the session
SEEN_EVERY = 60  # seconds; one write a minute is precise enough for an idle limit
QUIET_HEADER = "X-Quiet-Refresh"  # sent by polling tiles, which are not a person at work
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def session_limits(get_response: GetResponse) -> GetResponse:
    """End a login after SESSION_IDLE_SECONDS without a click, or SESSION_COOKIE_AGE in all."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _enforce(request, now=int(timezone.now().timestamp()))
        return get_response(request)

    return middleware


def _enforce(request: HttpRequest, *, now: int) -> None:
    session = request.session
    started = session.setdefault(STARTED, now)
    seen = session.setdefault(SEEN, now)
    too_old = now - started >= settings.SESSION_COOKIE_AGE
    if too_old or now - seen >= settings.SESSION_IDLE_SECONDS:
        logout(request)
    elif now - seen >= SEEN_EVERY and QUIET_HEADER not in request.headers:
        session[SEEN] = now


def private_pages(get_response: GetResponse) -> GetResponse:
    """Forbid caches to keep pages: after logout the back button must show nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Cache-Control" not in response:
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        response.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return middleware
