"""What a failed exchange means for the caller: the table for answers, and for no answer at all."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from integrations.connectors.bodies import WEB_PAGE
from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)

PATIENCE = timedelta(seconds=5)  # after a throttle that did not say how long
LONGEST_PATIENCE = timedelta(hours=1)  # a wrong clock at the vendor must not stop us for days

# The request never left, or never whole: nothing can have been applied.
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.ProxyError,
)
# The line went dead, as idle kept-alive connections do: a read may be repeated at once.
LOST_CONNECTION = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


def no_answer_error(
    cause: httpx.RequestError, *, system: str, may_repeat: bool, detail: str
) -> ConnectorError:
    """Ambiguous only when a write that must not be repeated may have landed."""
    if isinstance(cause, NOT_SENT):
        error: ConnectorError = UnavailableError(f"{system} cannot be reached.", detail=detail)
    elif isinstance(cause, httpx.TimeoutException):
        error = unknown_outcome(f"{system} did not answer in time.", may_repeat, detail)
    else:
        error = unknown_outcome(f"The connection to {system} was lost.", may_repeat, detail)
    error.__cause__ = cause
    return error


def status_error(
    status: int,
    headers: Mapping[str, str],
    *,
    system: str,
    may_repeat: bool,
    problem: str,
    detail: str,
    now: datetime,
) -> ConnectorError | None:
    """The error of an answer that the vendor's own table had nothing to say about."""
    if status in (401, 403):
        return UnauthorisedError(f"{system} refused our credentials.", detail=detail)
    if status == 429:
        wait = retry_after(headers, now=now)
        return ThrottledError(f"{system} asked us to wait.", retry_after=wait, detail=detail)
    if problem and (status < 400 or problem == WEB_PAGE):
        return unknown_outcome(f"{system} {problem}.", may_repeat, detail)
    if 400 <= status < 500 and status != 408:  # 408: it gave up waiting for us
        return _refusal(status, system=system, detail=detail)
    if status >= 300:
        return unknown_outcome(f"{system} answered with status {status}.", may_repeat, detail)
    return None


def unknown_outcome(sentence: str, may_repeat: bool, detail: str) -> ConnectorError:
    """Unavailable when asking again is harmless, else ambiguous: look it up first."""
    kind = UnavailableError if may_repeat else AmbiguousError
    return kind(sentence, detail=detail)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta:
    """How long a Retry-After header (seconds or a date) asks us to wait; PATIENCE without one."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return bounded(timedelta(seconds=min(int(text), 86_400)))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return PATIENCE
    return bounded((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now)


def bounded(wait: timedelta) -> timedelta:
    """A wait between one second and an hour."""
    return min(max(wait, timedelta(seconds=1)), LONGEST_PATIENCE)


def _refusal(status: int, *, system: str, detail: str) -> ConnectorError:
    if status in (404, 410):
        return NotFoundError(f"{system} does not have what we asked for.", detail=detail)
    if status in (409, 412):
        return ConflictError(f"{system} says it exists or has changed meanwhile.", detail=detail)
    return RejectedError(f"{system} refused the request.", detail=detail)
