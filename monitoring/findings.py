"""What detectors say: types of exception, and findings. Pure: no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

from monitoring.value import Assumptions, Stake
from monitoring.working_time import Wait


class Severity(StrEnum):
    CRITICAL = "critical"  # S1: customer or ledger harm now
    HIGH = "high"  # S2: harm by the next deadline
    MEDIUM = "medium"  # S3: today
    LOW = "low"  # S4: watch


class TeamCode(StrEnum):
    OPS = "OPS"
    FIN = "FIN"
    CX = "CX"
    WH = "WH"
    STORE = "STORE"
    MER = "MER"
    ADM = "ADM"


@dataclass(frozen=True, slots=True)
class ExceptionType:
    """One kind of business fault: who owns it, how urgent it is, what to do first."""

    key: str  # ORDER_NOT_POSTED
    code: str  # E03, for display
    title: str
    owner: TeamCode
    severity: Severity
    sla_first: Wait  # until somebody has it in hand
    sla_resolve: Wait  # until it is put right
    first_step: str  # the first line of the runbook
    store_owner: TeamCode | None = None  # who has it when all of it is one store's
    blocks: tuple[str, ...] = ()  # posting, stock, journal, seal
    takes_holds: bool = False  # open holds of this kind are its causes
    snooze_limit: timedelta = timedelta(days=3)
    every: timedelta = timedelta(0)  # costly detectors run no more often than this

    @property
    def slug(self) -> str:
        return self.key.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One record that a cause holds up: `ref` names it, the ids say what it belongs to."""

    ref: str  # "hold:12", "document:5", "transfer:9", "event:3": unique inside its case
    since: datetime
    value: Decimal = Decimal(0)
    currency: str = ""
    hold_id: int | None = None
    document_id: int | None = None
    transfer_id: int | None = None
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause, seen now. `count` is how many records it concerns; `occurrences` may list fewer.

    `subject` and `scope` make it the same cause as yesterday's: they must not contain what changes.
    """

    type: ExceptionType
    subject: str
    title: str  # one sentence in business words
    stake: Stake
    summary: str = ""  # what it holds up and where, for list and alert
    scope: str = ""  # "link:sitoo-brightpearl" or "connection:sitoo" when that is part of the cause
    link_id: int | None = None
    connection_id: int | None = None
    store_code: str = ""  # only when all records are of one store
    count: int = 0
    occurrences: tuple[Occurrence, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    deadline: datetime | None = None  # when harm happens, if that is known
    severity: Severity | None = None  # when it differs from the type's

    @property
    def fingerprint(self) -> str:
        """The identity of the cause."""
        return fingerprint(self.type.key, self.scope, self.subject)

    @property
    def newest(self) -> datetime | None:
        return max((each.since for each in self.occurrences), default=None)


def fingerprint(type_key: str, scope: str, subject: str) -> str:
    """Return the identity of a cause: readable, at most 200 characters, equal for equal causes."""
    text = ":".join((type_key, scope, subject))
    if len(text) <= 200:
        return text
    return f"{text[:167]}~{sha256(text.encode()).hexdigest()[:32]}"


class Detector(Protocol):
    """A module of `detectors/`. `detect` is pure; `gather` reads `integrations.public` only."""

    @property
    def TYPE(self) -> ExceptionType: ...  # noqa: N802 - a constant of the module

    def gather(self, *, now: datetime, figures: Assumptions) -> Any:
        """Read the facts. A constant number of queries, however many records there are."""

    def detect(self, facts: Any, *, now: datetime, figures: Assumptions) -> Sequence[Finding]:
        """Say what is wrong with `facts` at `now`."""
