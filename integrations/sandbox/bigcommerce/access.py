"""Who may call, with which scopes, and how often: one quota for the store."""

import hmac
from collections.abc import Mapping
from threading import Lock
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError, forbidden, unauthorised
from integrations.sandbox.bigcommerce.formats import answer
from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.http import Request, Response

WINDOW_MS = 30_000
QUOTA = 150  # Standard and Plus plans
LIMITS = ("per_window", "lacking")

# Which scope a path needs, the most exact first; paths that are not here need none.
SCOPES = (
    ("/orders/pickups", "store_order_fulfillment_manage"),
    ("/orders/payment_actions", "store_v2_transactions"),
    ("/orders", "store_v2_orders"),
    ("/order_statuses", "store_v2_orders"),
    ("/inventory/locations", "store_locations"),
    ("/inventory", "store_inventory"),
    ("/catalog", "store_v2_products"),
    ("/pricelists", "store_v2_products"),
    ("/tax_classes", "store_v2_products"),
    ("/customers", "store_v2_customers"),
    ("/customer_groups", "store_v2_customers"),
    ("/pickup", "store_fulfillment_methods_read_only"),
    ("/channels", "store_channel_settings_read_only"),
    ("/store", "store_v2_information_read_only"),
    ("/settings", "store_v2_information_read_only"),
    ("/shipping", "store_v2_information_read_only"),
    ("/payments", "store_v2_information_read_only"),
)


class Gatekeeper:
    """Counts requests of the store. Safe between threads. `per_window` None switches it off."""

    def __init__(self, clock: Clock, token: str) -> None:
        self.token = token
        self.per_window: int | None = QUOTA
        self.lacking: frozenset[str] = frozenset()  # scopes that the API account was not given
        self._clock = clock
        self._lock = Lock()
        self._window = 0
        self._used = 0
        self._refused = 0

    def configure(self, limits: Mapping[str, Any]) -> None:
        """Change the quota or the scopes that are lacking. Raises ValueError."""
        for name, value in limits.items():
            if name == "lacking":
                self.lacking = frozenset(value)
            elif name != "per_window":
                raise ValueError(f"BigCommerce has no limit called {name!r}.")
            elif value is not None and (not isinstance(value, int) or value < 1):
                raise ValueError("per_window must be a whole number above zero, or null.")
            else:
                self.per_window = value

    def check(self, request: Request, inside: str) -> None:
        """Raises ApiError 401 or 403."""
        given = request.headers.get("x-auth-token", "")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise unauthorised()
        scope = next((scope for prefix, scope in SCOPES if inside.startswith(prefix)), "")
        if scope and scope in self.lacking:
            raise forbidden(scope)

    def admit(self) -> Response | None:
        """A 429 when the quota of this window is used up, else None."""
        with self._lock:
            self._roll()
            if self.per_window is not None and self._used >= self.per_window:
                return self._throttled(self._headers())
            self._used += 1
            return None

    def headers(self) -> dict[str, str]:
        """What every answer says of the quota."""
        with self._lock:
            self._roll()
            return self._headers()

    def throttled(self) -> Response:
        """A 429 out of the blue. QUIRK(bigcommerce): under load it comes without the headers."""
        with self._lock:
            self._refused += 1
            return self._throttled({} if self._refused % 2 else self._headers())

    def _roll(self) -> None:
        current = self._now_ms() // WINDOW_MS
        if current != self._window:
            self._window, self._used = current, 0

    def _now_ms(self) -> int:
        now = self._clock.now()
        return int(now.timestamp()) * 1000 + now.microsecond // 1000

    def _headers(self) -> dict[str, str]:
        if self.per_window is None:
            return {}
        return {
            "x-rate-limit-time-window-ms": str(WINDOW_MS),
            "x-rate-limit-time-reset-ms": str(WINDOW_MS - self._now_ms() % WINDOW_MS),
            "x-rate-limit-requests-quota": str(self.per_window),
            "x-rate-limit-requests-left": str(max(0, self.per_window - self._used)),
        }

    def _throttled(self, headers: dict[str, str]) -> Response:
        return answer(ApiError(429, "Too many requests").body("v3"), status=429, headers=headers)
