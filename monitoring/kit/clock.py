"""The browser's clock port: one reading per request, so that a page agrees with itself."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone


def now_of(request: HttpRequest) -> datetime:
    """Return the moment of this request, aware UTC; the same on every call in one request."""
    moment: datetime | None = getattr(request, "now", None)
    if moment is None:
        moment = timezone.now()
        request.now = moment  # type: ignore[attr-defined]
    return moment
