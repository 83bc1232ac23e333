"""What the rest of the product knows of a system before it talks to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from pydantic import BaseModel

from integrations.ports import Connector, Limiter, Recorder, TokenStore


@dataclass(slots=True)
class Fence:
    """Until when transfers may be written: a worker that was frozen beyond its lease sends nothing.

    What it held is looked up by others by then, and may have been sent again.
    """

    until: datetime | None = None  # None: nobody leased anything here

    def holds_back(self, now: datetime) -> bool:
        return self.until is not None and now >= self.until


@dataclass(frozen=True, slots=True)
class Context:
    """What a connector is given; nothing else reaches it."""

    limiter: Limiter
    recorder: Recorder
    clock: Callable[[], datetime]
    transport: httpx.BaseTransport | None = None  # None: the real network
    tokens: TokenStore | None = None  # None: renewed tokens are kept in this process only
    fence: Fence = field(default_factory=Fence)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The vendor's limit before its headers taught us better. None: not limited."""

    requests: int | None
    seconds: int = 60
    concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook as it arrived; header names are lower-case."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes  # exactly as received: some vendors sign it
    at: datetime


@dataclass(frozen=True, slots=True)
class SystemSpec:
    slug: str
    label: str
    roles: frozenset[str]  # pos, erp, shop, warehouse
    config: type[BaseModel]  # validates a connection's settings and credentials together
    credentials: tuple[str, ...]  # which fields of `config` are secrets ("env:NAME" when stored)
    rate_limit: RateLimit
    build: Callable[[Any, Context], Connector]
    # (what arrived, the connection's `config`) → is this webhook really theirs?
    authenticate: Callable[[Delivery, Any], bool]
