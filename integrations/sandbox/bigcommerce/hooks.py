"""Webhooks: subscriptions, signed deliveries, retries, and what switches a subscription off.

Signed as Standard Webhooks asks: HMAC-SHA256 over `id.timestamp.body`, the key being the API
account's client secret.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError, not_found
from integrations.sandbox.bigcommerce.formats import answer, write_json
from integrations.sandbox.bigcommerce.listing import object_of, v3_page
from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.http import Request, Response
from integrations.sandbox.core.webhooks import HookQueue, Lane, OutgoingCall, RetryRules

SYSTEM = "bigcommerce"
SECONDS = (60, 180, 300, 600, 900, 1800, 3600, 7200, 21600, 50400, 86400)
MOST_PER_SCOPE = 10
FORGOTTEN_AFTER = timedelta(days=90)  # without an event a subscription is switched off
LOCAL = ("http://127.0.0.1", "http://localhost")  # the real thing takes https on port 443 only


@dataclass
class Hook:
    id: int
    scope: str
    destination: str
    headers: dict[str, str]
    created: datetime
    updated: datetime
    heard: datetime  # the last event, or the creation
    is_active: bool = True


@dataclass(frozen=True)
class _Retries(RetryRules):
    """Everything but 2xx is tried again; after the last attempt `give_up` is told."""

    give_up: Callable[[], None] = field(default=lambda: None)

    def wait_after(self, attempts: int, status: int | None) -> timedelta | None:
        if attempts > len(self.waits):
            self.give_up()
            return None
        return self.waits[attempts - 1]


class Hooks:
    """The subscriptions of one API account, and what they are sent."""

    def __init__(
        self, clock: Clock, queue: HookQueue, *, store_hash: str, client_id: str, secret: str
    ) -> None:
        self.client_id, self.secret = client_id, secret
        self.by_id: dict[int, Hook] = {}
        self._clock, self._queue = clock, queue
        self._store_hash = store_hash
        self._count = 0

    def emit(self, scope: str, data: Mapping[str, Any]) -> None:
        """Queue an event for every active subscription to its scope."""
        now = self._clock.now()
        for hook in self.by_id.values():
            self._forget(hook, now)
            if hook.is_active and _covers(hook.scope, scope):
                hook.heard = now
                self._count += 1
                self._queue.enqueue_item(self._lane(hook), self._event(scope, data, now), now)

    def list_all(self, request: Request) -> Response:
        for hook in self.by_id.values():
            self._forget(hook, self._clock.now())
        scope, destination = request.last("scope"), request.last("destination")
        rows = [
            hook
            for hook in self.by_id.values()
            if scope in (None, hook.scope) and destination in (None, hook.destination)
        ]
        return v3_page(request, rows, self._view)

    def post(self, request: Request) -> Response:
        body = object_of(request)
        scope, destination = _text(body, "scope"), _destination(body)
        same = [hook for hook in self.by_id.values() if hook.scope == scope]
        if any(hook.destination == destination for hook in same):
            raise ApiError(422, "A webhook for this scope and destination already exists.")
        if len(same) >= MOST_PER_SCOPE:
            raise ApiError(422, f"At most {MOST_PER_SCOPE} webhooks per scope are allowed.")
        now = self._clock.now()
        id = 18_048_287 + max((each - 18_048_286 for each in self.by_id), default=0)
        hook = Hook(id, scope, destination, _headers(body), now, now, now)
        hook.is_active = body.get("is_active", True) is not False
        self.by_id[id] = hook
        return answer({"data": self._view(hook), "meta": {}})

    def put(self, request: Request, id: str) -> Response:
        hook, body = self._find(id), object_of(request)
        if "destination" in body:
            hook.destination = _destination(body)
        if "headers" in body:
            hook.headers = _headers(body)
        if isinstance(body.get("is_active"), bool):
            hook.is_active = body["is_active"]
        hook.updated = hook.heard = self._clock.now()
        return answer({"data": self._view(hook), "meta": {}})

    def delete(self, request: Request, id: str) -> Response:
        hook = self._find(id)
        del self.by_id[hook.id]
        return answer({"data": self._view(hook), "meta": {}})

    def get(self, request: Request, id: str) -> Response:
        return answer({"data": self._view(self._find(id)), "meta": {}})

    def _find(self, id: str) -> Hook:
        hook = self.by_id.get(int(id)) if id.isdecimal() else None
        if hook is None:
            raise not_found()
        return hook

    def _forget(self, hook: Hook, now: datetime) -> None:
        if now - hook.heard > FORGOTTEN_AFTER:
            hook.is_active = False

    def _event(self, scope: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """QUIRK(bigcommerce): `hash` has no key: it tells doubles apart, not friends."""
        event = {
            "scope": scope,
            "store_id": "1025646",
            "data": dict(data),
            "created_at": int(now.timestamp()),
            "producer": f"stores/{self._store_hash}",
        }
        digest = hashlib.sha1(write_json([event, self._count]), usedforsecurity=False)
        return {**event, "hash": digest.hexdigest()}

    def _lane(self, hook: Hook) -> Lane:
        def render(items: Sequence[Any]) -> OutgoingCall:
            body = write_json(items[0])
            return OutgoingCall(
                "POST", hook.destination, {**self._signed(items[0], body), **hook.headers}, body
            )

        def give_up() -> None:
            hook.is_active = False

        waits = tuple(timedelta(seconds=wait) for wait in SECONDS)
        return Lane(SYSTEM, f"{hook.id}", render, retries=_Retries(waits, give_up=give_up))

    def _signed(self, event: Mapping[str, Any], body: bytes) -> dict[str, str]:
        id, at = f"msg_{event['hash'][:24]}", str(int(self._clock.now().timestamp()))
        signed = f"{id}.{at}.".encode() + body
        digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()
        return {
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": at,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }

    def _view(self, hook: Hook) -> dict[str, Any]:
        return {
            "id": hook.id,
            "client_id": self.client_id,
            "store_hash": self._store_hash,
            "scope": hook.scope,
            "destination": hook.destination,
            "headers": hook.headers,
            "is_active": hook.is_active,
            "created_at": int(hook.created.timestamp()),
            "updated_at": int(hook.updated.timestamp()),
        }


def _covers(subscribed: str, scope: str) -> bool:
    """`store/order/*` covers everything below it."""
    return scope == subscribed or (
        subscribed.endswith("/*") and scope.startswith(subscribed.removesuffix("*"))
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ApiError(422, "JSON data is missing or invalid", errors={name: "error.path.missing."})
    return value


def _destination(body: Mapping[str, Any]) -> str:
    url = _text(body, "destination")
    if not url.startswith(("https://", *LOCAL)):
        raise ApiError(422, "JSON data is missing or invalid", errors={"destination": "not https"})
    return url


def _headers(body: Mapping[str, Any]) -> dict[str, str]:
    given = body.get("headers") or {}
    return {str(name): str(value) for name, value in given.items()}
