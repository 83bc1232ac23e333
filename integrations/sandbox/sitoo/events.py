"""Events on their way to the integrator: batches of up to ten, in order, retried for a day."""

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.webhooks import HookQueue, Lane, OutgoingCall, RetryRules
from integrations.sandbox.sitoo.formats import epoch, guid

MOST_EVENTS = 10
RETRYABLE = (None, 429, 503, 504)  # None: no answer. QUIRK(sitoo): any other code drops the events
FIRST_HOUR = (5, 15, 30, 60, 120, 300, 600, 600, 900, 900)  # seconds between the first attempts
WAITS = tuple(timedelta(seconds=wait) for wait in FIRST_HOUR) + (timedelta(hours=1),) * 23


class Events:
    """Turns what happens into events for everybody who subscribed."""

    def __init__(self, clock: Clock, hooks: HookQueue, *, account_id: int, seed: int) -> None:
        self._clock, self._hooks = clock, hooks
        self._account_id, self._seed = account_id, seed
        self._lanes: dict[str, Lane] = {}
        self._count = 0

    @property
    def subscribers(self) -> list[str]:
        """The base URLs that events go to."""
        return list(self._lanes)

    def subscribe(self, base_url: str, username: str = "", password: str = "") -> None:
        """Send events to `base_url`/events from now on, with Basic credentials when given."""
        url = base_url.rstrip("/")
        headers = {"content-type": "application/json"}
        if username:
            pair = base64.b64encode(f"{username}:{password}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"

        def render(items: Sequence[Any]) -> OutgoingCall:
            body = json.dumps(list(items), separators=(",", ":")).encode()
            return OutgoingCall("POST", f"{url}/events", headers, body)

        self._lanes[url] = Lane(
            system="sitoo",
            key=url,
            render=render,
            max_batch=MOST_EVENTS,
            ordered=True,
            retries=RetryRules(WAITS, lambda status: status in RETRYABLE),
        )

    def unsubscribe(self, base_url: str) -> None:
        """Send nothing more to `base_url`."""
        self._lanes.pop(base_url.rstrip("/"), None)

    def emit(self, event_type: str, **data: Any) -> None:
        """Queue one event for every subscriber."""
        if not self._lanes:
            return
        self._count += 1
        now = self._clock.now()
        event = {
            "event_id": guid("event", self._seed, self._count).strip("{}").replace("-", "").lower(),
            "event_type": event_type,
            "event_date": epoch(now),
            "account_id": self._account_id,
            "data": data,
        }
        for lane in self._lanes.values():
            self._hooks.enqueue_item(lane, event, now)

    def order(self, order: dict[str, Any], kind: str, *, state: str = "") -> None:
        """An order was added or changed; `state` is its new one, if that changed."""
        changed = {"order_state_changed": state} if state else {}
        self.emit(
            "order",
            eshop_id=order["eshopid"],
            order_id=order["orderid"],
            warehouse_id=order["warehouseid"],
            order_event_type=kind,
            **changed,
        )

    def delivery(self, order: dict[str, Any], delivery: dict[str, Any]) -> None:
        """Goods of an order were handed over."""
        self.emit(
            "order-delivery",
            eshop_id=order["eshopid"],
            order_id=order["orderid"],
            order_delivery_id=delivery["orderdeliveryid"],
            warehouse_id=delivery["warehouseid"],
            order_delivery_state_changed="delivered",
            order_delivery_event_type="add",
        )

    def transaction(self, transaction: dict[str, Any], *, eshop_id: int) -> None:
        """Stock moved."""
        self.emit(
            "warehouse-transaction",
            eshop_id=eshop_id,
            warehouse_id=transaction["warehouseid"],
            warehouse_transaction_id=transaction["warehousetransactionid"],
        )

    def z_report(self, report: dict[str, Any]) -> None:
        """A register was closed."""
        self.emit(
            "z-report",
            eshop_id=report["eshopid"],
            register_id=report["registerid"],
            z_report_id=report["zreportid"],
        )
