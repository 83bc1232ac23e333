"""Who may call, how often, and one request at a time."""

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.http import Request, Response
from integrations.sandbox.sitoo.errors import TOO_MANY_CONNECTIONS, TOO_MANY_REQUESTS, ApiError

WINDOW_SECONDS = 60


class Gatekeeper:
    """Counts requests per API user. Safe between threads.

    `per_minute` and `concurrent` are limits per user; None switches one off.
    """

    def __init__(self, clock: Clock, users: Mapping[str, str]) -> None:
        self.users = dict(users)
        self.per_minute: int | None = 300
        self.concurrent: int | None = 1
        self._clock = clock
        self._lock = Lock()
        self._in_flight: Counter[str] = Counter()
        self._used: Counter[str] = Counter()
        self._window = 0

    def configure(self, limits: Mapping[str, Any]) -> None:
        """Change limits by name. Raises ValueError for an unknown name or value."""
        for name, value in limits.items():
            if name not in ("per_minute", "concurrent"):
                raise ValueError(f"Sitoo has no limit called {name!r}.")
            if value is not None and (not isinstance(value, int) or value < 1):
                raise ValueError(f"{name} must be a whole number above zero, or null.")
            setattr(self, name, value)

    def user_of(self, request: Request) -> str | None:
        """The API user whose credentials the request carries, or None."""
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return user if user in self.users and self.users[user] == password else None

    def admit(self, request: Request) -> Response | None:
        """A 429, or None; what is admitted must be released. Strangers get their 401 later."""
        user = self.user_of(request) or ""
        with self._lock:
            self._roll(self._clock.now())
            if user and self.concurrent is not None and self._in_flight[user] >= self.concurrent:
                return self._refusal(user, TOO_MANY_CONNECTIONS, wait=1)
            if user and self.per_minute is not None and self._used[user] >= self.per_minute:
                wait = self._resets_at() - int(self._clock.now().timestamp())
                return self._refusal(user, TOO_MANY_REQUESTS, wait=wait)
            self._used[user] += 1
            self._in_flight[user] += 1
            return None

    def release(self, request: Request) -> None:
        """An admitted request is over."""
        with self._lock:
            self._in_flight[self.user_of(request) or ""] -= 1

    def headers(self, user: str) -> dict[str, str]:
        """What every answer says about the limit; nothing when it is off."""
        with self._lock:
            return self._headers(user)

    def throttled(self) -> Response:
        """A 429 out of the blue."""
        with self._lock:
            return self._refusal("", TOO_MANY_REQUESTS, wait=1)

    def _roll(self, now: datetime) -> None:
        current = int(now.timestamp()) // WINDOW_SECONDS
        if current != self._window:
            self._window = current
            self._used.clear()

    def _refusal(self, user: str, text: str, *, wait: int) -> Response:
        """QUIRK(sitoo): a second request in flight is refused like a limit that was used up."""
        return ApiError(429, text).response({**self._headers(user), "retry-after": str(wait)})

    def _resets_at(self) -> int:
        return (self._window + 1) * WINDOW_SECONDS

    def _headers(self, user: str) -> dict[str, str]:
        if self.per_minute is None:
            return {}
        return {
            "x-rate-limit-limit": str(self.per_minute),
            "x-rate-limit-remaining": str(max(0, self.per_minute - self._used[user])),
            "x-rate-limit-reset": str(self._resets_at()),
        }
