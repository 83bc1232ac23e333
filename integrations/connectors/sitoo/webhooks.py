"""Sitoo's events: who sent them, and what to fetch.

Source: Sitoo developer site, "SPI events". Up to ten events in one array, with Basic credentials
that we chose; there is no signature, so an event is only ever a hint.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.connectors.sitoo.assumed import MOVEMENT_KEY, Z_REPORT_KEYS
from integrations.connectors.sitoo.config import SitooConfig
from integrations.connectors.spec import Delivery
from integrations.ports import Hint


def authenticate(delivery: Delivery, config: SitooConfig) -> bool:
    """Whether the Basic credentials are those that we chose; never when we chose none."""
    kind, _, encoded = delivery.headers.get("authorization", "").partition(" ")
    secret = config.webhook_secret
    if kind.lower() != "basic" or not secret:
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, secret.encode())


def hints(body: bytes) -> Sequence[Hint]:
    """What the events point at. Events of other kinds, or without the id that we need, are left
    out: the poll brings what they were about. Raises ValueError when it is no array of events."""
    try:
        events = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("The body is not JSON.") from None
    if not isinstance(events, list) or not all(_is_event(event) for event in events):
        raise ValueError("The body is not an array of Sitoo events.")
    return [hint for event in events if (hint := _hint(event))]


def _is_event(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and all(isinstance(event.get(name), str) for name in ("event_id", "event_type"))
        and isinstance(event.get("data"), dict)
    )


def _hint(event: Mapping[str, Any]) -> Hint | None:
    topic, keys = _SUBJECTS.get(event["event_type"], ("", ()))
    values = [event["data"].get(key) for key in keys]
    if not topic or any(value in (None, "") for value in values):
        return None
    return Hint(
        event_id=event["event_id"],
        topic=topic,
        external_id="/".join(str(value) for value in values),
        payload=dict(event["data"]),
        occurred_at=_moment(event.get("event_date")),
    )


def _moment(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


_SUBJECTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "order": ("orders", ("order_id",)),
    "booking": ("orders", ("order_id",)),
    "z-report": ("z-reports", Z_REPORT_KEYS),
    "warehouse-transaction": ("warehouse-transactions", (MOVEMENT_KEY,)),
}
