"""What the pipeline asks of a connector. Docstrings here are contracts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.effects import Effect
from integrations.canonical.stock import StockLevel
from integrations.connectors.errors import ConnectorError


@dataclass(frozen=True, slots=True)
class Fact:
    """One object as a vendor sent it. `version` changes when the content does."""

    topic: str  # orders, z-reports, warehouse-transactions, products, stock-changes
    external_id: str
    version: str
    payload: dict[str, Any]  # Decimal for numbers with a fraction
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """A thin webhook: something changed, fetch it. `event_id` makes it unique."""

    event_id: str
    topic: str
    external_id: str
    payload: dict[str, Any]
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One step of a stream. `cursor` may be stored only with the page's facts."""

    facts: Sequence[Fact]
    cursor: str
    more: bool  # read on at once


class Source(Protocol):
    """Reading side of a connection."""

    def streams(self) -> Sequence[str]:
        """Names of the streams that can be polled, most urgent first."""

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        """The next page after `cursor` ("" starts at the beginning of what we want).

        Overlaps where the vendor's cursor is coarse; the inbox drops what it has seen. Raises
        ThrottledError, UnavailableError, UnauthorisedError, SchemaChangedError (unreadable page).
        """

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        """Re-read objects that hints name, in few requests; absent ones are left out."""

    def hints(self, body: bytes) -> Sequence[Hint]:
        """Parse a webhook body. Pure. Raises ValueError with a sentence when it is not one."""

    def records(self, topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
        """Wire payload → canonical records. Pure. Raises SchemaChangedError naming the field."""


class StockReader(Protocol):
    """A connection whose levels can be read."""

    def levels(
        self, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
    ) -> Sequence[StockLevel]:
        """Levels of (sku, product id) pairs at these locations. An item the vendor did not answer
        for is left out (unknown), never zero; one it answered for without a location is zero there.
        """


@dataclass(frozen=True, slots=True)
class Intent:
    """One effect wanted at one target. `key` is our idempotency key; `refs` hold external ids."""

    key: str
    effect: Effect
    refs: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None  # first attempt began: a look-up need not search before it


@dataclass(frozen=True, slots=True)
class Done:
    """The target accepted it. `detail` is kept with the document link (row ids and the like)."""

    external_ref: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    error: ConnectorError


Outcome = Done | Failed


@dataclass(frozen=True, slots=True)
class Found:
    """Exactly one match that is equal: adopt it."""

    external_ref: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Absent:
    """The target answered and does not have it (yet: searches may lag)."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Several matches, or one that differs: a person must look. Never sent blindly."""

    reason: str


LookUp = Found | Absent | Unclear


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that reads back other than it was meant."""

    field: str  # "lines[SOCK-HK].quantity"
    meant: str
    found: str
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class ReadBack:
    """`missing` is True when the target does not have it at all.

    `detail["read"]` is what stands there, as text: of an order or credit, one
    [our line id or "", name, quantity, net, tax] a row; of a payment, [method, amount, currency].
    """

    differences: tuple[Difference, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)
    missing: bool = False

    @property
    def is_equal(self) -> bool:
        return not self.differences and not self.missing


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted, for reading back."""

    intent: Intent
    external_ref: str


class Sink(Protocol):
    """Writing side of a connection. One answer per intent, in the order given; item failures are
    values, never raised. Raises only ThrottledError, UnavailableError (nothing was applied) and
    UnauthorisedError for the whole call."""

    def operations(self) -> frozenset[str]:
        """The effects this connection can take."""

    def batch_size(self, operation: str) -> int:
        """The most intents of this operation worth giving to one `send`."""

    def visibility_lag(self) -> timedelta:
        """How long a look-up may not yet see what was accepted."""

    def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        """Write them (they may mix operations). Not retried inside. A lost reply is
        Failed(AmbiguousError) for every item it covered."""

    def look_up(self, intents: Sequence[Intent]) -> Sequence[LookUp]:
        """Ask by our key whether these exist, in bulk where the vendor allows it."""

    def read_back(self, posted: Sequence[Posted]) -> Sequence[ReadBack | None]:
        """Compare what exists with what was meant, in bulk. None: not readable now, or this
        operation has nothing to compare."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The result of testing a connection. `error` when it cannot be used at all just now."""

    ok: bool
    sentence: str
    facts: dict[str, str] = field(default_factory=dict)
    error: ConnectorError | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One real value at the vendor, for mapping pages: code 1210, label "Card clearing"."""

    code: str
    label: str


class Connector(Source, Sink, Protocol):
    """Everything one connection offers; also StockReader where it holds stock."""

    def check(self) -> Probe:
        """Credentials, permission, clock. Never raises a ConnectorError."""

    def choices(self, kind: str) -> Sequence[Choice]:
        """Real values: payment-methods, nominal-codes, tax-codes, warehouses, order-statuses,
        channels, price-lists, contacts, payment-types, stores, reason-codes. Empty when the
        system has no such list."""

    def close(self) -> None:
        """Release the connection pool."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Access that a vendor lets us renew."""

    access: str
    refresh: str


class TokenStore(Protocol):
    """Where renewed tokens live. Every process of a connection sees the same ones."""

    def load(self) -> Tokens:
        """The newest tokens known here; cheap."""

    def load_fresh(self) -> Tokens:
        """The newest tokens anywhere: another process may have renewed them."""

    def save(self, tokens: Tokens) -> None:
        """Keep them before they are used: the old refresh token is worthless from now on."""


class Limiter(Protocol):
    """The shared budget of one connection, across processes and machines."""

    def acquire(self, cost: int = 1) -> None:
        """Take `cost` requests or raise ThrottledError with the time to wait. Never sleeps."""

    def release(self) -> None:
        """The call ended; only connections with a concurrency limit count it."""

    def learn(
        self, *, limit: int | None, remaining: int | None, reset_after: timedelta | None
    ) -> None:
        """What the vendor's headers said."""

    def refuse(self, *, retry_after: timedelta) -> None:
        """The vendor throttled us: nobody calls before then."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request and answer, redacted, for the trace and the connection page."""

    method: str
    path: str
    endpoint: str  # template without ids: "GET /order/{idset}"
    status: int | None  # None: no answer
    started_at: datetime
    milliseconds: int
    request: str
    response: str
    error: str = ""  # class name of the ConnectorError
    messages: int = 1
    keys: tuple[str, ...] = ()  # idempotency keys that it carried


class Recorder(Protocol):
    def record(self, call: Call) -> None:
        """Keep a call. Must not raise and must not block on the network."""
