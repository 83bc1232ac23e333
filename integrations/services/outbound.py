"""Telling an address outside what happened: one signed or plain POST, to public hosts only.

The address is judged when it is saved and again when it is called; redirects are not followed,
and nothing of the answer but its status goes on.
"""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings

from integrations.connectors.addresses import AddressError, check_url
from integrations.connectors.guarded import GuardedTransport
from integrations.connectors.statuses import NOT_SENT

TIMEOUT = httpx.Timeout(8, connect=4)
ENOUGH = range(200, 300)
FOR_GOOD = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})  # the same again: the same no


class Outcome(StrEnum):
    """What became of a POST."""

    DELIVERED = "delivered"
    NOT_SENT = "not-sent"  # it never left: sending again does no harm
    UNKNOWN = "unknown"  # it may have arrived
    REFUSED = "refused"  # it will not be taken however often it is sent


def check_hook(url: str) -> str:
    """`url` when we may call it. Raises AddressError with what to write instead.

    A query is allowed, because some services keep their key in it.
    """
    parts = urlsplit(url)
    check_url(urlunsplit(parts._replace(query="")), settings.PLUMBLINE_ALLOWED_ORIGINS)
    return url


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    transport: httpx.BaseTransport | None = None,
) -> tuple[Outcome, str]:
    """Send `body` once; returns what became of it and a sentence that repeats no answer."""
    guarded = transport or GuardedTransport(settings.PLUMBLINE_ALLOWED_ORIGINS)
    with httpx.Client(
        transport=guarded, timeout=TIMEOUT, trust_env=False, follow_redirects=False
    ) as client:
        try:
            check_hook(url)
            with client.stream("POST", url, content=body, headers=dict(headers)) as answer:
                return _judged(answer.status_code)
        except (AddressError, *NOT_SENT):
            return Outcome.NOT_SENT, "The address cannot be reached."
        except httpx.RequestError:
            return Outcome.UNKNOWN, "No answer came; it may have arrived."


def _judged(status: int) -> tuple[Outcome, str]:
    if status in ENOUGH:
        return Outcome.DELIVERED, f"Taken with status {status}."
    if status in FOR_GOOD:
        return Outcome.REFUSED, f"Refused with status {status}."
    return Outcome.NOT_SENT, f"Not taken: status {status}."
