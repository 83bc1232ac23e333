"""Callbacks: the order as it is, unsigned. A token in the address says whose they are, and they
only point: the order is read again before anything follows from it.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence

from integrations.connectors.mintsoft.config import MintsoftConfig
from integrations.connectors.spec import Delivery
from integrations.ports import Hint

TOKEN = "token"  # noqa: S105 (the name of a query parameter)


def authenticate(delivery: Delivery, config: MintsoftConfig) -> bool:
    """Whether the call carries the token that we put into its address."""
    given, expected = delivery.query.get(TOKEN, ""), config.webhook_secret
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def hints(body: bytes) -> Sequence[Hint]:
    """The order that it is about. Raises ValueError with a sentence when it is about none."""
    try:
        order = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("The body is not JSON.") from None
    order_id = order.get("ID") if isinstance(order, dict) else None
    if isinstance(order_id, bool) or not isinstance(order_id, int):
        raise ValueError("The body is not a Mintsoft order.")
    return [Hint(hashlib.sha256(body).hexdigest(), "orders", str(order_id), {})]
