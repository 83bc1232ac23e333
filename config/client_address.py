"""Whose address a request came from, without believing what a stranger wrote into a header."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the peer, or the entry that our outermost trusted proxy appended.

    `PLUMBLINE_PROXIES` counts our own proxies. Entries further left are the sender's claim.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.PLUMBLINE_PROXIES
    if not proxies:
        return peer
    claimed = request.META.get("HTTP_X_FORWARDED_FOR", "")
    hops = [part.strip() for part in claimed.split(",") if part.strip()]
    return hops[-proxies] if len(hops) >= proxies else peer
