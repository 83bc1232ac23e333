"""The sections of the file."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_serializer, model_validator

from integrations.operating_model.policy import LinkPolicy, Section

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Role = Literal["pos", "erp", "shop", "warehouse"]


class Retailer(Section):
    name: Name
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # of the ledger


# Our own share of the vendor's limit; what is not named stays as the vendor documents it, and an
# empty value means no limit.
RateLimit = dict[
    Literal["requests", "seconds", "concurrency"], Annotated[int, Field(ge=1, le=86_400)] | None
]


class Connection(Section):
    """One account of one system. `settings` holds nothing secret, `credentials` only env:NAME."""

    system: Slug
    role: Role
    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    enabled: bool = True
    settings: dict[str, Any] = {}
    credentials: dict[str, str] = {}
    rate_limit: RateLimit | None = None


class Inventory(Section):
    """Who owns stock: one connection, with exceptions per location of a channel."""

    default: str
    locations: dict[str, str] = {}


class Owners(Section):
    """Which connection owns each domain."""

    products: str
    prices: str
    finance: str
    inventory: Inventory

    @model_validator(mode="before")
    @classmethod
    def _short_inventory(cls, value: Any) -> Any:
        """`inventory: brightpearl` is short for its default."""
        if isinstance(value, dict) and isinstance(value.get("inventory"), str):
            return {**value, "inventory": {"default": value["inventory"]}}
        return value


class Store(Section):
    name: Name
    timezone: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    cut_off: time = time(0, 0)  # local: where one trading day ends and the next begins
    closes_at: time = time(18, 0)  # local: usual closing
    open: bool = True

    @field_serializer("cut_off", "closes_at", when_used="json")
    def _minutes(self, value: time) -> str:
        return value.strftime("%H:%M")


class Link(Section):
    template: str
    channel: str
    owner: str
    enabled: bool = True
    policy: LinkPolicy = LinkPolicy()


class MappingRow(Section):
    """One row: its value, from when, and the target columns beside them."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    label: Annotated[str, StringConstraints(max_length=120)] = ""
    effective_from: date | None = None
    target: dict[str, str]

    @model_validator(mode="before")
    @classmethod
    def _gather_target(cls, row: Any) -> Any:
        """Every column that is not one of ours belongs to the target."""
        if not isinstance(row, dict) or "target" in row:
            return row
        own = {name: row[name] for name in ("value", "label", "effective_from") if name in row}
        target = {name: value for name, value in row.items() if name not in own}
        return {**own, "target": {n: v for n, v in target.items() if v is not None}}


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Team(Section):
    """Who belongs to it, and when it works (local time of its zone)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    members: tuple[str, ...] = ()  # user names
    timezone: Annotated[str, StringConstraints(min_length=1, max_length=40)] = "Europe/London"
    opens: time = time(8)
    closes: time = time(18)
    weekdays: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")

    @field_serializer("opens", "closes", when_used="json")
    def _minutes(self, value: time) -> str:
        return value.strftime("%H:%M")


class RoutingRule(Section):
    """Who gets an exception. Empty fields match everything; the last rule that matches wins."""

    team: Code
    type: Annotated[str, StringConstraints(max_length=30)] = ""  # SALE_NOT_POSTED
    link: str = ""
    store: str = ""
    least_value: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    note: Annotated[str, StringConstraints(max_length=200)] = ""
    enabled: bool = True

    @field_serializer("least_value", when_used="json")
    def _plain(self, value: Decimal | None) -> str | None:
        return None if value is None else f"{value.normalize() + 0:f}"


class OperatingModel(Section):
    """One retailer. Keys are slugs or codes.

    Connections, links and stores that are absent are switched off, never deleted; teams that are
    absent stay. A mapping table or the routing that the file does not name is left as it is.
    """

    retailer: Retailer
    connections: dict[Slug, Connection]
    owners: Owners
    stores: dict[Code, Store] = {}
    links: dict[Slug, Link] = {}
    mappings: dict[str, dict[str, tuple[MappingRow, ...]]] = {}  # link → table → rows
    teams: dict[Code, Team] | None = None
    routing: tuple[RoutingRule, ...] | None = None
