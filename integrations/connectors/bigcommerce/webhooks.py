"""Webhooks: who sent one, what it points at, and the subscriptions behind them.

Source: "Webhooks overview", "HTTPS webhooks". Two proofs: a header of ours that comes back with
every call, and, with the API account's client secret, a Standard Webhooks signature over the raw
body. Either way an event is only ever a hint.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.connectors.bigcommerce.assumed import SIGNATURE_WINDOW, TOKEN_HEADER
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.bigcommerce.mapping import item_id
from integrations.connectors.bigcommerce.schemas import Hook
from integrations.connectors.spec import Delivery
from integrations.ports import Hint

VERSION = "v1"
SCOPES = (
    "store/order/updated",
    "store/order/statusUpdated",
    "store/order/refund/created",
    "store/product/created",
    "store/product/updated",
    "store/product/deleted",
)
# Our own levels come back as events, so only a store that owns stock is listened to.
STOCK_SCOPES = (
    "store/product/inventory/updated",
    "store/product/inventory/order/updated",
    "store/sku/inventory/updated",
    "store/sku/inventory/order/updated",
)


def authenticate(delivery: Delivery, config: BigCommerceConfig) -> bool:
    """Whether it carries our header, is signed where a signature is wanted, and speaks of our
    store. Never without a secret."""
    expected = config.webhook_secret
    given = delivery.headers.get(TOKEN_HEADER.lower(), "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        return False
    if config.signing_secrets and not _is_signed(delivery, config.signing_secrets):
        return False
    return _names_store(delivery.body, config.store_hash)


def _is_signed(delivery: Delivery, secrets: Sequence[str]) -> bool:
    """By Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`; several signatures may be sent
    while a secret is replaced."""
    headers = delivery.headers
    id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or not _is_recent(sent_at, delivery.at):
        return False
    content = f"{id}.{sent_at}.".encode() + delivery.body
    wanted = [hmac.new(each.encode(), content, hashlib.sha256).digest() for each in secrets]
    given = _signatures(headers.get("webhook-signature", ""))
    return any(hmac.compare_digest(one, other) for one in given for other in wanted)


def _is_recent(sent_at: str, now: datetime) -> bool:
    if not sent_at.isascii() or not sent_at.isdecimal() or len(sent_at) > 12:
        return False
    return abs(now - datetime.fromtimestamp(int(sent_at), UTC)) <= SIGNATURE_WINDOW


def _signatures(text: str) -> list[bytes]:
    found = []
    for part in text.split():
        version, _, encoded = part.partition(",")
        if version != VERSION:
            continue
        try:
            found.append(base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found


def _names_store(body: bytes, store_hash: str) -> bool:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(event, dict) and event.get("producer") == f"stores/{store_hash}"


def hints(body: bytes) -> Sequence[Hint]:
    """What the event points at; nothing for events that we do not follow.

    QUIRK(bigcommerce): events are doubled, with a new message id; `hash` and the second of their
    making are the same in both. Raises ValueError with a sentence when it is not a webhook.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("The body is not JSON.") from None
    if not isinstance(event, dict) or not isinstance(event.get("scope"), str):
        raise ValueError("The body is not a BigCommerce event.")
    data = event.get("data")
    if not isinstance(data, dict):
        raise ValueError("The event has no data.")
    at = event.get("created_at")
    return [
        Hint(
            event_id=f"{event.get('hash', '')}:{at}:{topic}",
            topic=topic,
            external_id=external_id,
            payload=data,
            occurred_at=_moment(at),
        )
        for topic, external_id in _subjects(event["scope"], data)
    ]


def _subjects(scope: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(topic, id) pairs: a refund concerns itself and its order."""
    inventory = data.get("inventory")
    if isinstance(inventory, Mapping):
        return _stock_subject(inventory)
    refund = data.get("refund")
    found: list[tuple[str, Any]] = []
    if isinstance(refund, Mapping):
        found.append(("refunds", refund.get("refund_id")))
    if scope.startswith("store/product/"):
        found.append(("products", data.get("id")))
    elif scope.startswith(("store/order/transaction/", "store/shipment/")):
        found.append(("orders", data.get("order_id") or data.get("orderId")))
    elif scope.startswith("store/order/"):
        found.append(("orders", data.get("id")))
    elif scope.startswith("store/channel/") and "/order/" in scope:
        found.append(("orders", data.get("order_id")))  # QUIRK(bigcommerce): another key here
    return [(topic, str(value)) for topic, value in found if value not in (None, "")]


def _stock_subject(inventory: Mapping[str, Any]) -> list[tuple[str, str]]:
    """QUIRK(bigcommerce): `value` is a level or a difference, nobody says which: read again."""
    product, variant = inventory.get("product_id"), inventory.get("variant_id")
    if not isinstance(product, int):
        return []
    return [("stock-changes", item_id(product, variant if isinstance(variant, int) else None))]


def subscribe(
    client: BigCommerceClient, config: BigCommerceConfig, *, address: str, token: str
) -> list[str]:
    """Make what is missing, wake what was switched off, renew an old token. Safe to repeat.

    Returns the scopes that needed it.
    """
    wanted = (*SCOPES, *(STOCK_SCOPES if config.follows_stock else ()))
    ours = {hook.scope: hook for hook in client.hooks() if hook.destination == address}
    headers = {TOKEN_HEADER: token}
    done = []
    for scope in wanted:
        hook = ours.get(scope)
        if hook is None:
            body = {"scope": scope, "destination": address, "is_active": True, "headers": headers}
            client.post_hook(body)
        elif not _is_good(hook, headers):
            client.put_hook(hook.id, {"is_active": True, "headers": headers})
        else:
            continue
        done.append(scope)
    return done


def _is_good(hook: Hook, headers: Mapping[str, str]) -> bool:
    return hook.is_active and hook.headers == headers


def _moment(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
