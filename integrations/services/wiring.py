"""From a Connection row to a live connector. Connectors are kept per process."""

import os
import threading
from typing import Any

import httpx
from django.conf import settings

from integrations.connectors.guarded import GuardedTransport
from integrations.connectors.registry import system
from integrations.connectors.spec import Context
from integrations.models import Connection, RateBudget
from integrations.ports import Connector, Tokens
from integrations.services.budget import SharedLimiter
from integrations.services.runtime import CallBuffer, Runtime, system_now, worker_name
from integrations.services.tokens import StoredTokens


class MissingSecretError(ValueError):
    """A credential names an environment variable that is not set."""


def secret(reference: str) -> str:
    """The value behind "env:NAME". Raises MissingSecretError naming the variable, never a value."""
    kind, _, name = reference.partition(":")
    if kind != "env" or not name:
        raise MissingSecretError("A credential must be a reference of the form env:NAME.")
    value = os.environ.get(name)
    if not value:
        raise MissingSecretError(f"The environment variable {name} is not set.")
    return value


def configuration(connection: Connection) -> Any:
    """The system's validated settings with its credentials. Raises ValueError with a sentence."""
    secrets = {name: secret(reference) for name, reference in connection.credentials.items()}
    plain = {name: value for name, value in connection.settings.items() if name != "rate_limit"}
    return system(connection.system).config.model_validate({**plain, **secrets})


def build(
    connection: Connection,
    runtime_clock: Any = system_now,
    *,
    transport: Any = None,
    owner: Any = worker_name,
) -> tuple[Connector, CallBuffer]:
    """A connector with its own limiter and call buffer."""
    buffer = CallBuffer()
    config = configuration(connection)
    context = Context(
        limiter=SharedLimiter(connection, clock=runtime_clock, owner=owner),
        recorder=buffer,
        clock=runtime_clock,
        transport=transport or GuardedTransport(settings.PLUMBLINE_ALLOWED_ORIGINS),
        tokens=_tokens(connection, config, runtime_clock),
        fence=buffer.fence,
    )
    return system(connection.system).build(config, context), buffer


def _tokens(connection: Connection, config: Any, clock: Any) -> StoredTokens | None:
    """Where renewed access is kept, for connections that can renew theirs.

    Some have no access before they have logged in.
    """
    access, refresh = (getattr(config, name, None) for name in ("access_token", "refresh_token"))
    if not refresh:
        return None
    configured = Tokens(access.get_secret_value() if access else "", refresh.get_secret_value())
    return StoredTokens(connection, configured, clock=clock)


def ensure_budget(connection: Connection) -> RateBudget:
    """The connection's budget row, made from the vendor's documented limit the first time.

    `settings.rate_limit` overrides it: {"requests": null} switches the window off.
    """
    spec = system(connection.system).rate_limit
    own = connection.settings.get("rate_limit") or {}
    budget, _ = RateBudget.objects.get_or_create(
        connection=connection,
        defaults={
            "limit": own.get("requests", spec.requests),
            "window_seconds": own.get("seconds", spec.seconds),
            "concurrency": own.get("concurrency", spec.concurrency),
        },
    )
    return budget


class Connectors:
    """Opens each connection once per process and again when its settings changed."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._open: dict[int, tuple[str, Connector, CallBuffer]] = {}
        self._lock = threading.Lock()
        self._transport = transport

    def __call__(self, connection: Connection) -> tuple[Connector, CallBuffer]:
        version = f"{os.getpid()}{connection.settings}{connection.credentials}"
        with self._lock:
            known = self._open.get(connection.pk)
            if known and known[0] == version:
                return known[1], known[2]
            ensure_budget(connection)
            connector, buffer = build(connection, transport=self._transport)
            self._open[connection.pk] = (version, connector, buffer)
            return connector, buffer


_connectors = Connectors()


def live() -> Runtime:
    """The runtime of a worker: real clock, real network."""
    return Runtime(open=_connectors)


def webhook_secret(connection: Connection) -> str:
    """What a webhook of this connection must prove; empty refuses every one."""
    return str(getattr(configuration(connection), "webhook_secret", ""))
