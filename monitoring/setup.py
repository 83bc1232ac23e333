"""The live configuration as the manual and the checklists speak of it. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.findings import ExceptionType


@dataclass(frozen=True, slots=True)
class Wiring:
    """One enabled link with what its people decided, in plain values."""

    slug: str
    channel: str
    channel_role: str
    owner: str
    owner_role: str
    accounting: str  # per_order or daily_journal
    journal: str  # on_ready or on_signed
    cadence: str  # event, interval or hybrid
    interval_minutes: int
    merged_seconds: int
    nightly_at: str  # UTC
    parked_hours: int


@dataclass(frozen=True, slots=True)
class Crew:
    """One team: when it works, who leads it, how it is told."""

    code: str
    name: str
    hours: str
    members: tuple[str, ...]
    lead: str
    backup: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exemption:
    """One routing rule in words: what it takes from a type's own team, and to whom."""

    type_key: str  # empty: any
    condition: str  # empty: always
    team: str


@dataclass(frozen=True, slots=True)
class Shop:
    code: str
    name: str
    timezone: str
    closes: str


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that the manual states as a fact."""

    retailer: str
    currency: str
    owners: Mapping[str, str]  # domain → label of its connection
    stock_elsewhere: Mapping[str, str]  # place → label, where another connection owns its stock
    wirings: tuple[Wiring, ...]
    shops: tuple[Shop, ...]
    crews: tuple[Crew, ...]
    exemptions: tuple[Exemption, ...]
    types: tuple[ExceptionType, ...]

    def crew(self, code: str) -> str:
        """Return a team's name; its code when it has none."""
        return next((crew.name for crew in self.crews if crew.code == code), code)
