"""Webhooks: our own body template, a token in the address, and hints from what arrives.

Source: "Webhook / POST". QUIRK(brightpearl): nothing signs a call, so a long random token in the
URL is all there is; calls may be repeated, late and out of order, which hints do not mind.
"""

import hmac
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.client import Client
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.brightpearl.idsets import decode
from integrations.connectors.brightpearl.search import read_instant
from integrations.connectors.spec import Delivery
from integrations.ports import Hint

TOKEN = "token"  # noqa: S105 (the name of a query parameter)
PATH = "/integration-service/webhook"

# Longest prefix first: what an event is a hint of.
TOPICS = (
    ("product.modified.on-hand-modified", "stock-changes"),
    ("product.", "products"),
    ("sales-order.", "orders"),
    ("order.", "orders"),
    ("goods-out-note.", "goods-out-notes"),
)

EVENTS = (
    "product.created",
    "product.modified",
    "product.destroyed",
    "product.modified.on-hand-modified",
)

BODY_TEMPLATE = json.dumps(
    {
        "accountCode": "${account-code}",
        "resourceType": "${resource-type}",
        "id": "${resource-id}",
        "lifecycleEvent": "${lifecycle-event}",
        "fullEvent": "${full-event}",
        "raisedOn": "${raised-on}",
        "brightpearlVersion": "${brightpearl-version}",
    }
)


def authenticate(delivery: Delivery, config: BrightpearlConfig) -> bool:
    """Whether the call carries the token that we put into its address."""
    given, expected = delivery.query.get(TOKEN, ""), config.webhook_secret
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def hints(body: bytes) -> Sequence[Hint]:
    """One hint per id: the id may be a set such as `1-5,99`. Events we do not follow give none.

    Raises ValueError with a sentence when it is not a webhook of our template.
    """
    payload = _object(body)
    event, ids = payload.get("fullEvent"), payload.get("id")
    if not isinstance(event, str) or not isinstance(ids, str | int) or isinstance(ids, bool):
        raise ValueError("The webhook does not name its event and id.")
    topic = next((topic for prefix, topic in TOPICS if event.startswith(prefix)), None)
    if topic is None:
        return ()
    raised_on = payload.get("raisedOn", "")
    return [
        Hint(
            event_id=f"{event}:{number}:{raised_on}",
            topic=topic,
            external_id=str(number),
            payload=payload,
            occurred_at=read_instant(raised_on),
        )
        for number in decode(str(ids))
    ]


def _object(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("The webhook is not JSON.") from error
    if not isinstance(payload, dict):
        raise ValueError("The webhook is not a JSON object.")
    return payload


def subscribe(client: Client, *, base_url: str, token: str) -> Sequence[str]:
    """Make the missing subscriptions and remove ours with another token. Safe to repeat.

    Returns the events that were subscribed to now.
    """
    address = f"{base_url}?{urlencode({TOKEN: token})}"
    existing = client.webhooks()
    for hook in existing:
        if hook.uriTemplate.partition("?")[0] == base_url and hook.uriTemplate != address:
            client.calls.send(Message("DELETE", f"{PATH}/{hook.id}", None, f"DELETE {PATH}/{{id}}"))
    present = {hook.subscribeTo for hook in existing if hook.uriTemplate == address}
    missing = [event for event in EVENTS if event not in present]
    for event in missing:
        client.calls.send(Message("POST", PATH, _subscription(event, address), f"POST {PATH}"))
    return missing


def _subscription(event: str, address: str) -> dict[str, Any]:
    return {
        "subscribeTo": event,
        "httpMethod": "POST",
        "uriTemplate": address,
        "contentType": "application/json",
        "bodyTemplate": BODY_TEMPLATE,
        "idSetAccepted": True,
        "qualityOfService": 1,  # at least once
    }
