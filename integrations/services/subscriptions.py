"""Webhook subscriptions at the vendors that keep them through their API."""

from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from django.conf import settings

from integrations.connectors.errors import ConnectorError, ThrottledError
from integrations.models import Connection, StreamCursor
from integrations.services import health, wiring
from integrations.services.calls import store_calls
from integrations.services.runtime import Runtime

STREAM = "subscriptions"
EVERY = timedelta(hours=1)  # a subscription that the vendor dropped is missing no longer than this


@runtime_checkable
class Subscriber(Protocol):
    """A connector whose vendor takes subscriptions through its API."""

    def subscribe_webhooks(self, base_url: str, token: str) -> list[str]:
        """Make the missing ones; returns their events. Safe to repeat."""


def receiver_of(connection: Connection) -> str:
    """Where the vendor reaches us for this connection; empty when nobody outside can."""
    base = settings.PLUMBLINE_PUBLIC_URL.rstrip("/")
    return f"{base}/webhooks/{connection.slug}" if base else ""


def renew(rt: Runtime, connection: Connection) -> datetime | None:
    """Make the subscriptions that are missing. None when done, else when to try again.

    Does nothing without a public address, without a secret for the calls, or for a vendor whose
    subscriptions are made by hand.
    """
    address = receiver_of(connection)
    connector, buffer = rt.open(connection)
    if not address or not isinstance(connector, Subscriber):
        return None
    secret = wiring.webhook_secret(connection)
    if not secret:
        return None
    now = rt.clock()
    try:
        made = connector.subscribe_webhooks(address, secret)
    except ThrottledError as error:
        return now + error.retry_after
    except ConnectorError as error:
        return health.note_trouble(connection, error, now=now)
    finally:
        store_calls(connection, buffer.drain())
    _remember(connection, made=list(made), now=now)
    return None


def _remember(connection: Connection, *, made: list[str], now: datetime) -> None:
    """When they were last seen to be there, and which had been missing last."""
    fields: dict[str, object] = {"read_at": now, "caught_up_at": now, "due_at": now + EVERY}
    if made:
        fields["cursor"] = ",".join(made)
    StreamCursor.objects.update_or_create(
        connection=connection, stream=STREAM, defaults={**fields, "last_error": ""}
    )
