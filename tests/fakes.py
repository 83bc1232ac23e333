"""An in-memory system on both ends of the pipeline, which fails when it is told to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.effects import EFFECTS
from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.canonical.stock import StockLevel
from integrations.canonical.till import ZReport
from integrations.connectors.errors import (
    AmbiguousError,
    ConnectorError,
    SchemaChangedError,
)
from integrations.models import Connection
from integrations.ports import (
    Absent,
    Difference,
    Done,
    Fact,
    Failed,
    Found,
    Hint,
    Intent,
    LookUp,
    Outcome,
    Page,
    Posted,
    Probe,
    ReadBack,
    Unclear,
)
from integrations.services.runtime import CallBuffer, Runtime
from tests.conftest import NOW

RECORDS: dict[str, type[CanonicalRecord]] = {
    record.__name__: record for record in (SalesOrder, SalesCredit, ZReport)
}
LAG = timedelta(seconds=5)


def fact(record: SalesOrder | SalesCredit | ZReport, *, version: str = "1") -> Fact:
    """A canonical record as this system's wire would carry it."""
    topic = "z-reports" if isinstance(record, ZReport) else "orders"
    payload = {"type": type(record).__name__, "record": record.model_dump(mode="json")}
    return Fact(topic, record.external_id, version, payload)


@dataclass
class FakeSystem:
    """A connector that keeps everything in lists. What it does wrong is set beforehand.

    `trouble` is raised by whole calls until it is taken away; `answers` are used up one for each
    item sent: an error is the item's answer, "lose" applies it and loses the reply.
    """

    facts: dict[tuple[str, str], Fact] = field(default_factory=dict)
    pages: dict[str, list[Page]] = field(default_factory=dict)
    stock: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    created: list[Intent] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    answers: list[ConnectorError | str] = field(default_factory=list)
    trouble: ConnectorError | None = None
    hidden: bool = False  # look-ups do not see what was created
    unclear: str = ""
    differences: dict[str, ReadBack] = field(default_factory=dict)
    subscribed: list[str] = field(default_factory=list)
    during_send: Callable[[], Any] | None = None
    batch: int = 10

    def keep(self, *facts: Fact) -> None:
        """The source has these from now on."""
        self.facts |= {(each.topic, each.external_id): each for each in facts}

    def offer(self, stream: str, *facts: Fact, cursor: str = "end") -> None:
        """The next page of a stream."""
        self.keep(*facts)
        self.pages.setdefault(stream, []).append(Page(facts, cursor, more=False))

    # Source

    def streams(self) -> Sequence[str]:
        return ("orders", "z-reports")

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        self._fail()
        waiting = self.pages.get(stream)
        return waiting.pop(0) if waiting else Page((), cursor, more=False)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        self._fail()
        self.asked.append((topic, *external_ids))
        return [self.facts[topic, each] for each in external_ids if (topic, each) in self.facts]

    def hints(self, body: bytes) -> Sequence[Hint]:
        return [Hint(body.decode(), "orders", body.decode(), {})]

    def records(self, topic: str, payload: dict[str, Any]) -> Sequence[CanonicalRecord]:
        if payload.get("poison"):
            raise RuntimeError("it breaks whoever reads it")
        if "type" not in payload:
            raise SchemaChangedError("The order has no lines any more.", field="rows")
        return [RECORDS[payload["type"]].model_validate(payload["record"])]

    # Stock

    def levels(
        self, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
    ) -> Sequence[StockLevel]:
        self._fail()
        self.asked.append(("levels", *location_codes, *(sku for sku, _ in skus)))
        return [
            StockLevel(location_code=place, sku=sku, on_hand=units, sellable=units)
            for (place, sku), units in self.stock.items()
            if place in location_codes and sku in {each for each, _ in skus}
        ]

    # Sink

    def operations(self) -> frozenset[str]:
        return frozenset(EFFECTS)

    def batch_size(self, operation: str) -> int:
        return self.batch

    def visibility_lag(self) -> timedelta:
        return LAG

    def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        self._fail()
        if self.during_send is not None:
            self.during_send()
        return [self._take(intent) for intent in intents]

    def _take(self, intent: Intent) -> Outcome:
        answer = self.answers.pop(0) if self.answers else ""
        if isinstance(answer, ConnectorError):
            return Failed(answer)
        self.created.append(intent)
        if answer == "lose":
            return Failed(AmbiguousError("No answer came."))
        return Done(f"x-{len(self.created)}")

    def look_up(self, intents: Sequence[Intent]) -> Sequence[LookUp]:
        self._fail()
        return [self._find(intent) for intent in intents]

    def _find(self, intent: Intent) -> LookUp:
        if self.unclear:
            return Unclear(self.unclear)
        keys = [each.key for each in self.created]
        if self.hidden or intent.key not in keys:
            return Absent()
        return Found(f"x-{keys.index(intent.key) + 1}")

    def read_back(self, posted: Sequence[Posted]) -> Sequence[ReadBack | None]:
        self._fail()
        return [self.differences.get(each.intent.key, ReadBack()) for each in posted]

    # Connection

    def check(self) -> Probe:
        if self.trouble:
            return Probe(ok=False, sentence=self.trouble.sentence, error=self.trouble)
        return Probe(ok=True, sentence="It answers.")

    def choices(self, kind: str) -> Sequence[Any]:
        return ()

    def subscribe_webhooks(self, base_url: str, token: str) -> Sequence[str]:
        self._fail()
        new = [] if base_url in self.subscribed else [base_url]
        self.subscribed += new
        return new

    def close(self) -> None:
        """Nothing to let go."""

    def _fail(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def differs(name: str, *, meant: str, found: str) -> ReadBack:
    return ReadBack((Difference(name, meant, found),), detail={"rows": {"1": "r1"}})


class HandClock:
    """Moves only when told to."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_time(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Worker:
    """One worker of a hub whose tills and ledger are fakes."""

    tills: FakeSystem
    ledger: FakeSystem
    clock: HandClock
    rt: Runtime

    def another(self, name: str = "test:2") -> Runtime:
        """A second worker that shares the systems and the clock."""
        return _runtime({"tills": self.tills, "ledger": self.ledger}, self.clock, name)


def worker() -> Worker:
    tills, ledger, clock = FakeSystem(), FakeSystem(), HandClock()
    return Worker(
        tills, ledger, clock, _runtime({"tills": tills, "ledger": ledger}, clock, "test:1")
    )


def _runtime(systems: dict[str, FakeSystem], clock: HandClock, name: str) -> Runtime:
    tokens = count(1)

    def opened(connection: Connection) -> Any:
        return systems[connection.slug], CallBuffer()

    return Runtime(
        open=opened,
        clock=clock,
        sleep=lambda seconds: clock.pass_time(seconds=seconds),
        token=lambda: f"{name}-{next(tokens)}",
        owner=lambda: name,
    )
