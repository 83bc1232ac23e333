"""Webhooks: who signed them, and what to fetch.

The scheme is Standard Webhooks': HMAC-SHA256 over id, time and body, with room for two keys while
one is being changed.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from integrations.connectors.spec import Delivery
from integrations.connectors.warehouse.assumed import MOST_SKEW
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.facts import NAMED_BY, moment
from integrations.ports import Hint

SUBJECTS = {"order": "orders", "shipment": "shipments", "stock": "stock-changes"}


def authenticate(delivery: Delivery, config: WarehouseConfig) -> bool:
    """Whether one of the signatures is right and the call is no older than a few minutes."""
    headers = delivery.headers
    key, sent = _key(config.webhook_secret), _sent_at(headers.get("webhook-timestamp", ""))
    if not key or sent is None or abs(delivery.at - sent) > MOST_SKEW:
        return False
    signed = f"{headers.get('webhook-id', '')}.{headers['webhook-timestamp']}.".encode()
    digest = hmac.digest(key, signed + delivery.body, hashlib.sha256)
    expected = b"v1," + base64.b64encode(digest)
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(each.encode(), expected) for each in given)


def hints(body: bytes) -> Sequence[Hint]:
    """What the event points at; topics that we do not follow give none.

    A repeated event has the same bytes, so its digest stands for its id, which is in a header.
    Raises ValueError with a sentence when it is no event.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("The body is not JSON.") from None
    if not isinstance(event, dict) or not isinstance(event.get("topic"), str):
        raise ValueError("The body is not an event of a warehouse.")
    topic = SUBJECTS.get(event["topic"].partition(".")[0], "")
    data = event.get("data")
    name = data.get(NAMED_BY[topic][0]) if topic and isinstance(data, dict) else None
    if not isinstance(name, str) or not name:
        return []
    return [
        Hint(
            event_id=hashlib.sha256(body).hexdigest(),
            topic=topic,
            external_id=name,
            payload={"topic": event["topic"]},
            occurred_at=moment(event.get("occurred_at")),
        )
    ]


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _sent_at(text: str) -> datetime | None:
    if not text.isdecimal() or len(text) > 11:
        return None
    return datetime.fromtimestamp(int(text), UTC)
