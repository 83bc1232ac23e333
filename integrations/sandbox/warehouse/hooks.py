"""Signed webhooks, sent and repeated the way Standard Webhooks describes."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.webhooks import HookQueue, Lane, OutgoingCall, RetryRules
from integrations.sandbox.warehouse.tables import Wire, stamp

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1800, 7200, 18_000, 36_000, 36_000)
)
FORGED_KEY = b"not the key that was agreed"


@dataclass(frozen=True)
class Subscription:
    """Where to send, what about, and the agreed key."""

    id: str
    url: str
    topics: tuple[str, ...]
    key: bytes

    def wire(self) -> Wire:
        """As it is shown: the key stays here."""
        return {"id": self.id, "url": self.url, "topics": list(self.topics)}


@dataclass(frozen=True)
class Event:
    """One thing that happened. `id` is the same for every attempt."""

    id: str
    topic: str
    at: datetime
    body: bytes


class Hooks:
    """Turns what happens into calls for everybody who subscribed.

    `forged` of the next calls are signed with a wrong key; `delay` makes every call late.
    """

    def __init__(self, clock: Clock, queue: HookQueue) -> None:
        self._clock, self._queue = clock, queue
        self.subscriptions: dict[str, Subscription] = {}
        self.forged = 0
        self.delay = timedelta(0)
        self._events = 0
        self._subscribed = 0

    def subscribe(self, url: str, topics: Sequence[str], secret: str) -> Subscription:
        """Send these topics to `url` from now on. `secret` is `whsec_` and base64.

        Raises ValueError when it is not.
        """
        if not secret.startswith("whsec_"):
            raise ValueError("The secret begins with whsec_.")
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        self._subscribed += 1
        made = Subscription(f"sub-{self._subscribed}", url, tuple(topics), key)
        self.subscriptions[made.id] = made
        return made

    def tell(self, topic: str, data: Wire) -> None:
        """Queue one event for each subscriber of its topic."""
        wanted = [each for each in self.subscriptions.values() if topic in each.topics]
        if not wanted:
            return
        self._events += 1
        now = self._clock.now()
        body = {"topic": topic, "occurred_at": stamp(now), "data": data}
        event = Event(f"msg_{self._events:08d}", topic, now, json.dumps(body).encode())
        for subscription in wanted:
            key = subscription.key
            if self.forged:
                self.forged -= 1
                key = FORGED_KEY
            self._queue.enqueue_item(
                _lane(subscription), _signed(subscription.url, event, key), now + self.delay
            )


def _lane(subscription: Subscription) -> Lane:
    return Lane(
        system="warehouse",
        key=subscription.id,
        render=_as_it_is,
        retries=RetryRules(WAITS, _is_failure),
    )


def _as_it_is(items: Sequence[Any]) -> OutgoingCall:
    call = items[0]
    assert isinstance(call, OutgoingCall)
    return call


def _is_failure(status: int | None) -> bool:
    return status is None or not 200 <= status < 300


def _signed(url: str, event: Event, key: bytes) -> OutgoingCall:
    seconds = str(int(event.at.timestamp()))
    content = b".".join((event.id.encode(), seconds.encode(), event.body))
    digest = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    headers = {
        "content-type": "application/json",
        "webhook-id": event.id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{digest}",
        "webhook-topic": event.topic,
    }
    return OutgoingCall("POST", url, headers, event.body)
