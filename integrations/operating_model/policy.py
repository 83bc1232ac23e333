"""What a link's people decided: accounting, stock cadence, safety stock, guards, patience."""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_serializer


class Section(BaseModel):
    """A part of the file; a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class AccountingMode(StrEnum):
    """How money reaches the ledger; never both for one sale."""

    PER_ORDER = "per_order"  # payments and invoice per order; the journal carries the rest
    DAILY_JOURNAL = "daily_journal"  # orders move stock; one journal per store and day


class JournalPosting(StrEnum):
    ON_READY = "on_ready"  # as soon as the store's day is complete
    ON_SIGNED = "on_signed"  # once finance signed the day


class Cadence(StrEnum):
    EVENT = "event"  # as it happens, merged for a moment
    INTERVAL = "interval"  # every so many minutes
    HYBRID = "hybrid"  # as it happens, and a sweep every so many minutes


Percent = Annotated[int, Field(ge=0, le=100)]
Units = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=3)]


class SafetyStock(Section):
    """Units held back. Where both a SKU and a location name a figure, the larger one holds.

    What somebody holds back of one SKU at one location comes on top, until it is taken back.
    """

    default: Units = Decimal(0)
    by_sku: dict[str, Units] = {}
    by_location: dict[str, Units] = {}  # the channel's location code
    by_level: dict[str, Units] = {}  # "location/SKU"

    def of(self, sku: str, location_code: str) -> Decimal:
        """Units to hold back of this SKU at this location of the channel."""
        named = [
            table[key]
            for table, key in ((self.by_sku, sku), (self.by_location, location_code))
            if key in table
        ]
        extra = self.by_level.get(f"{location_code}/{sku}", Decimal(0))
        return max(named, default=self.default) + extra

    @field_serializer("default", "by_sku", "by_location", "by_level", when_used="json")
    def _plain(self, value: Decimal | dict[str, Decimal]) -> str | dict[str, str]:
        if isinstance(value, Decimal):
            return _text(value)
        return {key: _text(units) for key, units in value.items()}


def _text(value: Decimal) -> str:
    return f"{value.normalize() + 0:f}"


class Guard(Section):
    """A publication beyond these shares waits for a person."""

    max_zeroed_percent: Percent = 2  # of the levels that a channel knows
    max_changed_percent: Percent = 40
    min_rows: Annotated[int, Field(ge=1)] = 25  # smaller publications are never unusual


class Pace(Section):
    """When changed levels are published."""

    cadence: Cadence = Cadence.HYBRID
    interval_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    coalesce_seconds: Annotated[int, Field(ge=0, le=300)] = 1  # changes of one SKU are merged


class StockPolicy(Pace):
    """Cadence of the whole link, exceptions per location, what is held back and what is unusual."""

    by_location: dict[str, Pace] = {}  # the channel's location code
    nightly_at: time = time(2, 30)  # UTC; the full verification sweep
    safety_stock: SafetyStock = SafetyStock()
    guard: Guard = Guard()

    def pace(self, location_code: str) -> Pace:
        """The cadence of one location of the channel."""
        return self.by_location.get(location_code, self)

    @field_serializer("nightly_at", when_used="json")
    def _minutes(self, value: time) -> str:
        return value.strftime("%H:%M")


class LinkPolicy(Section):
    """Everything a link's flows ask about. `LinkPolicy.model_validate(link.policy)` reads a row."""

    accounting_mode: AccountingMode = AccountingMode.DAILY_JOURNAL
    journal_posting: JournalPosting = JournalPosting.ON_READY
    price_list: str = ""  # the owner's price list for orders and shelf prices; "" its default
    parked_hours: Annotated[int, Field(ge=1, le=168)] = 4  # how long a return waits for its sale
    # Saving a mapping that lets go more than this needs a second person; None: never.
    replay_limit: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)] | None = Decimal(
        2500
    )
    stock: StockPolicy = StockPolicy()

    @field_serializer("replay_limit", when_used="json")
    def _plain(self, value: Decimal | None) -> str | None:
        return None if value is None else _text(value)
