"""Webhook subscriptions, and the templates that turn events into calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import Subscription
from integrations.sandbox.brightpearl.formats import id_set, read_int, section, write_id_set
from integrations.sandbox.brightpearl.replies import (
    BAD_REQUEST,
    UNKNOWN_EVENT,
    Reply,
    done,
    invalid,
    not_found,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body
from integrations.sandbox.brightpearl.world import SYSTEM, World
from integrations.sandbox.core.http import Request
from integrations.sandbox.core.webhooks import HookQueue, Lane, OutgoingCall, RetryRules

VERSION = "sandbox"
LARGEST_SET = 200  # ids in one call where the subscriber accepts sets
WAITS = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30))  # [assumed]
EVENTS = (
    "order.modified.order-status",
    "order.modified.fully-shipped",
    "sales-order.created",
    "product.created",
    "product.destroyed",
    "product.modified.on-hand-modified",
    "goods-out-note.created",
    "goods-out-note.destroyed",
    *(
        f"goods-out-note.modified.{name}"
        for name in (
            "printed",
            "picked",
            "packed",
            "shipped",
            "un-printed",
            "un-picked",
            "un-packed",
        )
    ),
    "goods-in-note.created",
    "quarantine-release.created",
)


@dataclass(frozen=True)
class Raised:
    """Something happened to a resource."""

    event: str
    id: int
    at: datetime


def covers(subscribed: str, event: str) -> bool:
    """Whether a subscription to `subscribed` is told about `event`."""
    return event == subscribed or event.startswith(subscribed + ".")


class Hooks:
    """Turns raised events into queued calls for whoever subscribed."""

    def __init__(self, world: World, queue: HookQueue) -> None:
        self._world = world
        self._queue = queue
        self._lanes: dict[tuple[int, str], Lane] = {}

    def raise_event(self, event: str, id: int) -> None:
        """Tell every subscriber whose subscription covers the event."""
        for subscription in self._world.subscriptions.values():
            if covers(subscription.event, event):
                self.tell(subscription, Raised(event, id, self._world.now))

    def tell(self, subscription: Subscription, raised: Raised) -> None:
        """Queue one event for one subscriber."""
        key = (subscription.id, raised.event)
        if key not in self._lanes:
            self._lanes[key] = self._lane(subscription, raised.event)
        due = raised.at + self._world.settings.hook_delay
        self._queue.enqueue_item(self._lanes[key], raised, due)

    def _lane(self, subscription: Subscription, event: str) -> Lane:
        return Lane(
            system=SYSTEM,
            key=f"{subscription.id}:{event}",
            render=partial(_render, self._world.settings.account, subscription),
            max_batch=LARGEST_SET if subscription.id_sets else 1,
            retries=RetryRules(WAITS, _retry_rule(subscription.quality)),
        )


def _retry_rule(quality: int) -> Callable[[int | None], bool]:
    """At most once retries only 503; at least once retries everything but 4xx."""
    if quality == 0:
        return lambda status: status == 503
    return lambda status: status is None or not 400 <= status < 500


def _render(account: str, subscription: Subscription, raised: Sequence[Raised]) -> OutgoingCall:
    values = _values(account, raised)
    headers = {"content-type": subscription.content_type} if subscription.content_type else {}
    return OutgoingCall(
        subscription.method,
        _fill(subscription.uri, values),
        headers,
        _fill(subscription.body, values).encode(),
    )


def _values(account: str, raised: Sequence[Raised]) -> dict[str, str]:
    resource, _, rest = raised[0].event.partition(".")
    lifecycle, _, specifier = rest.partition(".")
    return {
        "account-code": account,
        "resource-type": resource,
        "resource-id": write_id_set(one.id for one in raised),
        "lifecycle-event": lifecycle,
        "full-event": raised[0].event,
        "resource-specifier": specifier,
        "raised-on": raised[-1].at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "brightpearl-version": VERSION,
    }


def _fill(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"${{{name}}}", value)
    return template


def post_webhook(world: World, request: Request) -> Reply:
    """Subscribe. An event that does not exist answers INTC-064."""
    body = read_body(request)
    event = str(body.get("subscribeTo", ""))
    if not any(covers(event, known) for known in EVENTS):
        raise invalid(UNKNOWN_EVENT, f"Event {event!r} does not exist or cannot be subscribed to")
    method = str(body.get("httpMethod", ""))
    if method not in ("GET", "POST", "PUT", "DELETE") or not body.get("uriTemplate"):
        raise invalid(BAD_REQUEST, "A webhook needs an httpMethod and a uriTemplate")
    if method in ("POST", "PUT") and not (body.get("bodyTemplate") and body.get("contentType")):
        raise invalid(BAD_REQUEST, f"{method} needs a bodyTemplate and a contentType")
    subscription = Subscription(
        id=world.new_id("webhook"),
        event=event,
        method=method,
        uri=str(body["uriTemplate"]),
        body=str(body.get("bodyTemplate", "")),
        content_type=str(body.get("contentType", "")),
        id_sets=bool(body.get("idSetAccepted", False)),
        quality=read_int(body.get("qualityOfService", 0), "qualityOfService"),
    )
    world.subscriptions[subscription.id] = subscription
    return response(subscription.id)


def get_webhooks(world: World, request: Request, *, ids: str | None = None) -> Reply:
    """Subscriptions; 404 when none of the ids exists."""
    wanted = list(world.subscriptions) if ids is None else id_set(ids, cap=LARGEST_SET)
    known = world.subscriptions
    found = [_view(known[one]) for one in wanted if one in known]
    if ids is not None and not found:
        raise not_found(f"Webhook {ids}")
    return response(found)


def _view(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.id,
        "subscribeTo": one.event,
        "httpMethod": one.method,
        "uriTemplate": one.uri,
        "bodyTemplate": one.body,
        "contentType": one.content_type,
        "idSetAccepted": one.id_sets,
        "qualityOfService": one.quality,
    }


def delete_webhook(world: World, request: Request, *, webhook_id: str) -> Reply:
    """Unsubscribe."""
    if world.subscriptions.pop(read_int(webhook_id, "webhook id"), None) is None:
        raise not_found(f"Webhook {webhook_id}")
    return done()


def simulate(hooks: Hooks, world: World, request: Request, *, webhook_id: str) -> Reply:
    """Send a subscriber the test ids it asks for."""
    subscription = world.subscriptions.get(read_int(webhook_id, "webhook id"))
    if subscription is None:
        raise not_found(f"Webhook {webhook_id}")
    data = section(read_body(request), "testData")
    event = next(known for known in EVENTS if covers(subscription.event, known))
    for one in id_set(str(data.get("${resource-id}", "1")), cap=10):
        hooks.tell(subscription, Raised(event, one, world.now))
    return done()
